import { type PlatformAccount, RetryableError } from '../../src/extension-api.js';
import type { Api } from './api.js';
import type { Chats } from './chats.js';

/** As lists and grants name them: `administrators:-1001234`, of whom the owner is one, and `owner:-1001234`. */
const office = /^(administrators|owner):(-\d{1,20})$/;

/** Each costs a call. */
const mostChats = 20;

/**
 * The offices that somebody holds now, of those in question. @throws where Telegram does not say: it is sure to tell
 * a bot of others only where the bot is an administrator itself.
 */
export async function officesOf(
  { userId, among = [] }: PlatformAccount,
  { api, chats, signal }: { api: Api; chats: Chats; signal: AbortSignal },
): Promise<string[]> {
  const asked = among.filter((id) => office.test(id));
  const ids = [...new Set(asked.map((id) => office.exec(id)![2]!))];
  if (ids.length > mostChats)
    throw new RetryableError('groups_unknown', `Lists name the offices of more than ${mostChats} chats.`);
  const user_id = Number(userId);
  if (!Number.isSafeInteger(user_id)) throw new RetryableError('groups_unknown', 'The id is no person’s.');
  const held = await Promise.all(
    ids.map(async (id) => {
      const chat_id = await chats.addressOf(Number(id));
      const { status } = await api.call('getChatMember', { chat_id, user_id }, { signal });
      if (status === 'creator') return [`administrators:${id}`, `owner:${id}`];
      return status === 'administrator' ? [`administrators:${id}`] : [];
    }),
  );
  return held.flat().filter((id) => asked.includes(id));
}
