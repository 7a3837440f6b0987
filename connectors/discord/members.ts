import { type PlatformAccount, RetryableError } from '../../src/extension-api.js';
import type { Api } from './api.js';
import { noGuild } from './place.js';
import { refusalCode } from './refusal.js';

// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
const unknownMember = 10007;
const unknownUser = 10013;

/**
 * The roles of somebody in a server, as Discord says now: what the SDK remembers of members is as old as their last
 * message, since nobody tells us of changes without the members intent. @throws what Discord does not answer.
 */
export async function rolesOf(
  api: Api,
  { tenant, userId }: PlatformAccount,
  signal: AbortSignal,
): Promise<string[]> {
  if (tenant === noGuild) return [];
  if (![tenant, userId].every((id) => /^\d{1,20}$/.test(id))) throw unknown('an id is none of Discord’s');
  const route = `/guilds/${tenant}/members/${userId}` as const;
  const asked = api.get<{ roles?: unknown }>(route, { signal });
  const member = await asked.catch((error: Error) => {
    const code = refusalCode(error);
    if (code === unknownMember || code === unknownUser) return null;
    throw unknown(error.message);
  });
  if (member === null) return [];
  const { roles } = member;
  if (!Array.isArray(roles)) throw unknown('its answer has no roles');
  return roles.map(String);
}

function unknown(why: string): RetryableError {
  return new RetryableError('groups_unknown', `Discord does not say which roles somebody has: ${why}`);
}
