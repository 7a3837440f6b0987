/** Candidates, whose memories are read when they are asked for: with the likeliest ones, at once. */
import { ownScore } from '../scoring.js';
import type { Candidate, Candidates } from '../search.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields, memoryOf } from './documents.js';
import { settled } from './filter.js';

type Key = Candidate['key'];

/** Read along with the first that are asked for, each with what is beside it. */
const likeliest = 40;
const beside = 2;

type Found = Pick<Candidates, 'stretches' | 'scales'>;

export function withMemories(connection: Connection, found: Found): Candidates {
  const read = new Map<Key, Promise<ReadonlyMap<Key, MemoryDocument>>>();
  const fetch = (keys: readonly Key[]) => {
    const ids = [...new Set(keys)] as string[];
    const fetching = connection
      .find(
        connection.retrieval<MemoryDocument>('memories'),
        { _id: { $in: ids }, kind: { $ne: 'turn' }, status: { $in: [...settled] } },
        { projection: memoryFields },
      )
      .then((documents) => new Map<Key, MemoryDocument>(documents.map((one) => [one._id, one])));
    for (const id of ids) read.set(id, fetching);
  };
  return {
    ...found,
    async memories(keys) {
      const unknown = keys.filter((key) => !read.has(key));
      if (unknown.length > 0) fetch(read.size === 0 ? [...unknown, ...likely(found)] : unknown);
      const documents = await Promise.all(keys.map(async (key) => (await read.get(key)!).get(key)));
      return new Map(documents.flatMap((one) => (one ? [[one._id as Key, memoryOf(one)] as const] : [])));
    },
  };
}

function likely({ stretches, scales }: Found): Key[] {
  const scored = stretches.flatMap(({ candidates }) =>
    candidates.map((candidate, i) => ({
      keys: candidates.slice(Math.max(0, i - beside), i + beside + 1).map(({ key }) => key),
      score: Math.max(...scales.map((scale, q) => ownScore(candidate, q, scale))),
    })),
  );
  scored.sort((a, b) => b.score - a.score);
  return scored.slice(0, likeliest).flatMap(({ keys }) => keys);
}
