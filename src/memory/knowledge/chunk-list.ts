/**
 * The chunks of a document: which memories are searched, and which were begun. What is to be written is listed before,
 * so that whatever a crash leaves behind is found by its list.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../../core/ids.js';
import { defineRecord } from '../../store/record.js';
import type { ChunkText } from './chunks.js';

/** So many chunks a document has at most: more would make its list longer than a record may be. */
export const mostChunks = 6000;

/** The memory's id, and a mark of all that the chunk says. */
const Entry = z.tuple([z.string(), z.string()]);
type Entry = z.infer<typeof Entry>;

const ChunkList = z.looseObject({
  /** What is searched. */
  live: z.array(Entry),
  /** What was begun, and is not searched, or not any more. */
  begun: z.array(Entry),
});
export type ChunkList = z.infer<typeof ChunkList>;

/** By the document's id. */
export const chunkListRecord = defineRecord<ChunkList>({ kind: 'document-chunks', schema: ChunkList });

/** A chunk and the memory that it is, or will be. */
export interface Planned {
  id: string;
  chunk: ChunkText;
  index: number;
}

export interface Plan {
  list: ChunkList;
  /** Chunks of which there is no memory for certain. */
  missing: Planned[];
  /** All of them, in order. */
  whole: Entry[];
}

/** What is unchanged keeps its memory, and so its vector. @param scope where the chunks will be searched */
export function planned(chunks: readonly ChunkText[], scope: string, known: ChunkList | null): Plan {
  const free = new Map<string, { id: string; live: boolean }[]>();
  const offer = (entries: readonly Entry[], live: boolean) => {
    for (const [id, mark] of entries) free.set(mark, [...(free.get(mark) ?? []), { id, live }]);
  };
  offer(known?.live ?? [], true);
  offer(known?.begun ?? [], false);
  const missing: Planned[] = [];
  const whole = chunks.map((chunk, index): Entry => {
    const mark = markOf(chunk, scope);
    const found = free.get(mark)?.shift();
    const id = found?.id ?? newId();
    if (!found?.live) missing.push({ id, chunk, index });
    return [id, mark];
  });
  const live = known?.live ?? [];
  const isLive = new Set(live.map(([id]) => id));
  const begun = new Map([...(known?.begun ?? []), ...whole].filter(([id]) => !isLive.has(id)));
  return { list: { live, begun: [...begun] }, missing, whole };
}

function markOf({ text, headings, page, row }: ChunkText, scope: string): string {
  const said = JSON.stringify([scope, headings, page ?? null, row ?? null, text]);
  return createHash('sha256').update(said).digest('base64url').slice(0, 22);
}
