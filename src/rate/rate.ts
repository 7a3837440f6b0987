/**
 * Rates: counts how often something happens, or how much of it, for all processes of a hub together where they share a Redis.
 *
 * - **Kind**: what is counted, such as the messages of a person. **Key**: whose.
 * - **Window**: begins with the first that is counted under a key, and ends so many seconds later.
 *
 * The contract (`test/contract/rate.ts`):
 * 1. of all that is counted within a window, by however many processes at once, each is told another number, from 1 on:
 *    the sum of what was counted until then, itself included;
 * 2. kinds, keys and windows of different lengths do not touch;
 * 3. no more than a bounded number of keys is held in memory, whoever makes them up, and none for longer than its window
 *    in Redis;
 * 4. counting never fails, and takes a second at most.
 *
 * Not promised: that a count outlives a restart, the loss of Redis, or many thousands of other keys of its kind.
 */
export interface Counted {
  /** How much there was in this window, this among it. */
  count: number;
  /** Until the window ends, in ms; more than 0. */
  leftMs: number;
}

export interface RateCounter {
  /** @param amount a whole number of 1 or more; default 1. */
  count(kind: string, key: string, windowSeconds: number, amount?: number): Promise<Counted>;
}
