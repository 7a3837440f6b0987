/** Checks the settings of a Discord bot without connecting it, and names the fix for what is wrong. */
import type { APIApplication, APIUser, RESTGetAPIGatewayBotResult } from 'discord.js';
import type { Finding } from '../../src/extension-api.js';
import { Api, type ApiOptions, defaultApiUrl } from './api.js';

const portal = 'https://discord.com/developers/applications';

// Bits of an application's `flags`: the intent is granted (verified bots), or switched on (all others).
const messageContent = (1 << 18) | (1 << 19);

/** VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, ATTACH_FILES, READ_MESSAGE_HISTORY, ADD_REACTIONS, SEND_MESSAGES_IN_THREADS. */
const permissions = '274878024768';

/** In the order in which they can fail: what follows a failed check is not looked at. */
export async function diagnoseDiscord(
  options: Partial<ApiOptions> & { token: string; shards?: number | 'auto' },
): Promise<Finding[]> {
  const { token, apiUrl = defaultApiUrl, shards = 'auto' } = options;
  const api = await Api.open({ token, apiUrl });
  try {
    return await diagnose(api, apiUrl, shards);
  } catch (error) {
    return [unreachable(apiUrl, error as Error)];
  } finally {
    api.close();
  }
}

async function diagnose(api: Api, apiUrl: string, shards: number | 'auto'): Promise<Finding[]> {
  const bot = await api.get<APIUser>('/users/@me').catch((error: Error) => error);
  if (bot instanceof Error) return [refusedToken(bot) ?? unreachable(apiUrl, bot)];
  const findings: Finding[] = [{ check: `Discord takes the token; the bot is ${bot.username}`, ok: true }];
  const application = await api.get<APIApplication>('/applications/@me');
  findings.push({
    check: 'Message Content Intent',
    ok: (application.flags & messageContent) !== 0,
    fix: `Switch on "Message Content Intent" at ${portal}/${application.id}/bot, then restart Carrier.`,
  });
  findings.push({
    check: 'The bot is in a server',
    ok: (application.approximate_guild_count ?? 0) > 0,
    fix: `Invite it: https://discord.com/oauth2/authorize?client_id=${application.id}&scope=bot+applications.commands&permissions=${permissions}`,
  });
  const gateway = await api.get<RESTGetAPIGatewayBotResult>('/gateway/bot');
  const { remaining } = gateway.session_start_limit;
  findings.push({
    check: `Connections left today: ${remaining}`,
    ok: remaining > 0,
    fix: 'Discord lets a bot connect a thousand times a day. Wait, and look in the log why it reconnects so often.',
  });
  findings.push({
    check: `Shards: ${shards}, recommended: ${gateway.shards}`,
    ok: shards === 'auto' || shards >= gateway.shards,
    fix: 'Set DISCORD_SHARDS to auto.',
  });
  return findings.map(({ fix, ...finding }) => (finding.ok || !fix ? finding : { ...finding, fix }));
}

function refusedToken({ message }: Error): Finding | null {
  if (!message.includes('refuses the bot token')) return null;
  return {
    check: 'Discord takes the token',
    ok: false,
    fix: `Open ${portal} → your application → Bot → Reset Token, and set DISCORD_TOKEN to the new one.`,
  };
}

function unreachable(apiUrl: string, { message }: Error): Finding {
  return {
    check: `Discord is reachable at ${apiUrl}`,
    ok: false,
    fix: `${message} Check the network, a proxy, and DISCORD_API_URL.`,
  };
}
