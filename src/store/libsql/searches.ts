/** Where a search is done: here while its scopes are small, in steps; beside this thread when they are large. */
import type { Memory, MemoryKind } from '../../core/memory.js';
import type { Candidate, Candidates } from '../search.js';
import type { Bodies } from './bodies.js';
import type { Changes } from './changes.js';
import type { Database } from './database.js';
import { covers, type Lexicon } from './lexicon.js';
import type { Pace } from './pace.js';
import { kindNumber } from './row.js';
import type { Hit, Hits, Query, Search } from './search.js';
import type { SideThread } from './side-thread.js';

/** Memories up to which a scope is small: one is searched within some tenths of a millisecond. */
const mostHere = 4_000;

const kinds = new Map(Object.entries(kindNumber).map(([kind, number]) => [number, kind as MemoryKind]));

export interface SearchParts {
  search: Search;
  lexicon: Lexicon;
  changes: Changes;
  bodies: Bodies;
  side: SideThread;
  pace: Pace;
}

export class Searches {
  readonly #parts: SearchParts;
  readonly #count;
  /** Of `changes`, which the side thread has been told of. */
  #told = 0;

  constructor(db: Database, parts: SearchParts) {
    this.#parts = parts;
    this.#count = db.prepare('select memories from scopes where id = ?');
  }

  async find(query: Query): Promise<Omit<Candidates, 'memories'>> {
    const { search, pace } = this.#parts;
    const large = query.scopes.filter((scope) => this.#countOf(scope) > mostHere);
    const { rows, scales } =
      large.length === 0 ? await pace.run(search.find(query)) : await this.#beside(query, large);
    return { stretches: rows.map(([room, hits]) => ({ room, candidates: hits.map(candidateOf) })), scales };
  }

  /** By their numbers; without those that are pending or gone. */
  memories(seqs: readonly number[]): Map<number, Memory> {
    return this.#parts.bodies.of(seqs);
  }

  async #beside(query: Query, large: number[]): Promise<Hits> {
    const { lexicon, changes, side } = this.#parts;
    for (const scope of large) lexicon.release(scope);
    const before = this.#told;
    const changed = changes.since(before);
    const { count } = changes;
    this.#told = count;
    const { hits, unsaved } = await side.call('search', query, changed).catch((error: unknown) => {
      // It may not have heard of them.
      this.#told = Math.min(this.#told, before);
      throw error;
    });
    // Those that something has changed in meanwhile may hold what it was before.
    const stale = changes.since(count);
    if (stale) lexicon.offer(unsaved.filter((one) => !stale.some((change) => covers(one, ...change))));
    return hits;
  }

  #countOf(scope: number): number {
    return this.#parts.lexicon.holds(scope) ?? this.#count.value<number>(scope) ?? 0;
  }
}

function candidateOf([key, kind, byAgent, at, found, words, meaning]: Hit): Candidate {
  return { key, kind: kinds.get(kind)!, byAgent, at, found, words, meaning };
}
