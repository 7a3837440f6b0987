/** Telegram's messages, reactions and presses as the hub's. */
import type {
  Author,
  InboundCommand,
  InboundMessage,
  InboundPress,
  InboundReaction,
  Source,
} from '../../src/extension-api.js';
import { namesBot, plainText } from './entities.js';
import type { Entity, File, Message, Press, Reaction, User, Written } from './payload.js';

export const connectorName = 'telegram';

export interface Us {
  agentId: string;
  /** The bot's own account. */
  bot: User;
  /** The id a conversation began under, if its group has become a supergroup since; else the same. */
  roomOf(chatId: number): number;
}

/** A file that has to be fetched before the message is whole. */
export interface FileRef {
  fileId: string;
  name: string;
  mediaType: string;
  /** In bytes, where Telegram says so. */
  size: number | undefined;
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
 */
export function normalizeMessage(items: Message[], us: Us): Normalized | null {
  const [first] = items;
  if (!first || first.from?.id === us.bot.id) return null;
  const texts = items.map((item) => textOf(item, us.bot));
  const files = items.flatMap(filesOf);
  // Who only calls the bot's name has said so much.
  const named = items.some(mentions) ? `@${us.bot.first_name}` : '';
  const text = texts.filter(Boolean).join('\n') || (files.length === 0 ? named : '');
  if (text === '' && files.length === 0) return null;
  const direct = first.chat.type === 'private';
  const answered = answeredBy(first);
  const message: InboundMessage = {
    agentId: us.agentId,
    source: sourceOf(first, us, items),
    direct,
    addressed: direct || named !== '' || answered?.from?.id === us.bot.id,
    author: authorOf(first),
    text: forwarded(first, text),
    files: files.map(({ name, size }) => ({ name, size })),
    ...(answered && {
      replyTo: messageIdOf(answered),
      ...quoteOf(answered, first.quote?.text, us.bot),
    }),
  };
  return { message, files };

  function mentions(item: Message): boolean {
    const words = wordsOf(item);
    return namesBot(words.text, words.entities, us.bot);
  }
}

export interface Command {
  name: string;
  args: string;
}

/** `/name@bot args` at the head of a message. Null: not a command, or another bot's. */
export function commandOf(message: Message, bot: User): Command | null {
  const { text = '', entities = [] } = message;
  if (!entities.some(({ type, offset }) => type === 'bot_command' && offset === 0)) return null;
  const [, name = '', to, args = ''] = /^\/(\w{1,32})(?:@(\w+))?(?:\s+(.*))?$/s.exec(text.trim()) ?? [];
  if (name === '' || (to && to.toLowerCase() !== bot.username?.toLowerCase())) return null;
  return { name: name.toLowerCase(), args: args.trim() };
}

export function inboundCommand(message: Message, { name, args }: Command, us: Us): InboundCommand {
  const direct = message.chat.type === 'private';
  return {
    agentId: us.agentId,
    source: sourceOf(message, us),
    direct,
    author: authorOf(message),
    roles: [],
    name,
    args,
  };
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
  const names = (list: Reaction['old_reaction']) =>
    new Set(list.flatMap(({ emoji, custom_emoji_id }) => emoji ?? custom_emoji_id ?? []));
  const before = names(old_reaction);
  const after = names(new_reaction);
  const change = (emoji: string, removed: boolean) => {
    return { agentId: us.agentId, source, author: personOf(user), roles: [], emoji, removed };
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

/** The text with its markup, or for what has none (a sticker, a place) a description in brackets. */
export function textOf(message: Message, bot: User): string {
  const { text, entities } = wordsOf(message);
  return [plainText(text, entities, bot), described(message)].filter(Boolean).join('\n');
}

function wordsOf({ text, entities, caption, caption_entities }: Written): {
  text: string;
  entities: Entity[];
} {
  return { text: text ?? caption ?? '', entities: (text === undefined ? caption_entities : entities) ?? [] };
}

function described({ sticker, venue, location, contact, poll, dice }: Written): string {
  if (sticker) return `[sticker ${sticker.emoji ?? ''}]`.replace(' ]', ']');
  if (venue) return `[place: ${venue.title}, ${venue.address}]`;
  if (location) return `[location: ${location.latitude}, ${location.longitude}]`;
  if (contact)
    return `[contact: ${[contact.first_name, contact.last_name].filter(Boolean).join(' ')}, ${contact.phone_number}]`;
  if (poll) return `[poll: ${poll.question} ${poll.options.map(({ text }) => `(${text})`).join(' ')}]`;
  if (dice) return `[${dice.emoji} ${dice.value}]`;
  return '';
}

function filesOf(written: Written): FileRef[] {
  const { photo, animation, audio, video, video_note, voice, document } = written;
  // Sizes come smallest first. Photos are always JPEG.
  const largest = photo?.at(-1);
  if (largest) return [fileRef(largest, 'photo', 'jpg', 'image/jpeg')];
  // An animation comes as a document too.
  if (animation) return [fileRef(animation, 'animation', 'mp4', 'video/mp4')];
  if (voice) return [fileRef(voice, 'voice', 'ogg', 'audio/ogg')];
  if (audio) return [fileRef(audio, 'audio', 'mp3', 'audio/mpeg')];
  const film = video ?? video_note;
  if (film) return [fileRef(film, 'video', 'mp4', 'video/mp4')];
  return document ? [fileRef(document, 'document', 'bin', 'application/octet-stream')] : [];
}

function fileRef(file: File, kind: string, ending: string, mediaType: string): FileRef {
  return {
    fileId: file.file_id,
    name: (file.file_name ?? `${kind}.${ending}`).slice(0, 255),
    mediaType: (file.mime_type ?? mediaType).slice(0, 127),
    size: file.file_size,
  };
}

/** In a topic every message that answers none points at the topic's opening. */
function answeredBy({ reply_to_message: target, is_topic_message, message_thread_id }: Message) {
  if (!target || target.forum_topic_created !== undefined) return;
  return is_topic_message && target.message_id === message_thread_id ? undefined : target;
}

function quoteOf(target: NonNullable<Message['reply_to_message']>, part: string | undefined, bot: User) {
  const files = filesOf(target).map(({ name }) => `[${name}]`);
  const text = part ?? [textOf(target, bot), ...files].filter(Boolean).join('\n');
  const author = target.from?.id === bot.id ? bot.first_name : authorOf(target).name;
  return text === '' ? {} : { quote: { ...(author && { author }), text: text.slice(0, 4000) } };
}

function forwarded({ forward_origin: origin }: Message, text: string): string {
  if (!origin) return text;
  const from = origin.sender_user
    ? nameOf(origin.sender_user)
    : (origin.sender_user_name ?? origin.sender_chat?.title ?? origin.chat?.title ?? 'somebody');
  return `[forwarded from ${from}]\n${text}`.trim();
}

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

function personOf(user: User): Author {
  return { id: String(user.id), name: nameOf(user), ...(user.is_bot && { bot: true }) };
}

function nameOf({ first_name, last_name, username, id }: User): string {
  return ([first_name, last_name].filter(Boolean).join(' ') || username || String(id)).slice(0, 256);
}
