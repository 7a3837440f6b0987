/**
 * What the indexes of a server do, tried in a collection of their own: there are servers that take an option they do
 * not know and leave it without effect.
 */
import type { Collection, Db, IndexDescription } from 'mongodb';
import { newId } from '../../core/ids.js';
import { isDuplicateKey, isPassing } from './faults.js';

/** What a start that was cut off has left goes after that. */
const leftMs = 3_600_000;

interface Probe {
  _id: string;
  run: string;
  at: number;
  key: string;
  room?: string;
  covers?: string[];
  terms?: string[];
}

const unique: IndexDescription = { name: 'unique', key: { key: 1 }, unique: true };
/** As `covered` of `indexes.ts`. */
const partial: IndexDescription = {
  name: 'partial',
  key: { room: 1, covers: 1 },
  unique: true,
  partialFilterExpression: { 'covers.0': { $exists: true } },
};
const text: IndexDescription = { name: 'text', key: { terms: 'text' }, default_language: 'none' };

export interface IndexAbilities {
  unique: boolean;
  partial: boolean;
  text: boolean;
}

/** @param make makes an index; false: the server refuses it */
export async function probeIndexes(
  db: Db,
  make: (collection: string, index: IndexDescription) => Promise<boolean>,
): Promise<IndexAbilities> {
  const probes = db.collection<Probe>('probes');
  const made = {
    unique: await make('probes', unique),
    partial: await make('probes', partial),
    text: await make('probes', text),
  };
  // One word, as the terms are.
  const run = `t${newId().replaceAll('-', '')}`;
  const stores = storing(probes, run);
  try {
    await stores('first', { terms: [`${run}a`] });
    return {
      unique: made.unique && !(await stores('first', {})),
      partial: made.partial && (await isPartial(stores, run)),
      text: made.text && (await searches(probes, run, stores)),
    };
  } finally {
    // Whatever failed has failed; what is left is taken away by a later start.
    await probes.deleteMany({ $or: [{ run }, { at: { $lt: Date.now() - leftMs } }] }).catch(() => {});
  }
}

type Stores = (key: string, parts: Pick<Probe, 'room' | 'covers' | 'terms'>) => Promise<boolean>;

/** Whether the server takes a document; false: it has its key already. */
function storing(probes: Collection<Probe>, run: string): Stores {
  return async (key, parts) => {
    try {
      await probes.insertOne({ _id: newId(), run, at: Date.now(), key: `${run}${key}`, ...parts });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };
}

/** What it leaves out, it does not keep apart; what it has, it does, by each item of an array. */
async function isPartial(stores: Stores, room: string): Promise<boolean> {
  const leavesOut = (await stores('one', { room })) && (await stores('two', { room }));
  if (!leavesOut || !(await stores('three', { room, covers: ['a', 'b'] }))) return false;
  return !(await stores('four', { room, covers: ['b', 'c'] }));
}

/** As `lexicon.ts` asks: any of the words, best first. */
async function searches(probes: Collection<Probe>, run: string, stores: Stores): Promise<boolean> {
  await stores('other', { terms: [`${run}b`] });
  const score = { $meta: 'textScore' } as const;
  try {
    const found = await probes
      .find({ $text: { $search: `${run}a ${run}c` }, run })
      .project<Pick<Probe, 'key'>>({ key: 1, score })
      .sort({ score })
      .toArray();
    return found.length === 1 && found[0]!.key === `${run}first`;
  } catch (error) {
    if (isPassing(error)) throw error;
    return false;
  }
}
