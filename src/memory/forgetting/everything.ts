/** Everything of somebody in one scope: what waits for its answer, too, and what they are called by others there. */
import type { Memory } from '../../core/memory.js';
import type { Forgotten } from '../../store/forgotten.js';
import { all } from '../../store/paging.js';
import type { Store } from '../../store/store.js';
import { schedulesOf } from './elsewhere.js';
import type { KeyedWords } from './forgotten-words.js';
import { filesOf, roomsOf } from './found.js';
import { type Called, Names } from './names.js';
import { type Counts, noCounts } from './order.js';
import { type Stores, takeAway } from './taking-away.js';
import { goneOf, type Trace, traceOf } from './trace.js';
import { isOwn, type Whose } from './whose.js';
import { wished } from './wish.js';

type Here = Whose & { scope: string };

export interface Everything {
  /** What was said later stays (Unix ms). */
  before: number;
  called: Called;
}

export interface Taken {
  counts: Counts;
  roomIds: string[];
  ids: string[];
  /** To find what comes after it. */
  words: KeyedWords;
}

const wish = { what: 'everything' } as const;

/** May be repeated: it does what is left. */
export async function takeEverything(
  { store, forgotten }: Stores & { forgotten: Pick<Forgotten, 'keyOf'> },
  whose: Here,
  { before, called }: Everything,
): Promise<Taken> {
  const { trace, here } = await found(store, whose, before);
  const counts = await counted(store, trace, whose);
  await takeAway({ store, forgotten }, trace, whose, { everything: true });
  const gone = new Set(goneOf(trace).map(({ id }) => id));
  const left = here.filter((memory) => !gone.has(memory.id) && !isOwn(memory, whose));
  const renamed = await takeNames(store, left, called);
  return {
    counts,
    roomIds: roomsOf([...goneOf(trace), ...trace.masked.map(({ memory }) => memory), ...renamed]),
    ids: [...gone, ...renamed.map(({ id }) => id)],
    words: trace.words.keyed((word) => forgotten.keyOf(word)),
  };
}

export async function countEverything(
  store: Pick<Store, 'memories' | 'records'>,
  whose: Here,
  before: number,
): Promise<Counts> {
  return counted(store, (await found(store, whose, before)).trace, whose);
}

async function found(
  { memories }: Pick<Store, 'memories'>,
  whose: Here,
  before: number,
): Promise<{ trace: Trace; here: Memory[] }> {
  const here = await all((page) => memories.inScope(whose.agentId, whose.scope, page));
  const asked = wished(here, wish, whose, before, { waiting: true });
  return { trace: traceOf(asked, here, { whose, reach: 'words' }), here };
}

async function counted(store: Pick<Store, 'records'>, trace: Trace, whose: Here): Promise<Counts> {
  const counts = { ...noCounts, files: filesOf(trace).size };
  for (const kind of ['messages', 'replies', 'facts', 'summaries', 'chunks', 'masked'] as const)
    counts[kind] = trace[kind].length;
  const what = { words: trace.words, whose, everything: true, scopes: new Set([whose.scope]) };
  counts.schedules = (await schedulesOf(store, what)).length;
  return counts;
}

/** Returns those that lost a name. */
async function takeNames(
  { memories }: Pick<Store, 'memories'>,
  left: readonly Memory[],
  called: Called,
): Promise<Memory[]> {
  const others = new Set(left.flatMap(({ author }) => author.name ?? []));
  const names = new Names(called, others);
  const changed: Memory[] = [];
  for (const before of left) {
    if (!names.without(before)) continue;
    // As it is by now: its quotes may be gone.
    const memory = await memories.get(before.id);
    const without = memory && names.without(memory);
    if (!memory || !without) continue;
    await memories.edit(memory.id, without.text, without.more);
    changed.push(memory);
  }
  return changed;
}
