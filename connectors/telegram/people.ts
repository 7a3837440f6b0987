/** Who is who: accounts, and chats that speak for themselves. */
import type { Author } from '../../src/extension-api.js';
import type { Message, User } from './payload.js';

export function authorOf({
  from,
  sender_chat,
  chat,
}: Pick<Message, 'from' | 'sender_chat' | 'chat'>): Author {
  // What is sent in a chat's name comes with a stand-in bot as its sender.
  if (sender_chat)
    return { id: String(sender_chat.id), name: (sender_chat.title ?? 'anonymous').slice(0, 256) };
  return from ? personOf(from) : { id: String(chat.id) };
}

export function personOf(user: User): Author {
  return { id: String(user.id), name: nameOf(user), ...(user.is_bot && { bot: true }) };
}

export function nameOf({ first_name, last_name, username, id }: User): string {
  return ([first_name, last_name].filter(Boolean).join(' ') || username || String(id)).slice(0, 256);
}
