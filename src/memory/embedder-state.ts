import { z } from 'zod';
import { defineNote } from '../store/note.js';

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
