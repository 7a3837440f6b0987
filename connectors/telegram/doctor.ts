/** What is wrong with a Telegram bot's settings, and how to mend it. Asks only: a poll of its own would end the hub's. */
import type { Finding } from '../../src/extension-api.js';
import { Api, type ApiOptions, Refused } from './api.js';
import { openFailure } from './poller.js';

export interface DiagnosisOptions extends ApiOptions {
  webhook?: { url: string };
  /** The agent is to hear all talk in groups: it answers `always` or to keywords, or keeps context. */
  hearsAll?: boolean;
}

export async function diagnoseTelegram(options: DiagnosisOptions): Promise<Finding[]> {
  if (!/^\d+:[\w-]{20,}$/.test(options.token))
    return [
      finding(
        'token',
        false,
        'A token looks like 123456:ABC-DEF…; copy it whole from @BotFather, /mybots, API Token.',
      ),
    ];
  const api = new Api(options);
  try {
    const { username, can_join_groups, can_read_all_group_messages } = await api.call('getMe', {});
    return [
      finding('Telegram can be reached', true),
      finding(`token (it is @${username}’s)`, true),
      finding(
        'groups',
        can_join_groups,
        'The bot cannot be added to groups. @BotFather, /setjoingroups, Enable; needless if it only talks in private.',
      ),
      privacy(can_read_all_group_messages, options.hearsAll ?? false),
      await updates(api, options.webhook?.url),
    ];
  } catch (error) {
    return [problemOf(error, api)];
  }
}

function privacy(hearsAll: boolean, wanted: boolean): Finding {
  const check = hearsAll ? 'group privacy mode is off' : 'group privacy mode is on';
  if (hearsAll) return finding(check, true);
  const heard = 'In groups the bot hears commands, mentions of it and answers to it, and nothing else.';
  const change =
    'To have it hear all: @BotFather, /setprivacy, Disable; then remove it from each group and add it again, or make it an administrator.';
  return { check, ok: !wanted, fix: `${heard} ${change}` };
}

async function updates(api: Api, wanted: string | undefined): Promise<Finding> {
  const {
    url,
    last_error_message: lastError,
    pending_update_count: pending,
  } = await api.call('getWebhookInfo', {});
  if (wanted === undefined)
    return finding(
      'long polling',
      !url,
      'A webhook is set, perhaps by another program with this token. The hub removes it when it starts; stop the other.',
    );
  if (!wanted.startsWith('https://') && api.root.host === 'api.telegram.org')
    return finding(
      'webhook',
      false,
      'Telegram pushes to https:// addresses alone, on ports 443, 80, 88 or 8443.',
    );
  if (url !== wanted)
    return finding(
      'webhook',
      false,
      `Telegram ${url ? 'pushes elsewhere' : 'has no webhook'}. Start the hub: it sets it.`,
    );
  const failing = lastError !== undefined && pending > 0;
  return finding(
    'webhook',
    !failing,
    `${pending} updates wait; Telegram says: ${lastError}. Check that ${wanted} leads to the hub.`,
  );
}

function problemOf(error: unknown, api: Api): Finding {
  const { message } = openFailure(error) as Error;
  if (error instanceof Refused) return finding('token', false, message);
  const fix = `${message} Check the network, and TELEGRAM_API_URL if it is set (now ${api.root.origin}).`;
  return finding('Telegram can be reached', false, fix);
}

function finding(check: string, ok: boolean, fix?: string): Finding {
  return ok || fix === undefined ? { check, ok } : { check, ok, fix };
}
