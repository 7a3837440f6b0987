/** What is found to go, and the order to take it away. */
import { createHash, randomBytes } from 'node:crypto';
import type { Memory } from '../../core/memory.js';
import type { Counts, Order } from './order.js';
import { goneOf, type Trace } from './trace.js';
import type { Whose } from './whose.js';
import { reachOf, type Wish } from './wish.js';

/** Kept in an order; of more than these, the wish itself says which they are. */
const mostIds = 10_000;

export interface Found {
  traces: { whose: Whose & { scope: string }; trace: Trace }[];
  counts: Counts;
  digest: string;
  roomIds: string[];
}

export function isNothing({ traces, counts }: Found): boolean {
  return traces.length === 0 && counts.schedules === 0;
}

export function orderOf(
  whose: Whose,
  wish: Wish,
  { counts, digest, traces, roomIds }: Found,
  before: number,
): Order {
  const scopes = traces.map(({ whose }) => whose.scope);
  const at = Date.now();
  return {
    ...{ whose, wish, reach: reachOf(wish), state: 'shown', digest, counts, derived: [], roomIds, scopes },
    ...{ before, at, lookAt: at },
  };
}

/** To be carried out, without words. */
export function ordered(order: Order, { traces }: Found): Order {
  const ids = traces.flatMap(({ trace }) => trace.sources);
  const known = order.wish.what === 'everything' || order.wish.what === 'days';
  const derived = traces.flatMap(({ trace }) => goneOf(trace).map(({ id }) => id)).slice(0, mostIds);
  const wish: Wish = known ? order.wish : { what: 'memories', ids: ids.slice(-mostIds) };
  return { ...order, wish, state: 'ordered', derived, lookAt: order.at };
}

export function roomsOf(memories: readonly Memory[]): string[] {
  return [...new Set(memories.map(({ roomId }) => roomId))];
}

export function filesOf(trace: Trace): Set<string> {
  return new Set(goneOf(trace).flatMap(({ content }) => content.attachments.map(({ file }) => file)));
}

export function digestOf(memories: readonly Memory[]): string {
  const ids = memories.map(({ id }) => id).sort();
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex');
}

const letters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Short enough to be typed. */
export function codeOf(): string {
  return [...randomBytes(8)].map((byte) => letters[byte % letters.length]).join('');
}
