/** The forms in which a part of a reply can be sent, best first: what Slack refuses as it was rendered it may take plain. */
import type { types } from '@slack/bolt';
import { descend, FatalError, type Host } from '../../src/extension-api.js';
import { refusalOf } from './failure.js';
import type { RenderedMessage } from './message.js';
import { escaped } from './render.js';

/** What `chat.postMessage` is given of a form. */
export interface Form {
  text: string;
  blocks?: types.KnownBlock[];
  /** Absent: marks in the text are shown as Slack shows them. */
  mrkdwn?: false;
}

/** Refusals of the place or of whoever asks: no other form would be taken there. */
const hopeless = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
  'restricted_action_thread_only_channel',
  'messages_tab_disabled',
  'missing_scope',
  'not_authed',
  'invalid_auth',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'not_allowed_token_type',
  'no_permission',
  'org_login_required',
  'enterprise_is_restricted',
  'team_access_not_granted',
  'ekm_access_denied',
  'access_denied',
  'user_not_found',
  'cannot_dm_bot',
]);

/** Ends the ladder. */
class Hopeless extends Error {}

const sorry = 'I have an answer, but Slack does not take it. Please ask me again in other words.';

function formsOf({ text, whole, blocks }: RenderedMessage): { name: string; form: Form }[] {
  const quiet = blocks.filter(({ type }) => type !== 'actions');
  const hasButtons = quiet.length < blocks.length;
  return [
    { name: 'as rendered', form: { text, blocks } },
    ...(hasButtons && quiet.length > 0 ? [{ name: 'without buttons', form: { text, blocks: quiet } }] : []),
    { name: 'without blocks', form: { text: whole } },
    { name: 'as plain text', form: { text: plain(whole), mrkdwn: false as const } },
    { name: 'as one sentence', form: { text: sorry } },
  ];
}

/**
 * Sends the best form that Slack takes.
 * @throws what may pass, at once; and what no other form would change.
 */
export async function sendForms(
  message: RenderedMessage,
  send: (form: Form) => Promise<string>,
  log: Host['log'],
): Promise<string> {
  let end: unknown;
  const rungs = formsOf(message).map(({ name, form }) => ({
    name,
    send: () =>
      send(form).catch((error) => {
        if (!(error instanceof FatalError) || !hopeless.has(refusalOf(error) ?? '')) throw error;
        end = error;
        throw new Hopeless();
      }),
  }));
  try {
    return await descend(rungs, (error, rung, next) => {
      const then = next ? `it is sent ${next.name}` : 'it is given up';
      log.warn({ connector: 'slack' }, `a message was refused ${rung.name}: ${error.message} ${then}`);
    });
  } catch (error) {
    throw error instanceof Hopeless ? end : error;
  }
}

/** Without what Slack may have stumbled over: marks, links, what cannot be seen. */
function plain(mrkdwn: string): string {
  const shown = mrkdwn
    .replace(/<((?:https?|mailto|tel):[^<>|]*)\|([^<>]*)>/g, '$2 ($1)')
    .replace(/<((?:https?|mailto|tel):[^<>|]*)>/g, '$1')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (sign) => (sign === '\n' || sign === '\t' ? sign : ''));
  // What is left of `<…>` is none of ours.
  return shown.replace(/[<>]/g, escaped);
}
