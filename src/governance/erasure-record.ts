/**
 * Erasure: somebody whom the hub is to know no more.
 *
 * - **Shown**: nobody has confirmed it. It is good for an hour.
 * - **Ordered**: it is being carried out, by whoever sees it; cut off, it is begun again.
 * - **Watched**: done. Turns that had begun before are looked at when they end.
 * - **Done**: a tombstone. It says when, and by salted digests of which accounts: a database that is restored from before
 *   it has them erased again.
 */
import { z } from 'zod';
import { defineRecord } from '../store/record.js';

const Account = z.looseObject({ connector: z.string(), tenant: z.string(), userId: z.string() });

const Keyed = z.looseObject({
  texts: z.array(z.object({ at: z.number(), terms: z.array(z.string()), least: z.number() })),
  marks: z.array(z.object({ key: z.string(), at: z.number(), number: z.boolean() })),
});

/** What is watched, of one agent. */
export const WatchedPart = z.looseObject({
  agentId: z.string(),
  roomIds: z.array(z.string()),
  scopes: z.array(z.string()),
  words: Keyed,
});
export type WatchedPart = z.infer<typeof WatchedPart>;

export const Erasure = z.looseObject({
  state: z.enum(['shown', 'ordered', 'watched', 'done']),
  /** Until it is carried out; absent: its digests alone are known. */
  accounts: z.array(Account).optional(),
  salt: z.string(),
  digests: z.array(z.string()),
  /** Of this agent alone. */
  agentId: z.string().optional(),
  /** Roles, links, pairings and tokens, too. */
  access: z.boolean(),
  /** What was said later stays (Unix ms). */
  at: z.number(),
  /** What goes or went, by sort; numbers alone. */
  counts: z.record(z.string(), z.number()).default({}),
  watched: z.array(WatchedPart).optional(),
  lookAt: z.number().optional(),
});
export type Erasure = z.infer<typeof Erasure>;

export const erasureRecord = defineRecord<Erasure>({
  kind: 'erasure',
  schema: Erasure,
  due: ({ lookAt }) => lookAt,
});
