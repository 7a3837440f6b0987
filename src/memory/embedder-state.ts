import { z } from 'zod';
import type { Logger } from '../logger.js';
import { defineNote } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

const mostStates = 100;

/** What is known of the vectors of one embedder, for those who ask how far they are. */
export interface EmbedderState {
  /** Under which the vectors lie (`embedding.ts`). */
  key: string;
  /** The embedder's. */
  id: string;
  /** 0: not known yet. */
  dimensions: number;
  /** Unix ms, as all times here. */
  startedAt: number;
  /** When everything had its vector for the first time; null: not yet. */
  completeAt: number | null;
  /** When a process last worked with it, to some minutes. */
  usedAt: number;
  /** Why no vectors are made now. */
  problem: { code: string; message: string } | null;
}

/** Loose: a newer version may know more. */
export const embedderNote = defineNote<string, EmbedderState>({
  key: (key) => `embedder:${key}`,
  schema: z.looseObject({
    ...{ key: z.string(), id: z.string(), dimensions: z.number() },
    ...{ startedAt: z.number(), completeAt: z.number().nullable(), usedAt: z.number() },
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  }),
});

/** Those that are known, the one that was used last first. */
export async function statesOf(notes: NoteStore, log: Logger): Promise<EmbedderState[]> {
  const found = await embedderNote.in(notes, log).list('', mostStates);
  return found.flatMap(({ value }) => value ?? []).sort((a, b) => b.usedAt - a.usedAt);
}

/** For operators: what hinders an embedder, or how far it is. Null: nothing needs to be told. */
export function stateText({ key, completeAt, problem }: EmbedderState): string | null {
  if (problem) return `the embedder ${key} makes no vectors now, words alone find: ${problem.message}`;
  return completeAt === null ? `the vectors of ${key} are being made (carrier embeddings)` : null;
}
