/** What memories carry that were made of others: facts, summaries, and the chunks of documents. */
import { z } from 'zod';

/** Of the kind `fact`. Its owner is the memory's author; its text is one short statement. Absent on facts of older hubs. */
export const Fact = z.object({
  /** Ids of the messages it was made of; the first one says it. */
  from: z.array(z.string()).max(50),
  /** `asked`: somebody wanted it kept. `found`: read out of talk. `corrected`: its owner wrote it. */
  how: z.enum(['asked', 'found', 'corrected']),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  /** From when on it holds, as far as its words say (Unix ms); absent: since it was said. */
  since: z.number().optional(),
  /** When it ended (Unix ms); absent: it holds. An ended fact is the past, and stands in no list of what holds. */
  until: z.number().optional(),
  /** Why it ended: the id of the fact that says otherwise, or `denied:` and who says that it never was so. */
  endedBy: z.string().optional(),
  /** Facts that say otherwise, where nobody knows which one holds. */
  disputes: z.array(z.string()).max(10).optional(),
  /** What it says, where that was read out of its words: of `self`, or of somebody or something of theirs. */
  says: z
    .looseObject({
      subject: z.string(),
      attribute: z.string(),
      value: z.string(),
      /** -1: that it is not so. */
      polarity: z.union([z.literal(1), z.literal(-1)]),
    })
    .optional(),
  /** How often it was said. */
  said: z.number().int().min(1),
  /** Raised by every change: of two that change the same version, one does. */
  version: z.number().int().min(1),
});
export type Fact = z.infer<typeof Fact>;

/** Whether a memory is a fact that is the past. */
export function hasEnded({ fact }: { fact?: Fact | undefined }, now: number): boolean {
  return fact?.until !== undefined && fact.until <= now;
}

/** Of the kind `summary`: a rolling summary of a room, which holds what the ones before it held. */
export const Summary = z.object({
  /** Ids of the first and the last message it covers. */
  first: z.string(),
  last: z.string(),
  /** How many messages those are. */
  messages: z.number().int().min(1),
  /** `model:NAME` or `rules`. */
  by: z.string(),
});
export type Summary = z.infer<typeof Summary>;

/** Of the kind `document`: one chunk. Its room stands for the document, so its neighbours are the chunks beside it. */
export const Chunk = z.object({
  documentId: z.string(),
  /** The document's name, as it is cited. */
  name: z.string(),
  version: z.number().int().min(1),
  /** From 0 on. */
  index: z.number().int().min(0),
  /** Headings above it, outermost first. */
  headings: z.array(z.string()).max(10),
  /** From 1 on; absent: there are no pages. */
  page: z.number().int().min(1).optional(),
  /** Of a table: its first row, from 1 on; absent: it is of none. */
  row: z.number().int().min(1).optional(),
});
export type Chunk = z.infer<typeof Chunk>;
