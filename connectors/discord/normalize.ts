/** Gateway payloads as the hub wants them. Pure: what a payload does not hold comes with `Bystanders`. */
import type { APIAttachment, APIMessage, APIUser, GatewayMessageReactionAddDispatchData } from 'discord.js';
import type { Author, InboundMessage, InboundReaction, Source } from '../../src/extension-api.js';
import { plainMentions } from './mentions.js';
import type { Place } from './place.js';

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

/** A message as the gateway or the REST API gives it; `member` is there over the gateway. */
export type ChatMessage = APIMessage & { member?: { nick?: string | null; roles?: string[] } };

export interface Normalized {
  message: InboundMessage;
  /** Yet to be fetched. */
  files: APIAttachment[];
}

// https://discord.com/developers/docs/resources/message#message-object-message-types
const saidByPeople = [0, 19];

const maxQuoteChars = 4000;

/** Null: nothing that a person said (the bot's own words, "joined the server", an empty message). */
export function normalizeMessage(message: ChatMessage, around: Bystanders): Normalized | null {
  const { self, place } = around;
  if (message.author.id === self.id || !saidByPeople.includes(message.type)) return null;
  const text = textOf(message, around) || (message.message_snapshots?.length ? '[forwarded]' : '');
  const files = message.attachments ?? [];
  if (text === '' && files.length === 0) return null;
  const quote = quoteOf(message, around);
  const isReply = message.type === 19 && message.message_reference?.message_id;
  return {
    files,
    message: {
      agentId: around.agentId,
      source: sourceOf(around, message.id),
      direct: place.direct,
      addressed: isAddressed(message, around),
      author: authorOf(message.author, message.member?.nick, message.webhook_id !== undefined),
      roles: message.member?.roles ?? [],
      text,
      files: files.map(({ filename, size }) => ({ name: filename.slice(0, 255), size })),
      ...(quote && { quote }),
      ...(isReply && { replyTo: message.message_reference!.message_id }),
    },
  };
}

/** The text alone, as of an edited message. */
export function textOf(message: ChatMessage, around: Bystanders): string {
  const { self, place } = around;
  const said = plainMentions(withoutOwnName(message.content, self), {
    user: (id) => {
      if (id === self.id) return self.name;
      const mentioned = message.mentions.find((user) => user.id === id);
      return mentioned ? nameOf(mentioned, (mentioned as MentionedUser).member?.nick) : null;
    },
    role: around.roleName,
    channel: around.channelName,
  });
  const stickers = (message.sticker_items ?? []).map(({ name }) => `[sticker: ${name}]`);
  // The first message of a post in a forum bears the post's own id.
  const title = place.title && message.id === place.thread ? [place.title] : [];
  return [...title, said, ...stickers].filter(Boolean).join('\n\n');
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
    roles: member?.roles ?? [],
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

type MentionedUser = APIUser & { member?: { nick?: string | null } };

function nameOf(user: APIUser, nick?: string | null): string {
  return nick || user.global_name || user.username;
}

function isAddressed(message: ChatMessage, { self, place }: Bystanders): boolean {
  if (place.direct || place.joined) return true;
  if (message.mentions.some(({ id }) => id === self.id)) return true;
  if (message.mention_roles.some((id) => self.roles.includes(id))) return true;
  return message.referenced_message?.author.id === self.id;
}

/** "@Eliza, what now?" is said to Eliza; her name is no part of it. A mere "@Eliza" stays. */
function withoutOwnName(content: string, self: Self): string {
  const own = [`@!?${self.id}`, ...self.roles.map((id) => `@&${id}`)].join('|');
  const rest = content.replace(new RegExp(`^(?:\\s*<(?:${own})>)+[\\s,:]*`), '');
  return rest.trim() === '' ? content.trim() : rest.trim();
}

function quoteOf(message: ChatMessage, around: Bystanders): InboundMessage['quote'] {
  const replied = message.referenced_message;
  if (replied?.content)
    return {
      author: nameOf(replied.author),
      text: textOf(replied, { ...around, place: { ...around.place, title: undefined } }).slice(
        0,
        maxQuoteChars,
      ),
    };
  const forwarded = message.message_snapshots?.[0]?.message.content;
  return forwarded ? { text: forwarded.slice(0, maxQuoteChars) } : undefined;
}
