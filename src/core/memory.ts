/**
 * The Memory: the standard object of all communication. A connector hands over an `InboundMessage`; intake
 * turns it into a `Memory`; everything behind intake knows only memories.
 *
 * - **Room**: one conversation (channel, thread, DM, HTTP session).
 * - **Scope**: who may recall a memory. A direct room's memories belong to its user, a shared room's to the room.
 * - **Kept**: stored, and waiting for nothing (replies, facts, overheard talk).
 */
import { z } from 'zod';
import { roles } from '../access/role.js';
import { Chunk, Fact, Summary } from './derived-memory.js';
import { derivedId, newId } from './ids.js';
import { Origin } from './origin.js';
import { Part } from './part.js';
import { Trigger } from './trigger.js';

/** `trigger`: why a turn runs, where that is no message (`trigger.ts`). */
export const MemoryKind = z.enum(['message', 'fact', 'summary', 'document', 'trigger']);
export type MemoryKind = z.infer<typeof MemoryKind>;

const MemoryRole = z.enum(['user', 'assistant', 'system']);

/** `pending` waits for its turn; `handled` and `failed` had it; `kept` never waits for one. */
export const MemoryStatus = z.enum(['pending', 'handled', 'failed', 'kept']);
export type MemoryStatus = z.infer<typeof MemoryStatus>;

/** Whoever wrote a message. */
export const Author = z.object({
  /** The platform's id of the person; unique within (connector, tenant). */
  id: z.string().min(1).max(256),
  name: z.string().max(256).optional(),
  bot: z.boolean().optional(),
});
export type Author = z.infer<typeof Author>;

/** A file of a message; its bytes are in the `FileStore`. */
export const Attachment = z.object({
  name: z.string().max(255),
  /** IANA media type, as the hub finds it by the bytes and the name. */
  mediaType: z.string().max(127),
  /** Size in bytes. */
  size: z.number().int().nonnegative(),
  /** Key of the bytes in the `FileStore`. */
  file: z.string(),
  /** Of which message it is, where it is not of the message itself. */
  of: z.enum(['quote', 'forwarded', 'earlier']).optional(),
});
export type Attachment = z.infer<typeof Attachment>;

/** Words of another message that this one points at: a reply's target, a forwarded text. */
export const Quote = z.object({ author: z.string().max(256).optional(), text: z.string().max(4000) });

export const Button = z.object({
  label: z.string().min(1).max(80),
  /** Opaque and signed; at most 64 bytes, the least that a platform allows. */
  payload: z.string().min(1).max(64),
  style: z.enum(['primary', 'danger']).optional(),
});
/** A choice offered under a reply. */
export type Button = z.infer<typeof Button>;

const Content = z.object({
  text: z.string(),
  attachments: z.array(Attachment),
  /** Id of the memory this one answers or quotes. */
  replyTo: z.string().nullable(),
  /** What this one quotes, where its author pointed at a message. */
  quote: Quote.optional(),
  /** What it carries besides the words its author typed; absent: nothing. */
  parts: z.array(Part).optional(),
  /** Offered under a reply; pressing one comes back as an `InboundPress` with its payload. */
  buttons: z.array(Button).max(25).optional(),
});

