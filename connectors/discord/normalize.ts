/** Gateway payloads as the hub wants them. Pure: what a payload does not hold comes with `Bystanders`. */
import type { APIUser, GatewayMessageReactionAddDispatchData } from 'discord.js';
import type { Author, InboundMessage, InboundReaction, Part, Source } from '../../src/extension-api.js';
import type { Place } from './place.js';
import {
  allWords,
  type ChatMessage,
  carriedParts,
  filesOf,
  type MessageFile,
  nameOf,
  typedWords,
} from './reader.js';

export interface Bystanders {
  agentId: string;
  connector: string;
  self: Self;
  place: Place;
  /** Names of the guild's roles and channels by id; null: not known. */
  roleName(id: string): string | null;
  channelName(id: string): string | null;
}

interface Self {
  id: string;
  name: string;
  /** The roles Discord made for the bot itself: naming one is naming the bot. */
  roles: string[];
}

export interface Normalized {
  message: InboundMessage;
  /** Yet to be fetched. */
  files: MessageFile[];
}

// https://discord.com/developers/docs/resources/message#message-object-message-types
const types = { said: 0, reply: 19, slashCommand: 20, menuCommand: 23 };
const saidBySomebody = Object.values(types);

const maxQuoteChars = 4000;

/** Null: nothing that anybody said (the bot's own words, "joined the server", an empty message). */
export function normalizeMessage(message: ChatMessage, around: Bystanders): Normalized | null {
  const { self, place } = around;
  if (message.author.id === self.id || !saidBySomebody.includes(message.type)) return null;
  const text = textOf(message, around);
  const own = [...titleOf(message, place), ...carriedParts(message, around)];
  const isReply = message.type === types.reply && message.message_reference?.message_id;
  const { quote, parts, files } = isReply ? quoteOf(message, around) : { parts: [], files: [] };
  const all = [...filesOf(message), ...files];
  if (text === '' && own.length === 0 && all.length === 0) return null;
  const addressed = isAddressed(message, around);
  return {
    files: all,
    message: {
      agentId: around.agentId,
      source: sourceOf(around, message.id),
      direct: place.direct,
      addressed,
      ...(!addressed && addressesAnother(message, around) && { addressesAnother: true }),
      ...(place.thread && { threaded: true }),
      author: authorOf(message.author, message.member?.nick, message.webhook_id !== undefined),
      // Other applications speak by webhooks, too; those that speak for people have one of a channel.
      ...(message.webhook_id && message.webhook_id !== message.application_id && { proxy: true }),
      roles: message.member?.roles,
      text,
      parts: [...own, ...parts],
      files: all.map(({ file }) => ({ name: file.filename.slice(0, 255), size: file.size })),
      ...(quote && { quote }),
      ...(isReply && { replyTo: message.message_reference!.message_id }),
    },
  };
}

/** The text alone, as of an edited message. */
export function textOf(message: ChatMessage, around: Bystanders): string {
  return typedWords(message, around, withoutOwnName(message.content, around.self));
}

/** The first message of a post in a forum bears the post's own id. */
function titleOf({ id }: ChatMessage, { title, thread }: Place): Part[] {
  return title && id === thread ? [{ kind: 'title', text: title }] : [];
}

export function normalizeReaction(
  reaction: Omit<GatewayMessageReactionAddDispatchData, 'type' | 'burst'>,
  around: Bystanders,
  removed: boolean,
): InboundReaction | null {
  const { user_id, message_id, emoji, member, message_author_id: of } = reaction;
  const { self, place } = around;
  if (user_id === self.id || member?.user?.bot || (of !== undefined && of !== self.id)) return null;
  const { tenant, channel, thread } = place;
  return {
    agentId: around.agentId,
    source: {
      connector: around.connector,
      tenant,
      channel,
      ...(thread && { thread }),
      messageId: message_id,
    },
    author: member?.user ? authorOf(member.user, member.nick) : { id: user_id },
    roles: member?.roles,
    // An emoji of the guild's own has an id, and a name without colons.
    emoji: emoji.id ? `:${emoji.name ?? emoji.id}:` : (emoji.name ?? ''),
    removed,
  };
}

export function sourceOf(
  { connector, place }: Pick<Bystanders, 'connector' | 'place'>,
  messageId: string,
): Source {
  const { tenant, channel, thread } = place;
  return { connector, tenant, channel, ...(thread && { thread }), messageId };
}

export function authorOf(user: APIUser, nick?: string | null, automatic = false): Author {
  return { id: user.id, name: nameOf(user, nick), ...((user.bot || automatic) && { bot: true }) };
}

/** Whether it names the agent, or answers it. */
export function isAddressed(message: ChatMessage, { self, place }: Bystanders): boolean {
  if (place.direct) return true;
  if (message.mentions.some(({ id }) => id === self.id)) return true;
  if (message.mention_roles.some((id) => self.roles.includes(id))) return true;
  return message.referenced_message?.author.id === self.id;
}

/** Whether it answers somebody else's message, or begins with somebody else's name: "@Al, look", "thanks @Al!". */
function addressesAnother(message: ChatMessage, { self }: Bystanders): boolean {
  const { content, referenced_message: answered, type } = message;
  if (type === types.reply && answered && answered.author.id !== self.id) return true;
  const name = '(?:<@(?:!|&)?\\d{1,20}>|@everyone|@here)';
  return new RegExp(`^\\s*(?:${name}|(?:\\S{1,20}\\s+){1,2}${name}\\s*(?:$|[,:;.!]))`).test(content);
}

/** "@Eliza, what now?" is said to Eliza; her name is no part of it. A mere "@Eliza" stays. */
function withoutOwnName(content: string, self: Self): string {
  const own = [`@!?${self.id}`, ...self.roles.map((id) => `@&${id}`)].join('|');
  const rest = content.replace(new RegExp(`^(?:\\s*<(?:${own})>)+[\\s,:]*`), '');
  return rest.trim() === '' ? content.trim() : rest.trim();
}

interface Quoted {
  quote?: NonNullable<InboundMessage['quote']>;
  parts: Part[];
  files: MessageFile[];
}

/** The words of the message it answers, and its files; where they are long, the rest is a part. */
function quoteOf({ referenced_message: answered }: ChatMessage, around: Bystanders): Quoted {
  const deleted: Part = { kind: 'note', text: 'It answers a message that was deleted.' };
  if (!answered) return { parts: answered === null ? [deleted] : [], files: [] };
  const files = filesOf(answered, 'quote');
  const names = files.map(({ file }) => `[file: ${file.filename}]`);
  const text = [allWords(answered, around), ...names].filter(Boolean).join('\n\n');
  if (text === '') return { parts: [], files };
  const author = nameOf(answered.author);
  const rest = text.slice(maxQuoteChars);
  return {
    quote: { author, text: text.slice(0, maxQuoteChars) },
    parts: rest === '' ? [] : [{ kind: 'quote', author, text: rest }],
    files,
  };
}
