/** What `carrier doctor` says about Slack: each check, and the fix where one fails. */
import type { WebClient } from '@slack/web-api';
import type { Finding } from '../../src/extension-api.js';
import { asFailure, refusalOf } from './failure.js';
import { groupsScope, scopes, scopeUses } from './scopes.js';
import { sdkLogger } from './sdk-log.js';
import { clientOptions } from './workspaces.js';

type Setting = 'botToken' | 'appToken' | 'signingSecret' | 'clientId' | 'clientSecret' | 'installationKey';
type Options = { [Name in Setting | 'apiUrl']?: string } & {
  /** The agent's lists name user groups. */
  namesGroups?: boolean;
};

const timeoutMs = 10_000;

export async function diagnoseSlack(options: Options): Promise<Finding[]> {
  const { WebClient } = await import('@slack/web-api');
  const slackApiUrl = options.apiUrl ?? 'https://slack.com/api/';
  const logger = sdkLogger({ warn() {}, error() {} });
  const clientFor = (token?: string): WebClient =>
    new WebClient(token, { ...clientOptions, timeout: timeoutMs, slackApiUrl, logger });
  const reach = await checked('Slack can be reached', () => clientFor().api.test({}), {
    fallback: `Nothing answers at ${slackApiUrl}: check the network, a proxy, and SLACK_API_URL.`,
  });
  if (!reach.ok) return [reach];
  return [
    reach,
    ...(options.botToken ? await botChecks(clientFor(options.botToken), options.namesGroups) : []),
    ...(options.appToken ? [await appCheck(clientFor(options.appToken))] : []),
    ...settingChecks(options),
  ];
}

async function botChecks(client: WebClient, namesGroups = false): Promise<Finding[]> {
  let granted: string[] = [];
  const token = await checked(
    'the bot token (SLACK_BOT_TOKEN) is valid',
    async () => {
      const { response_metadata: metadata, bot_id: botId } = await client.auth.test();
      granted = metadata?.scopes ?? [];
      if (!botId) throw Object.assign(new Error(), { data: { error: 'not_allowed_token_type' } });
    },
    { fallback: 'Copy the “Bot User OAuth Token” (xoxb-) from “OAuth & Permissions” of the app.' },
  );
  if (!token.ok) return [token];
  const missing = scopes.filter((scope) => !granted.includes(scope) && scope !== groupsScope);
  const fixFor = (wanted: typeof scopes) =>
    `Add under “OAuth & Permissions” and reinstall: ${wanted.map((scope) => `${scope} (${scopeUses[scope]})`).join(', ')}.`;
  const groups = granted.includes(groupsScope);
  return [
    token,
    {
      check: 'the bot has the scopes it needs',
      ok: missing.length === 0,
      ...(missing.length > 0 ? { fix: fixFor(missing) } : {}),
    },
    {
      check: 'the bot can look up user groups',
      ok: groups || !namesGroups,
      ...(groups ? {} : { fix: fixFor([groupsScope]) }),
    },
  ];
}

/** Asks for a socket's address, and opens none. */
function appCheck(client: WebClient): Promise<Finding> {
  return checked('the app token (SLACK_APP_TOKEN) opens a socket', () => client.apps.connections.open({}), {
    missing_scope: 'Make a new app-level token with the scope connections:write, under “Basic Information”.',
    not_allowed_token_type: 'That is a token of another kind: app-level tokens begin with xapp-.',
    fallback:
      'Make an app-level token with connections:write under “Basic Information”, and switch Socket Mode on.',
  });
}

/** What can be seen without Slack. */
function settingChecks(options: Options): Finding[] {
  const { botToken, appToken, signingSecret, clientId, clientSecret, installationKey } = options;
  const results: Finding[] = [];
  const add = (check: string, ok: boolean, fix: string) =>
    results.push({ check, ok, ...(ok ? {} : { fix }) });
  if (!appToken)
    add(
      'posted events can be verified (SLACK_SIGNING_SECRET)',
      /^[0-9a-f]{32}$/.test(signingSecret ?? ''),
      'Copy the “Signing Secret”, 32 hexadecimal digits, from “Basic Information”; or set SLACK_APP_TOKEN for Socket Mode.',
    );
  const oauth = [clientId, clientSecret, installationKey];
  if (!botToken)
    add(
      'workspaces can install the app',
      oauth.every(Boolean),
      'Set SLACK_BOT_TOKEN for one workspace; or client id, client secret and installation key for several.',
    );
  if (!botToken && installationKey)
    add(
      'the installation key is long enough',
      installationKey.length >= 32,
      'Make one of at least 32 characters: openssl rand -base64 32',
    );
  return results;
}

async function checked(
  check: string,
  work: () => Promise<unknown>,
  fixes: Record<string, string> & { fallback: string },
): Promise<Finding> {
  try {
    await work();
    return { check, ok: true };
  } catch (error) {
    const refusal = refusalOf(error);
    const said = refusal ?? asFailure(error, 'asking').message;
    return { check, ok: false, fix: `${fixes[refusal ?? ''] ?? fixes.fallback} (Slack said: ${said})` };
  }
}
