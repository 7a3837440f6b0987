/** Memories and turns for the tests of a store. */
import { expect } from 'vitest';
import { newId } from '../../../src/core/ids.js';
import type { Memory } from '../../../src/core/memory.js';
import { type OutboundMessage, type Turn, type TurnCheckpoint, turnIdOf } from '../../../src/core/turn.js';
import { type NewFile, ownerOf } from '../../../src/store/file-store.js';
import type { Store } from '../../../src/store/store.js';

type MessageParts = Partial<Memory> & { text?: string; messageId?: string };

/** A pending message of agent `ada` in room `room` and scope `s`. */
export function message({ text = 'hello', messageId, ...more }: MessageParts = {}): Memory {
  const id = newId();
  return {
    id,
    agentId: 'ada',
    roomId: 'room',
    scope: 's',
    kind: 'message',
    role: 'user',
    author: { id: 'u1' },
    content: { text, attachments: [], replyTo: null },
    source: source(messageId ?? id),
    status: 'pending',
    turnId: null,
    createdAt: Date.now(),
    ...more,
  };
}

/** Something that waits for no turn. */
export function kept(text: string, more: MessageParts = {}): Memory {
  return message({ text, status: 'kept', ...more });
}

export function source(messageId = newId()) {
  return { connector: 'http', tenant: 'default', channel: 'c', messageId };
}

export function checkpointOf(messages: Memory[], steps: string[]): TurnCheckpoint {
  const [first] = messages;
  return {
    turnId: turnIdOf(first!),
    roomId: first!.roomId,
    agentId: first!.agentId,
    covers: messages.map(({ id }) => id),
    steps: steps.map((text) => ({ text, actions: [], usage: { inputTokens: 1, outputTokens: 2 } })),
  };
}

interface CommitParts {
  status?: Turn['status'];
  text?: string;
  silent?: boolean;
}

/** A finished turn over the messages. */
export function commitOf(messages: Memory[], { status = 'done', text, silent = false }: CommitParts = {}) {
  const checkpoint = checkpointOf(messages, ['thinking']);
  const { turnId, roomId, agentId } = checkpoint;
  const first = messages[0]!;
  const reply: Memory | null = silent
    ? null
    : { ...message({ roomId, agentId, scope: first.scope }), role: 'assistant', status: 'kept', turnId };
  if (reply) reply.content.text = text ?? `reply to ${first.content.text}`;
  const turn: Turn = {
    ...checkpoint,
    status,
    replyId: reply?.id ?? null,
    model: 'offline',
    usage: { inputTokens: 3, outputTokens: 4 },
    attempt: 1,
    error: status === 'failed' ? { code: 'model_refused', message: 'no' } : null,
    startedAt: 1,
    finishedAt: 2,
  };
  const outbound: OutboundMessage | null = reply && {
    id: `out_${reply.id}`,
    agentId,
    roomId,
    turnId,
    memory: reply,
    to: messages.at(-1)!.source,
    answers: messages.map((answered) => answered.source),
    attempts: 0,
    createdAt: Date.now(),
  };
  return { turn, reply, outbound };
}

/** Of a reply that has failed once, at 1,000. */
export const failing = { since: 1_000, lastAt: 1_000, nextAt: 2_000 };

/** Claims and commits what waits in the room. */
export async function commitAll(store: Store, roomId = 'room') {
  const { messages } = await store.turns.claim(roomId, 100);
  const commit = commitOf(messages);
  expect(await store.turns.commit(commit)).toBe(true);
  return commit;
}

export function texts(memories: Memory[]): string[] {
  return memories.map(({ content }) => content.text);
}

/** A file of person `person` in place `c`. */
export function newFile(person = 'u1'): NewFile {
  return {
    ...{ name: 'a.txt', mediaType: 'text/plain' },
    owner: ownerOf({ agentId: 'ada', roomId: 'room', scope: 's', author: { id: person }, source: source() }),
  };
}

/** A message that names these files. */
export function withFiles(files: string[], more: MessageParts = {}): Memory {
  const attachments = files.map((file) => ({ name: 'a.txt', mediaType: 'text/plain', size: 1, file }));
  return message({ status: 'kept', content: { text: 'see', attachments, replyTo: null }, ...more });
}
