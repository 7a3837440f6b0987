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

/** https://core.telegram.org/bots/api#message: senders that stand there for others, for older clients. */
const standIns: Record<string, string> = {
  '1087968824': 'it is @GroupAnonymousBot, which stands for every anonymous administrator of any group',
  '777000': 'it is Telegram itself, which stands for whoever posts in a linked channel',
  '136817688': 'it is @Channel_Bot, which stands for every channel that people write as',
};

/** As in `ConnectorExtension.shared`. */
export function sharedBy(userId: string): string | null {
  // As people may write it in a file: ` 777000`, `0777000`.
  const id = userId.trim().replace(/^\+?0*(?=\d)/, '');
  if (Object.hasOwn(standIns, id)) return standIns[id]!;
  return id.startsWith('-')
    ? 'it is a group or channel, in whose name any of its administrators can write'
    : null;
}
