/**
 * Candidates with the raw scores of both halves. Rarity is counted among what was found and only the first few of each
 * half bring their neighbours: what a database answers in a few commands, and less exact than the embedded store.
 */
import type { Document } from 'mongodb';
import type { MemoryKind } from '../../core/memory.js';
import { bm25, rarity } from '../ranking.js';
import { type Candidate, type Candidates, hasNeighbours, type Scale, type Stretch } from '../search.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields, memoryOf, oldestFirst } from './documents.js';
import { type Filter, matching } from './filter.js';
import type { KnownEmbedder } from './known-embedder.js';
import { cosine, lengthOf, numbersOf } from './vectors.js';

/** Of each half, so many bring their neighbours. */
const withNeighbours = 8;

/** A question, and what its halves have found, each best first. */
export interface Asked {
  terms: readonly string[];
  meaning?: { embedder: KnownEmbedder; values: Float32Array } | undefined;
  found: MemoryDocument[][];
}

export async function candidatesOf(
  connection: Connection,
  filter: Filter,
  asked: readonly Asked[],
  around: number,
): Promise<Candidates> {
  const found = new Set<string>();
  const first = new Map<string, MemoryDocument>();
  for (const { found: halves } of asked) {
    for (const half of halves) {
      for (const document of half) found.add(document._id);
      for (const document of half.slice(0, withNeighbours)) first.set(document._id, document);
    }
  }
  const beside = around > 0 ? await neighboursOf(connection, filter, [...first.values()], around) : [];
  const ids = [...new Set([...found, ...beside.flat()])].filter((id) => !filter.exclude.has(id));
  const keys = asked.flatMap(({ meaning }) => (meaning ? [`vectors.${meaning.embedder.key}`] : []));
  const fields: Document = { ...memoryFields, terms: 1, ...Object.fromEntries(keys.map((key) => [key, 1])) };
  const documents =
    ids.length === 0
      ? []
      : await connection.find(
          connection.retrieval<MemoryDocument>('memories'),
          { ...matching(filter), _id: { $in: ids } } as Document,
          { projection: fields },
        );
  documents.sort(oldestFirst);
  const scores = asked.map((one) => scoresOf(one, documents));
  const candidates = new Map<string, Candidate>();
  for (const [i, { _id, kind, role, createdAt }] of documents.entries())
    candidates.set(_id, {
      ...{ key: _id, kind: kind as MemoryKind, byAgent: role === 'assistant', at: createdAt },
      found: found.has(_id),
      words: scores.map(({ words }) => words[i]!),
      meaning: scores.map(({ meaning }) => meaning[i]!),
    });
  const memories = new Map<Candidate['key'], MemoryDocument>(documents.map((one) => [one._id, one]));
  return {
    stretches: stretchesOf(documents, candidates, beside),
    scales: scores.map(scaleOf),
    async memories(wanted) {
      return new Map(
        wanted.flatMap((key) => {
          const document = memories.get(key);
          return document ? [[key, memoryOf(document)] as const] : [];
        }),
      );
    },
  };
}

/** For each of the documents its id between those before and after it in its room. */
function neighboursOf(
  connection: Connection,
  filter: Filter,
  documents: readonly MemoryDocument[],
  around: number,
): Promise<string[][]> {
  const memories = connection.retrieval<MemoryDocument>('memories');
  return Promise.all(
    documents
      .filter(({ kind }) => hasNeighbours(kind as MemoryKind))
      .map(async ({ _id, roomId, kind }) => {
        const side = (operator: '$lt' | '$gt', order: 1 | -1) =>
          connection.find(
            memories,
            {
              ...matching({ ...filter, kinds: [kind as MemoryKind] }),
              roomId,
              _id: { [operator]: _id },
            } as Document,
            { sort: { _id: order }, limit: around, projection: { _id: 1 } },
          );
        const [before, after] = await Promise.all([side('$lt', -1), side('$gt', 1)]);
        return [...before.reverse(), { _id }, ...after].map((one) => one._id);
      }),
  );
}

interface Scores {
  words: number[];
  meaning: (number | null)[];
}

function scoresOf({ terms, meaning }: Asked, documents: readonly MemoryDocument[]): Scores {
  const wanted = new Set(terms);
  const having = new Map<string, number>();
  const counts = documents.map(({ terms = [] }) => {
    const own = new Map<string, number>();
    for (const term of terms) if (wanted.has(term)) own.set(term, (own.get(term) ?? 0) + 1);
    for (const term of own.keys()) having.set(term, (having.get(term) ?? 0) + 1);
    return own;
  });
  const total = documents.length;
  const average = documents.reduce((sum, { terms = [] }) => sum + terms.length, 0) / Math.max(1, total);
  const length = meaning ? lengthOf(meaning.values) : 0;
  return {
    words: counts.map((own, i) =>
      [...own].reduce((sum, [term, count]) => {
        const rare = rarity(having.get(term)!, total);
        return sum + bm25(rare, count, documents[i]!.terms?.length ?? 0, average);
      }, 0),
    ),
    meaning: documents.map(({ vectors }) => {
      const stored = meaning && vectors?.[meaning.embedder.key];
      return stored ? cosine(meaning.values, length, numbersOf(stored)) : null;
    }),
  };
}

function scaleOf({ words, meaning }: Scores): Scale {
  const known = meaning.filter((one) => one !== null);
  return {
    words: Math.max(0, ...words),
    meaning: known.length === 0 ? null : { least: Math.min(...known), most: Math.max(...known) },
  };
}

/** @param lines ids that follow one another in their rooms */
function stretchesOf(
  documents: readonly MemoryDocument[],
  candidates: ReadonlyMap<string, Candidate>,
  lines: readonly string[][],
): Stretch[] {
  const next = new Map(lines.flatMap((line) => line.slice(1).map((id, i) => [line[i]!, id] as const)));
  const open = new Map<string, { last: string; stretch: Stretch }>();
  const all: Stretch[] = [];
  for (const { _id, roomId } of documents) {
    const candidate = candidates.get(_id)!;
    const before = open.get(roomId);
    if (before && next.get(before.last) === _id) {
      before.stretch.candidates.push(candidate);
      before.last = _id;
      continue;
    }
    const stretch: Stretch = { room: roomId, candidates: [candidate] };
    open.set(roomId, { last: _id, stretch });
    all.push(stretch);
  }
  return all;
}
