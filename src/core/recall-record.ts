/** What a turn recalled and why, for whoever asks why an agent knew something or did not. It holds no words of anybody. */
import { z } from 'zod';

export const RecallRecord = z.object({
  /** How many questions were searched for. */
  questions: z.number().int(),
  /** How many memories were compared. */
  candidates: z.number().int(),
  /** In the order in which they were chosen. */
  hits: z.array(
    z.object({
      /** Id of the memory. */
      id: z.string(),
      /** For which of the questions, from 0 on. */
      question: z.number().int(),
      /** What decided. */
      score: z.number(),
      /** BM25 of its words; 0: it has none of the question's. */
      words: z.number(),
      /** Cosine of its meaning; null: it has no vector, or the question has none. */
      meaning: z.number().nullable(),
    }),
  ),
  /** Whose vectors were compared; null: none. */
  embedder: z.string().nullable(),
  /** Why meaning was not looked at, though there is an embedder. */
  degraded: z.string().optional(),
});
export type RecallRecord = z.infer<typeof RecallRecord>;
