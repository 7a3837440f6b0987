/**
 * How a memory lies in its table: the columns queries need, and the whole of it as JSON in `body`, of which an
 * edit changes the text. Status and turn change too; they are columns, laid over the body when it is read.
 */
import type { Memory, MemoryKind, MemoryStatus, SourceKey } from '../../core/memory.js';
import { frozen } from './frozen.js';

/** A memory and its place in the order of appends. */
export interface Stored {
  seq: number;
  memory: Memory;
}

/** Numbers in the file; never renumber them. The schema's partial indexes name 0 of both and fact. */
export const kindNumber: Record<MemoryKind, number> = {
  ...{ message: 0, fact: 1, summary: 2, document: 3, trigger: 4 },
};
export const statusNumber: Record<MemoryStatus, number> = { pending: 0, handled: 1, failed: 2, kept: 3 };
const statuses: readonly MemoryStatus[] = ['pending', 'handled', 'failed', 'kept'];

/** A memory with a longer text counts for several where memories held are counted. */
const countedLength = 1_000;

export function weightOf(length: number): number {
  return 1 + Math.floor(length / countedLength);
}

export type MemoryRow = [
  id: string,
  key: string,
  agentId: string,
  roomId: string,
  scope: string,
  kind: number,
  status: number,
  turnId: string | null,
  createdAt: number,
  body: string,
  /** Ids of its files as JSON; null without any. */
  files: string | null,
];

export function rowOf(memory: Memory): MemoryRow {
  const { attachments } = memory.content;
  return [
    memory.id,
    ingestionKey({ ...memory.source, agentId: memory.agentId }),
    memory.agentId,
    memory.roomId,
    memory.scope,
    kindNumber[memory.kind],
    statusNumber[memory.status],
    memory.turnId,
    memory.createdAt,
    JSON.stringify(memory),
    attachments.length > 0 ? JSON.stringify(attachments.map(({ file }) => file)) : null,
  ];
}

/** JSON, because no choice of platform ids can make two different keys alike in it. */
export function ingestionKey({ agentId, connector, tenant, messageId }: SourceKey): string {
  return JSON.stringify([agentId, connector, tenant, messageId]);
}

/** One item of a JSON list of memories, as SQL; `readMemories` is its other end. */
export const memoryItem = `'[' || seq || ',' || status || ',' || json_quote(turn) || ',' || body || ']'`;

/** The columns `memoryItem` needs. */
export const memoryColumns = 'seq, status, turn, body';

type MemoryItem = [seq: number, status: number, turnId: string | null, body: Memory];

/** The memories are frozen: caches share them with every caller. */
export function readMemories(json: string): Stored[] {
  const rows = JSON.parse(json) as MemoryItem[];
  return rows.map((row) => ({ seq: row[0], memory: readMemory(row) }));
}

export function readMemory([, status, turnId, memory]: MemoryItem): Memory {
  memory.status = statuses[status]!;
  memory.turnId = turnId;
  return frozen(memory);
}
