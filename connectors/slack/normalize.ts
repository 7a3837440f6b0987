/** Slack's events as the hub's objects. Pure: whatever must be asked for first comes in as `Reading`. */
import type { InboundMessage, InboundReaction, SourceKey } from '../../src/extension-api.js';
import { addressing } from './addressing.js';
import type { MessageEvent, SlackMessage } from './payload.js';
import { type CarriedFile, readMessage } from './reader.js';
import type { Names } from './text.js';

export const connectorName = 'slack';

/** Where a message in a channel that names the agent is answered, and so what its conversation is. */
export type ReplyIn = 'thread' | 'channel';

/** What the words of an event do not tell. */
export interface Reading {
  agentId: string;
  /** The workspace the app was told through. */
  teamId: string;
  /** Where the app is installed for a whole organisation; replies need it to find the token. */
  enterpriseId?: string | undefined;
  botUserId: string;
  /** Whether that workspace is the operator's own. */
  home: boolean;
  names: Names;
  replyIn: ReplyIn;
}

/** Besides plain ones, these are messages of people; other subtypes are the workspace's own remarks. */
const spoken = new Set(['file_share', 'thread_broadcast', 'me_message', 'bot_message']);

/** Message ids repeat between channels. */
export function messageIdOf(channel: string, ts: string): string {
  return `${channel}:${ts}`;
}

export function channelAndTs(messageId: string): { channel: string; ts: string } {
  const [channel = '', ts = ''] = messageId.split(':');
  return { channel, ts };
}

/** Conversations between one person and the app; their ids alone begin with D. */
export function isDirect({ channel }: Pick<MessageEvent, 'channel'>): boolean {
  return channel.startsWith('D');
}

/** False for what nobody said: joins, topics, and forms of messages that are told in other ways. */
export function isConversation({ subtype, user, bot_id }: SlackMessage): boolean {
  return (!subtype || spoken.has(subtype)) && Boolean(user ?? bot_id);
}

/** As `isConversation`, and false for our own messages. */
export function isSpoken(event: SlackMessage, own: { botUserId: string; botId: string }): boolean {
  return isConversation(event) && event.user !== own.botUserId && event.bot_id !== own.botId;
}

/** For `message` and `app_mention` alike: they are twins, and whichever is stored first is the message. */
export function normalizeMessage(event: MessageEvent, reading: Reading): InboundMessage {
  const { agentId, teamId, enterpriseId, botUserId, home, names } = reading;
  const direct = isDirect(event);
  const { agent, another } = addressing(event, botUserId);
  // What is said in a thread under the agent's own message answers it. Of other threads the hub knows which are its.
  const answers = Boolean(event.thread_ts) && event.parent_user_id === botUserId;
  const addressed = direct || agent || (answers && !another);
  const thread = threadOf(event, addressed, reading.replyIn);
  const author = event.user ?? event.bot_id ?? '';
  const name = names(author) ?? event.username ?? undefined;
  const { text, parts, files } = readMessage(event, names, reading);
  return {
    agentId,
    source: {
      connector: connectorName,
      tenant: teamId,
      channel: event.channel,
      ...(thread ? { thread } : {}),
      messageId: messageIdOf(event.channel, event.ts),
      ...(enterpriseId ? { metadata: { enterpriseId } } : {}),
    },
    direct,
    addressed,
    home,
    author: {
      id: author,
      ...(name ? { name: name.slice(0, 256) } : {}),
      ...(event.bot_id || author === 'USLACKBOT' ? { bot: true } : {}),
    },
    ...(another && { addressesAnother: true }),
    ...(thread && { threaded: true }),
    text,
    ...(parts.length > 0 && { parts }),
    ...(files.length > 0 && { files: files.map(offered) }),
  };
}

function offered({ file: { id, name, size } }: CarriedFile) {
  return { name: (name ?? id).slice(0, 255), ...(size ? { size } : {}) };
}

/**
 * The conversation within the channel. A message in a channel that names the agent begins a thread, since its
 * answer and what follows will be there; what is overheard belongs to the channel.
 */
function threadOf(event: MessageEvent, addressed: boolean, replyIn: ReplyIn): string | undefined {
  if (event.thread_ts) return event.thread_ts;
  return isDirect(event) || replyIn === 'channel' || !addressed ? undefined : event.ts;
}

export function keyOf(reading: Pick<Reading, 'agentId' | 'teamId'>, channel: string, ts: string): SourceKey {
  const { agentId, teamId } = reading;
  return { agentId, connector: connectorName, tenant: teamId, messageId: messageIdOf(channel, ts) };
}

export interface ReactionEvent {
  user: string;
  reaction: string;
  item: { channel: string; ts: string };
}

export function normalizeReaction(
  { user, reaction, item: { channel, ts } }: ReactionEvent,
  removed: boolean,
  { agentId, teamId }: Pick<Reading, 'agentId' | 'teamId'>,
): InboundReaction {
  const messageId = messageIdOf(channel, ts);
  return {
    agentId,
    source: { connector: connectorName, tenant: teamId, channel, messageId },
    author: { id: user },
    emoji: reaction,
    removed,
  };
}
