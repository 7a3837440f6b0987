/**
 * Scopes that are small enough to be read as a whole: in one round trip there is all that ranking needs of them, exactly,
 * with what stands beside what.
 */
import { LRUCache } from 'lru-cache';
import type { Asked, Read } from './candidates.js';
import { statisticsOf } from './candidates.js';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import type { Filter } from './filter.js';
import { followingIn, LineReader, lineFields } from './lines.js';
import type { Outdated } from './outdated.js';
import type { Reads } from './reads.js';

/** Memories of a small scope; fewer with a search node, which answers faster than so much is read. */
export function mostInSmallScope({ node }: { node: boolean }): number {
  return node ? 1_000 : 4_000;
}

/** Of all scopes of one search together; what has more is of long texts. */
const mostTerms = 600_000;

/** How long a scope's size is taken to be as it was. One that may soon be large is looked at again sooner. */
const knownMs = 600_000;
const soonMs = 60_000;

export class SmallScopes {
  readonly #connection: Connection;
  readonly #reads: Reads;
  readonly #outdated: Outdated;
  readonly #most: number;
  /** Whether a scope is small. */
  readonly #known = new LRUCache<string, boolean>({ max: 20_000 });

  /** @param most memories of a small scope */
  constructor(connection: Connection, reads: Reads, outdated: Outdated, most: number) {
    this.#connection = connection;
    this.#reads = reads;
    this.#outdated = outdated;
    this.#most = most;
  }

  /** Takes note of what was counted for another purpose: turns ask for it before they search. */
  counted(agentId: string, scopes: readonly string[], count: number): void {
    if (count < this.#most / 2) for (const scope of scopes) this.#note(agentId, scope, count);
  }

  /** The others are large. */
  async among({ agentId, scopes }: Filter): Promise<string[]> {
    const unknown = scopes.filter((scope) => this.#known.get(keyOf(agentId, scope)) === undefined);
    await Promise.all(
      unknown.map(async (scope) => {
        const stages = [{ $match: { agentId, scope } }, { $limit: this.#most + 1 }, { $count: 'count' }];
        const [row] = await this.#reads.rows<{ count: number }>(stages);
        this.#note(agentId, scope, row?.count ?? 0);
      }),
    );
    return scopes.filter((scope) => this.#known.get(keyOf(agentId, scope)));
  }

  /** Null: they are not as small as they were taken to be. */
  async read(filter: Filter, asked: readonly Asked[]): Promise<Read | null> {
    const { agentId, scopes } = filter;
    const reader = new LineReader(filter, asked, this.#connection.sealing);
    const most = this.#most * scopes.length;
    await this.#connection.run(async () => {
      const cursor = this.#connection
        .retrieval<MemoryDocument>('memories')
        .find({ agentId, scope: { $in: scopes } })
        .project<MemoryDocument>(lineFields(asked))
        .limit(most + 1)
        .batchSize(most + 1);
      for await (const document of cursor) {
        reader.add(document);
        if (reader.terms > mostTerms) break;
      }
    });
    const { lines } = reader;
    if (lines.length > most || reader.terms > mostTerms) {
      for (const scope of scopes) this.#note(agentId, scope, this.#most + 1);
      return null;
    }
    await this.#outdated.renew(reader);
    lines.sort((a, b) => (a.id < b.id ? -1 : 1));
    return { lines, statistics: statisticsOf(lines), following: followingIn(lines) };
  }

  #note(agentId: string, scope: string, count: number): void {
    const mayGrow = count > this.#most / 2 && count <= this.#most;
    this.#known.set(keyOf(agentId, scope), count <= this.#most, { ttl: mayGrow ? soonMs : knownMs });
  }
}

function keyOf(agentId: string, scope: string): string {
  return `${agentId.length}:${agentId}${scope}`;
}
