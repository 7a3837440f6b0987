/** Telegram's messages, reactions and presses as the hub's. */
import type { InboundMessage, InboundPress, InboundReaction, Source } from '../../src/extension-api.js';
import { namesAnother, namesBot } from './entities.js';
import type { Message, Press, Reaction, User } from './payload.js';
import { authorOf, personOf } from './people.js';
import { contentOf, type FileRef, quoteOf, wordsOf } from './reader.js';

export const connectorName = 'telegram';

export interface Us {
  agentId: string;
  /** The bot's own account. */
  bot: User;
  /** The id a conversation began under, if its group has become a supergroup since; else the same. */
  roomOf(chatId: number): number;
}

export interface Normalized {
  message: InboundMessage;
  files: FileRef[];
}

/** What `source.metadata` holds: how to answer, whatever the room is called. */
export interface Address {
  /** Where the message stands, as of then. */
  chatId: number;
  /** Ids of the message, several for an album. */
  messageIds: number[];
  private: boolean;
}

/**
 * One message; or the items of one album, in their order, as one. Null: the bot's own, or nothing that anybody said
 * (a topic opened, a person joined).
 * @param topic what the topic is called that it stands in, where that is known.
 */
export function normalizeMessage(items: Message[], us: Us, topic?: string): Normalized | null {
  const [first] = items;
  const { bot } = us;
  if (!first || first.from?.id === bot.id) return null;
  const content = contentOf(items, bot);
  const answered = answeredBy(first);
  const quoted = quoteOf(first, answered, bot);
  const files = [...content.files, ...quoted.files];
  // Who only calls the bot's name has said so much.
  const named = items.some((item) => names(item, namesBot));
  const nothing = content.text === '' && content.files.length + content.parts.length === 0;
  const text = content.text || (named && nothing ? `@${bot.first_name}` : '');
  if (nothing && !named) return null;
  const direct = first.chat.type === 'private';
  const addressed = direct || named || answered?.from?.id === bot.id;
  const title = topic ?? first.reply_to_message?.forum_topic_created?.name;
  const message: InboundMessage = {
    agentId: us.agentId,
    source: sourceOf(first, us, items),
    direct,
    addressed,
    ...(!addressed && (answered !== undefined || names(first, namesAnother)) && { addressesAnother: true }),
    ...(bot.username && { account: bot.username }),
    author: authorOf(first),
    text,
    parts: [...(title ? [{ kind: 'title' as const, text: title }] : []), ...content.parts],
    files: files.map(({ name, size }) => ({ name, size })),
    ...(answered && { replyTo: messageIdOf(answered) }),
    ...(quoted.quote && { quote: quoted.quote }),
  };
  return { message, files };

  function names(item: Message, how: typeof namesBot): boolean {
    const words = wordsOf(item);
    return how(words.text, words.entities, bot);
  }
}

export function inboundPress({ from, message, data }: Press, us: Us): InboundPress | null {
  if (!message || data === undefined) return null;
  return { agentId: us.agentId, source: sourceOf(message, us), author: personOf(from), payload: data };
}

/** A person's reactions to one message are told together; each that came or went is one of ours. */
export function inboundReactions(reaction: Reaction, us: Us): InboundReaction[] {
  const { chat, message_id, user, old_reaction, new_reaction } = reaction;
  if (!user || user.id === us.bot.id) return [];
  const channel = String(us.roomOf(chat.id));
  const source = {
    connector: connectorName,
    tenant: 'default',
    channel,
    messageId: `${chat.id}:${message_id}`,
  };
  const names = (list: Reaction['old_reaction'] = []) =>
    new Set(list.flatMap(({ emoji, custom_emoji_id }) => emoji ?? custom_emoji_id ?? []));
  const before = names(old_reaction);
  const after = names(new_reaction);
  const change = (emoji: string, removed: boolean) => {
    return { agentId: us.agentId, source, author: personOf(user), emoji, removed };
  };
  return [
    ...[...after].filter((emoji) => !before.has(emoji)).map((emoji) => change(emoji, false)),
    ...[...before].filter((emoji) => !after.has(emoji)).map((emoji) => change(emoji, true)),
  ];
}

type Placed = Pick<
  Message,
  'message_id' | 'chat' | 'media_group_id' | 'message_thread_id' | 'is_topic_message'
>;

function sourceOf(message: Placed, us: Us, items: Placed[] = [message]): Source {
  const { chat, message_thread_id, is_topic_message } = message;
  const address: Address = {
    chatId: chat.id,
    messageIds: items.map(({ message_id }) => message_id),
    private: chat.type === 'private',
  };
  return {
    connector: connectorName,
    tenant: 'default',
    channel: String(us.roomOf(chat.id)),
    // Outside of topics the id only names a chain of answers, which is no room of its own.
    ...(is_topic_message && message_thread_id !== undefined && { thread: String(message_thread_id) }),
    messageId: messageIdOf(message),
    metadata: { ...address },
  };
}

/** Unique in the whole of Telegram for one bot. An album has one id, whichever of its items is at hand. */
export function messageIdOf({ chat, message_id, media_group_id }: Placed): string {
  return media_group_id === undefined ? `${chat.id}:${message_id}` : `${chat.id}:album:${media_group_id}`;
}

/** In a topic every message that answers none points at the topic's opening. */
function answeredBy({ reply_to_message: target, is_topic_message, message_thread_id }: Message) {
  if (!target || target.forum_topic_created !== undefined) return;
  return is_topic_message && target.message_id === message_thread_id ? undefined : target;
}
