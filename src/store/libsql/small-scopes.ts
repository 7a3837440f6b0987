/**
 * Words of small scopes, in memory. Most conversations are short, and most searches are in them: there, FTS5's
 * seeks and ranking cost thirty times what it takes to rank a few hundred memories by hand. Runs in the engine's
 * thread; what it holds is read from the tables when it is needed, so a restart costs nothing but the first search.
 */
import { LRUCache } from 'lru-cache';
import { bm25, rarity } from '../ranking.js';
import { tellingTerms, termsOf } from '../words.js';
import type { Database } from './database.js';
import { listOf } from './database.js';
import type { Filter } from './lexicon.js';

/** Memories of a scope up to which it is small. */
const mostInScope = 400;
/** Memories held in all, a few hundred bytes each; the scopes searched least recently go first. */
const mostInAll = 5_000;

interface Said {
  seq: number;
  id: string;
  kind: number;
  /** In terms. */
  length: number;
}

interface Scope {
  said: Said[];
  /** Which memories (by their place in `said`) have the term, and how often. */
  postings: Map<string, Map<number, number>>;
  /** In terms, over all memories. */
  length: number;
}

export class SmallScopes {
  readonly #sql;
  readonly #scopes = new LRUCache<number, Scope>({
    maxSize: mostInAll,
    sizeCalculation: ({ said }) => said.length + 1,
  });

  constructor(db: Database) {
    this.#sql = {
      size: db.prepare('select memories from scopes where id = ?'),
      since: db.prepare(
        listOf(
          `'[' || seq || ',' || json_quote(id) || ',' || kind || ',' || (body -> '$.content.text') || ']'`,
          'select seq, id, kind, body from memories where scope = ? and seq > ? order by seq',
        ),
      ),
      settled: db.prepare(
        'select json_group_array(seq) from memories where seq in (select value from json_each(?)) and status <> 0',
      ),
    };
  }

  /** Numbers of memories with words of the text, best first; null when one of the scopes is not small. */
  find(text: string, filter: Filter, limit: number): number[] | null {
    if (filter.scopes.some((scope) => (this.#sql.size.value<number>(scope) ?? 0) > mostInScope)) return null;
    const terms = tellingTerms(text);
    if (terms.length === 0) return [];
    const ranked = filter.scopes
      .flatMap((scope) => rank(this.#read(scope), terms))
      .filter(([{ id, kind }]) => filter.kinds.includes(kind) && !filter.excludeIds.has(id))
      .sort(([older, x], [newer, y]) => y - x || newer.seq - older.seq)
      .map(([{ seq }]) => seq);
    if (ranked.length === 0) return ranked;
    const settled = new Set(JSON.parse(this.#sql.settled.value<string>(JSON.stringify(ranked))!) as number[]);
    return ranked.filter((seq) => settled.has(seq)).slice(0, limit);
  }

  /** After something of the scope was forgotten. */
  drop(scope: number): void {
    this.#scopes.delete(scope);
  }

  /** The scope as it is now: what came since it was last searched is added. */
  #read(id: number): Scope {
    const scope = this.#scopes.get(id) ?? { said: [], postings: new Map(), length: 0 };
    const last = scope.said.at(-1)?.seq ?? 0;
    const news = JSON.parse(this.#sql.since.value<string>(id, last)!) as [
      seq: number,
      id: string,
      kind: number,
      text: string,
    ][];
    for (const [seq, id, kind, text] of news) add(scope, { seq, id, kind }, text);
    if (news.length > 0) this.#scopes.set(id, scope);
    return scope;
  }
}

function add(scope: Scope, memory: Omit<Said, 'length'>, text: string): void {
  const terms = termsOf(text);
  const place = scope.said.push({ ...memory, length: terms.length }) - 1;
  scope.length += terms.length;
  for (const term of terms) {
    const posting = scope.postings.get(term) ?? new Map<number, number>();
    scope.postings.set(term, posting.set(place, (posting.get(place) ?? 0) + 1));
  }
}

/** BM25 over the scope alone. */
function rank({ said, postings, length }: Scope, terms: readonly string[]): [Said, number][] {
  const scores = new Map<number, number>();
  const average = length / said.length;
  for (const term of terms) {
    const posting = postings.get(term);
    if (!posting) continue;
    const rare = rarity(posting.size, said.length);
    for (const [place, count] of posting) {
      scores.set(place, (scores.get(place) ?? 0) + bm25(rare, count, said[place]!.length, average));
    }
  }
  return [...scores].map(([place, score]) => [said[place]!, score]);
}
