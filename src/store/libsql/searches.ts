/** Where a search is done: here while its scopes are small, in steps; beside this thread when they are large. */
import type { Found } from '../search.js';
import type { Bodies } from './bodies.js';
import type { Changes } from './changes.js';
import type { Database } from './database.js';
import { covers, type Lexicon } from './lexicon.js';
import type { Pace } from './pace.js';
import type { Hit, Query, Search } from './search.js';
import type { SideThread } from './side-thread.js';

/** Memories up to which a scope is small: one is searched within some tenths of a millisecond. */
const mostHere = 4_000;

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

  async find(query: Query): Promise<Found[]> {
    const { search, bodies, pace } = this.#parts;
    const large = query.scopes.filter((scope) => this.#countOf(scope) > mostHere);
    const hits = large.length === 0 ? await pace.run(search.find(query)) : await this.#beside(query, large);
    return bodies.of(hits);
  }

  async #beside(query: Query, large: number[]): Promise<Hit[]> {
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
