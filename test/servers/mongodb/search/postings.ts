import type { DocRecord } from '../collection.js';

interface Entry {
  terms: Map<string, number>;
  length: number;
}

/** Which documents have which terms, and how often: the inverted index of one field. */
export class Postings<T extends object = DocRecord> {
  readonly #entries = new Map<T, Entry>();
  readonly #terms = new Map<string, Set<T>>();
  #total = 0;

  add(record: T, terms: string[]): void {
    if (!terms.length) return;
    const counts = new Map<string, number>();
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const term of counts.keys()) {
      const records = this.#terms.get(term);
      if (records) records.add(record);
      else this.#terms.set(term, new Set([record]));
    }
    this.#entries.set(record, { terms: counts, length: terms.length });
    this.#total += terms.length;
  }

  remove(record: T): void {
    const entry = this.#entries.get(record);
    if (!entry) return;
    for (const term of entry.terms.keys()) {
      const records = this.#terms.get(term)!;
      records.delete(record);
      if (!records.size) this.#terms.delete(term);
    }
    this.#entries.delete(record);
    this.#total -= entry.length;
  }

  having(term: string): ReadonlySet<T> {
    return this.#terms.get(term) ?? new Set();
  }

  count(record: T, term: string): number {
    return this.#entries.get(record)?.terms.get(term) ?? 0;
  }

  length(record: T): number {
    return this.#entries.get(record)?.length ?? 0;
  }

  /** Okapi BM25, as Lucene computes it. */
  score(record: T, term: string): number {
    const entry = this.#entries.get(record);
    const count = entry?.terms.get(term);
    if (!entry || !count) return 0;
    const documents = this.#entries.size;
    const having = this.having(term).size;
    const rarity = Math.log(1 + (documents - having + 0.5) / (having + 0.5));
    const k1 = 1.2;
    const b = 0.75;
    const average = this.#total / documents;
    return (rarity * count) / (count + k1 * (1 - b + (b * entry.length) / average));
  }
}
