/**
 * The search indexes of Atlas: made when they are first needed and waited for in the background. Their management is a
 * service of its own, which may be away, allow no more of them (M0: three), or forbid it to this user, while the
 * database serves. So nothing here fails: until an index can be queried, searches go without it.
 */
import { type Document, MongoServerError } from 'mongodb';
import { RetryableError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Connection } from './connection.js';
import { isPassing } from './faults.js';

/** Between two looks at an index: at first short, then doubled up to the longest. */
const shortestPauseMs = 50;
const longestPauseMs = 5_000;
const reportMs = 10_000;

/** Before what failed is asked for again: at first short, then doubled up to the longest. */
const shortestRestMs = 10_000;
const longestRestMs = 600_000;
/** Before what was refused is asked for again. Somebody may have made room for it, or given the right. */
const refusedRestMs = 6 * 3_600_000;

export interface SearchIndex {
  name: string;
  type: 'search' | 'vectorSearch';
  definition(): Document;
  /** Called when the server refuses it. */
  refused?(): Promise<void>;
}

interface Trouble {
  refused: boolean;
  message: string;
  restMs: number;
  until: number;
}

export class SearchIndexes {
  readonly #connection: Connection;
  readonly #log: Logger;
  readonly #queryable = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly #troubles = new Map<string, Trouble>();
  #answered = false;
  #closed = false;

  constructor(connection: Connection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  /** It may be searched; if it is not there, it is made. Answers at once. */
  has(index: SearchIndex): boolean {
    const { name } = index;
    if (this.#queryable.has(name)) return true;
    if (!this.#wanted.has(name) && Date.now() >= (this.#troubles.get(name)?.until ?? 0)) {
      this.#wanted.add(name);
      void this.#make(index);
    }
    return false;
  }

  /** Whether their management has ever answered. */
  get answered(): boolean {
    return this.#answered;
  }

  /** What searches go without, a sentence each. */
  notes(): string[] {
    return [...this.#troubles].map(
      ([name, { message }]) => `no search index ${name}, searches go without it: ${message}`,
    );
  }

  /** Without effect where there is none. */
  async drop(name: string): Promise<void> {
    this.#queryable.delete(name);
    this.#wanted.delete(name);
    // It leaves room for one that was refused.
    this.#troubles.clear();
    if ((await this.#statusOf(name)) === undefined) return;
    await this.#connection.run(() => this.#connection.collection('memories').dropSearchIndex(name));
  }

  close(): void {
    this.#closed = true;
  }

  async #make({ name, type, definition, refused }: SearchIndex): Promise<void> {
    const memories = this.#connection.collection('memories');
    this.#log.debug({ index: name }, 'asking for a search index');
    try {
      if ((await this.#statusOf(name)) === undefined) {
        this.#log.info({ index: name }, 'making a search index');
        await this.#connection.run(async () => {
          await memories.createSearchIndex({ name, type, definition: definition() }).catch(orThere);
        });
      }
      await this.#await(name);
      this.#troubles.delete(name);
    } catch (err) {
      this.#wanted.delete(name);
      if (this.#closed) return;
      this.#rest(name, err);
      if (isRefusal(err)) await refused?.().catch((err) => this.#log.warn({ err }, 'no index of words'));
    }
  }

  /** Told when it is new, and asked for again later: never at every search. */
  #rest(name: string, err: unknown): void {
    const before = this.#troubles.get(name);
    const refused = isRefusal(err);
    const restMs = refused
      ? refusedRestMs
      : before && !before.refused
        ? Math.min(2 * before.restMs, longestRestMs)
        : shortestRestMs;
    const message = err instanceof Error ? err.message : String(err);
    this.#troubles.set(name, { refused, message, restMs, until: Date.now() + restMs });
    const level = before?.refused === refused ? 'debug' : 'warn';
    this.#log[level]({ err, index: name, againInMs: restMs }, 'no search index yet; searches go without it');
  }

  async #await(name: string): Promise<void> {
    const began = Date.now();
    let reported = began;
    for (let pause = shortestPauseMs; !this.#closed; pause = Math.min(2 * pause, longestPauseMs)) {
      const { status, queryable } = (await this.#statusOf(name)) ?? {};
      if (queryable) {
        this.#queryable.add(name);
        this.#log.info({ index: name, ms: Date.now() - began }, 'search index is ready');
        return;
      }
      if (status === 'FAILED') throw new Error(`the search index ${name} could not be built`);
      if (Date.now() - reported >= reportMs) {
        reported = Date.now();
        this.#log.info({ index: name, status, ms: reported - began }, 'waiting for a search index');
      }
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }

  async #statusOf(name: string): Promise<{ status?: string; queryable?: boolean } | undefined> {
    const memories = this.#connection.collection('memories');
    const [found] = await this.#connection.run(() => memories.listSearchIndexes(name).toArray());
    this.#answered = true;
    return found as { status?: string; queryable?: boolean } | undefined;
  }
}

/** Asked again in a moment, the answer would be the same. */
function isRefusal(error: unknown): boolean {
  if (error instanceof RetryableError) return false;
  const cause = error instanceof Error && error.cause ? error.cause : error;
  // "Error connecting to Search Index Management service": it is away.
  const commandFailed = 125;
  return !isPassing(cause) && !(cause instanceof MongoServerError && cause.code === commandFailed);
}

/** Another process was faster. */
function orThere(error: unknown): void {
  const indexAlreadyExists = 68;
  if (!(error instanceof MongoServerError && error.code === indexAlreadyExists)) throw error;
}
