/** Documents as they are compared: which fields that takes, and what is made of them. */
import type { Document } from 'mongodb';
import type { MemoryKind } from '../../core/memory.js';
import { hasNeighbours } from '../search.js';
import type { Asked, Line, Read } from './candidates.js';
import { type MemoryDocument, memoryOf } from './documents.js';
import { type Filter, isSettled } from './filter.js';
import type { Sealing } from './sealing.js';
import { termsOf, wordsVersion } from './terms.js';
import { cosine, lengthOf, numbersOf } from './vectors.js';

export function lineFields(asked: readonly Asked[]): Document {
  const keys = asked.flatMap(({ meaning }) => (meaning ? [`vectors.${meaning.embedder.key}`] : []));
  return {
    ...{ roomId: 1, scope: 1, kind: 1, role: 1, status: 1, createdAt: 1 },
    ...{ terms: 1, 'has.terms': 1, key: 1, keys: 1 },
    ...Object.fromEntries(keys.map((key) => [key, 1])),
  };
}

/** Makes lines of documents, and says which have words of an older form. */
export class LineReader {
  readonly lines: Line[] = [];
  /** Of the documents that hold terms of another version. */
  readonly outdated: string[] = [];
  /** Terms read so far. */
  terms = 0;
  readonly #filter: Filter;
  readonly #asked: readonly Asked[];
  readonly #wanted: ReadonlySet<string>;
  readonly #lengths: number[];
  readonly #sealing: Sealing | null;

  constructor(filter: Filter, asked: readonly Asked[], sealing: Sealing | null) {
    this.#sealing = sealing;
    this.#filter = filter;
    this.#asked = asked;
    this.#wanted = new Set(asked.flatMap(({ terms }) => [...terms]));
    this.#lengths = asked.map(({ meaning }) => (meaning ? lengthOf(meaning.values) : 0));
  }

  add(document: MemoryDocument): void {
    const { _id: id, roomId: room, scope, kind, role, status, createdAt: at, has, terms = [] } = document;
    const { kinds, exclude } = this.#filter;
    const current = has?.terms === wordsVersion && (this.#sealing?.isCurrent(document) ?? true);
    if (kind !== 'turn' && !current) this.outdated.push(id);
    this.terms += terms.length;
    this.lines.push({
      ...{ id, room, scope: scope!, kind, byAgent: role === 'assistant', at, length: terms.length },
      open: kinds.includes(kind as MemoryKind) && isSettled(status) && !exclude.has(id),
      counts: this.#countsOf(terms),
      cosines: this.#cosinesOf(document),
    });
  }

  /** Lines whose documents have words of an older form get those of today's, from the whole documents. */
  renew(documents: readonly MemoryDocument[]): void {
    const stored = (terms: string[]) => this.#sealing?.tokens(terms) ?? terms;
    const terms = new Map(documents.map((one) => [one._id, stored(termsOf(memoryOf(one)))]));
    for (const line of this.lines) {
      const renewed = terms.get(line.id);
      if (renewed) Object.assign(line, { length: renewed.length, counts: this.#countsOf(renewed) });
    }
  }

  #countsOf(terms: readonly string[]): Map<string, number> {
    const counts = new Map<string, number>();
    for (const term of terms) if (this.#wanted.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
    return counts;
  }

  #cosinesOf({ vectors }: MemoryDocument): (number | null)[] {
    const numbers = new Map<string, Float32Array | number[]>();
    return this.#asked.map(({ meaning }, q) => {
      const key = meaning?.embedder.key;
      const stored = key === undefined ? undefined : vectors?.[key];
      if (!stored) return null;
      const known = numbers.get(key!) ?? numbersOf(stored);
      numbers.set(key!, known);
      // What points nowhere is like nothing.
      return known.every((value: number) => value === 0)
        ? null
        : cosine(meaning!.values, this.#lengths[q]!, known);
    });
  }
}

/** What follows what, in scopes that were read as a whole. */
export function followingIn(lines: readonly Line[]): Read['following'] {
  const last = new Map<string, Line>();
  const following = new Map<string, string>();
  for (const line of lines) {
    if (!hasNeighbours(line.kind as MemoryKind)) continue;
    const place = `${line.kind} ${line.room} ${line.scope}`;
    const before = last.get(place);
    if (before?.open && line.open) following.set(before.id, line.id);
    last.set(place, line);
  }
  return following;
}