/** Where a message is on its platform, and where its answer goes. */
export const Source = z.object({
  connector: z.string().min(1).max(64),
  /** Workspace, guild or account on the platform; `default` where it has none. */
  tenant: z.string().min(1).max(256),
  /** The conversation on the platform; unique within (connector, tenant). */
  channel: z.string().min(1).max(512),
  thread: z.string().min(1).max(256).optional(),
  /** The platform's id of the message; unique within (connector, tenant), so name the channel in it if ids repeat. */
  messageId: z.string().min(1).max(1024),
  /** The sender fetches the reply itself, so no outbox entry is made for this message. */
  pull: z.boolean().optional(),
  /** Replies go to a program: it is sent answers alone, and no notices on the way to one. */
  answersOnly: z.boolean().optional(),
  /** Whatever the connector needs again to answer; stored, never shown to a model. */
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type Source = z.infer<typeof Source>;

/** What of a source says which room it is. */
export type RoomSource = Omit<Source, 'messageId' | 'metadata' | 'pull' | 'answersOnly'>;

/** The room's part of a message's source. */
export function roomSourceOf({ connector, tenant, channel, thread }: RoomSource): RoomSource {
  return { connector, tenant, channel, ...(thread !== undefined && { thread }) };
}

/**
 * What a message came with that says what its author may do; roles are looked up by it when something depends on them.
 */
export const Asker = z.object({
  /** Those of the author's groups that somebody gave a role, as the platform said with the message. */
  groups: z.array(z.string()).optional(),
  /** The token it came with. */
  token: z
    .object({
      name: z.string(),
      tenant: z.string(),
      admin: z.boolean().optional(),
      role: z.enum(roles).optional(),
      id: z.string().optional(),
      scopes: z.array(z.string()).optional(),
      agents: z.array(z.string()).optional(),
      user: z.string().optional(),
    })
    .optional(),
});
export type Asker = z.infer<typeof Asker>;

/** What was said or is known: a message, a fact, a summary. */
export const Memory = z.object({
  /** UUIDv7. */
  id: z.string(),
  agentId: z.string(),
  roomId: z.string(),
  scope: z.string(),
  kind: MemoryKind,
  role: MemoryRole,
  author: Author,
  content: Content,
  source: Source,
  status: MemoryStatus,
  /** The turn that handled it or that it came from; null before and outside of turns. */
  turnId: z.string().nullable(),
  /** Unix time in milliseconds. */
  createdAt: z.number(),
  /** Of the kind `trigger` only. */
  trigger: Trigger.optional(),
  /** Of people's messages; absent: nothing is known but who they are. */
  asker: Asker.optional(),
  /** Where its words come from, where that is outside; absent: from nowhere but its author. */
  taint: z.array(Origin).optional(),
  /** Of the kind `fact`. */
  fact: Fact.optional(),
  /** Of the kind `summary`. */
  summary: Summary.optional(),
  /** Of the kind `document`. */
  chunk: Chunk.optional(),
});
export type Memory = z.infer<typeof Memory>;

/** Names one platform message: the ingestion key. */
export type SourceKey = Pick<Source, 'connector' | 'tenant' | 'messageId'> & { agentId: string };

/** What the hub writes itself, in the room of another memory. */
export function ownMemory(
  { agentId, roomId, scope, source }: Pick<Memory, 'agentId' | 'roomId' | 'scope' | 'source'>,
  own: Pick<Memory, 'kind' | 'role' | 'author' | 'content' | 'turnId' | 'taint' | 'fact' | 'summary'>,
): Memory {
  const id = newId();
  const here = { agentId, roomId, scope, source: { ...source, metadata: undefined, messageId: id } };
  return { id, ...here, ...own, status: 'kept', createdAt: Date.now() };
}

/** What makes a turn run besides messages. `key` is unique in the place of a platform's message id. */
export function triggerMemory(
  {
    agentId,
    roomId,
    scope,
    source,
    author,
    asker,
    taint,
  }: Pick<Memory, 'agentId' | 'roomId' | 'scope' | 'source' | 'author' | 'asker' | 'taint'>,
  { trigger, key, text = '' }: { trigger: Trigger; key: string; text?: string },
): Memory {
  return {
    ...{ id: newId(), agentId, roomId, scope, kind: 'trigger', role: 'system', author, trigger },
    content: { text, attachments: [], replyTo: null },
    source: { ...source, messageId: key },
    ...{ status: 'pending', turnId: null, createdAt: Date.now() },
    ...(asker && { asker }),
    ...(taint && { taint }),
  };
}

/** Whether two messages of one room are of one person. */
function samePerson(a: Memory, b: Memory): boolean {
  return a.author.id === b.author.id && a.source.tenant === b.source.tenant;
}

/** The messages at the head of a room's line that are one person's, so that actions run as whoever asked for them. */
export function burst(messages: readonly Memory[]): Memory[] {
  const end = messages.findIndex((message) => !samePerson(message, messages[0]!));
  return end < 0 ? [...messages] : messages.slice(0, end);
}

/** Whether it is written as `roomIdOf` writes them. */
export function isRoomId(text: string): boolean {
  return /^room_[\da-f]{32}$/.test(text);
}

/** The same room in every process: derived, never stored. */
export function roomIdOf(agentId: string, source: RoomSource): string {
  return derivedId('room', agentId, source.connector, source.tenant, source.channel, source.thread ?? '');
}

/** Who may recall what is said in a room; see the head of this file. */
export function scopeOf(
  message: Pick<Memory, 'agentId' | 'author'> & { source: RoomSource; direct: boolean },
): string {
  const { agentId, source, author } = message;
  if (!message.direct) return sharedScopeOf(roomIdOf(agentId, source));
  return derivedId('user', agentId, source.connector, source.tenant, author.id);
}

export function sharedScopeOf(roomId: string): string {
  return roomId.replace(/^room/, 'shared');
}

/** Whether a room with this scope is a direct one; undefined where the scope is not of our making. */
export function isDirect(scope: string): boolean | undefined {
  if (scope.startsWith('user_')) return true;
  return scope.startsWith('shared_') ? false : undefined;
}
