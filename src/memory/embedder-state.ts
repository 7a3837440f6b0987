import { z } from 'zod';
import type { Logger } from '../logger.js';
import { defineNote } from '../store/note.js';
import type { Note, NoteStore } from '../store/note-store.js';

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

/** For operators: what hinders the embedder that was used last, or how far it is. */
export function hindrancesIn(notes: readonly Note[], log: Logger): { check: string; ok: true }[] {
  const known = notes.flatMap(({ key, value }) => embedderNote.read(key, value, log) ?? []);
  const [last] = known.sort((a, b) => b.usedAt - a.usedAt);
  if (last?.problem)
    return [
      { check: `${last.key} makes no vectors now, words alone find: ${last.problem.message}`, ok: true },
    ];
  if (!last || last.completeAt !== null) return [];
  return [{ check: `the vectors of ${last.key} are being made (carrier embeddings)`, ok: true }];
}
