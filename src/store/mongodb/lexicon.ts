/**
 * Memories with the words asked for, where no search node finds them. The server gives the likeliest candidates,
 * from its text index or else by age; they are ranked here, by BM25, so that rare words count as they do everywhere.
 */
import { bm25, rarity } from '../ranking.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields } from './documents.js';
import { type Filter, matching } from './filter.js';
import { Top } from './top.js';

const mostCandidates = 500;

/** @param terms as of `queryTerms`: only these scopes' memories have them. */
export async function withTerms(
  connection: Connection,
  { textIndex }: { textIndex: boolean },
  terms: string[],
  filter: Filter,
  limit: number,
): Promise<MemoryDocument[]> {
  const most = mostCandidates + Math.min(filter.exclude.size, mostCandidates);
  const memories = connection.retrieval<MemoryDocument>('memories');
  const fields = { ...memoryFields, terms: 1 } as const;
  const found = await connection.run(() => {
    if (textIndex) {
      const score = { $meta: 'textScore' } as const;
      return memories
        .find({ $text: { $search: terms.join(' ') }, ...matching(filter) })
        .project<MemoryDocument>({ ...fields, score })
        .sort({ score })
        .limit(most)
        .toArray();
    }
    return memories
      .find({ terms: { $in: terms }, ...matching(filter) })
      .project<MemoryDocument>(fields)
      .sort({ _id: -1 })
      .limit(most)
      .toArray();
  });
  return ranked(found, new Set(terms), filter.exclude, limit);
}

function ranked(
  found: MemoryDocument[],
  wanted: ReadonlySet<string>,
  exclude: ReadonlySet<string>,
  limit: number,
): MemoryDocument[] {
  const candidates = found.map((document) => ({ document, counts: countsOf(document.terms ?? [], wanted) }));
  const having = new Map<string, number>();
  for (const { counts } of candidates) {
    for (const term of counts.keys()) having.set(term, (having.get(term) ?? 0) + 1);
  }
  const total = candidates.length;
  const average = found.reduce((sum, { terms = [] }) => sum + terms.length, 0) / Math.max(1, total);
  const top = new Top<MemoryDocument>(limit);
  for (const { document, counts } of candidates) {
    if (exclude.has(document._id)) continue;
    const length = (document.terms ?? []).length;
    let score = 0;
    for (const [term, count] of counts) {
      // How rare among the candidates: how rare among all is not known here, and orders the words alike.
      score += bm25(rarity(having.get(term)!, total), count, length, average);
    }
    if (score > 0) top.add(score, { ...document, terms: undefined });
  }
  return top.items();
}

function countsOf(terms: readonly string[], wanted: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) if (wanted.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}
