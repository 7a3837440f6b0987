/**
 * Order: what was shown to somebody as what would go, and what became of it.
 *
 * - **shown**: nobody has confirmed it. It is good for an hour, and holds the words in which it was wished for.
 * - **ordered**: it is being carried out, by whoever sees it; cut off, it is begun again. From here on it holds no words.
 * - **watched**: done. Turns that had begun before are looked at when they end.
 */
import { z } from 'zod';
import { defineRecord } from '../../store/record.js';
import type { Whose } from './whose.js';
import { Wish } from './wish.js';

/** How many go, by kind; `masked` and `schedules` are changed and called off. */
export const Counts = z.object({
  messages: z.number(),
  replies: z.number(),
  facts: z.number(),
  summaries: z.number(),
  chunks: z.number(),
  files: z.number(),
  masked: z.number(),
  schedules: z.number(),
});
export type Counts = z.infer<typeof Counts>;

export const noCounts: Counts = {
  ...{ messages: 0, replies: 0, facts: 0, summaries: 0, chunks: 0, files: 0, masked: 0, schedules: 0 },
};

const Keyed = z.looseObject({
  texts: z.array(z.object({ at: z.number(), terms: z.array(z.string()), least: z.number() })),
  marks: z.array(z.object({ key: z.string(), at: z.number(), number: z.boolean() })),
});

export const Order = z.looseObject({
  whose: z.object({
    agentId: z.string(),
    connector: z.string(),
    tenant: z.string(),
    userId: z.string(),
    scope: z.string().optional(),
  }),
  wish: Wish,
  reach: z.enum(['one', 'words', 'topic']),
  state: z.enum(['shown', 'ordered', 'watched']),
  /** Of the ids of all that was shown. */
  digest: z.string(),
  counts: Counts,
  /** Ids of what derives from it, as it was found. */
  derived: z.array(z.string()),
  roomIds: z.array(z.string()),
  scopes: z.array(z.string()),
  /** When it was confirmed (Unix ms), to know it by when that is told again. */
  confirmedAt: z.number().optional(),
  /** What was said later stays (Unix ms). */
  before: z.number(),
  /** Keys of its words, while it is watched. */
  words: Keyed.optional(),
  /** Unix ms. */
  at: z.number(),
  lookAt: z.number(),
});
export type Order = z.infer<typeof Order>;

export const orderRecord = defineRecord<Order>({
  kind: 'forgetting',
  schema: Order,
  group: ({ whose }) => groupOf(whose),
  due: ({ lookAt }) => lookAt,
});

/** Under which a person's orders are listed. */
export function groupOf({ agentId, connector, tenant, userId }: Whose): string {
  return JSON.stringify([agentId, connector, tenant, userId]);
}
