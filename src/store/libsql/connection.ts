/**
 * How the ports reach the database: reads at once, on this thread; writes in groups, one a tick (`group.ts`), told when
 * they are on the disk (`flush.ts`). This process is the only writer of its file, so between two groups what is read
 * here is all there is, whether it is on the disk yet or not: nobody may promise anything by it.
 */
import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { CarrierError } from '../../errors.js';
import type { Database } from './database.js';
import { errorOf, unavailable } from './faults.js';
import { Flush } from './flush.js';
import { Group } from './group.js';
import type { Pace } from './pace.js';

/** Brings what was written to this file to the disk. */
export type Sync = (fd: number) => Promise<void>;
export const fdatasyncOf: Sync = promisify(fdatasync);

/** A group takes so long, and groups follow one another for so long, before others on this thread have their turn, in ms. */
const mostAtOnceMs = 5;
/** Operations of one group. */
const mostInGroup = 64;
const idleMs = 20;

interface Waiting {
  work: () => unknown;
  written: ((value: never) => void) | undefined;
  resolve(value: unknown): void;
  reject(error: CarrierError): void;
}

/** Work that nobody waits for; `upkeep.ts`. */
interface Background {
  /** After a group of so many operations: what cannot wait for an idle moment. */
  afterWork(operations: number): void;
  /** One step of what can. False when there is nothing left to do. */
  step(): boolean;
}

export interface ConnectionParts {
  /** Called when work was undone: what was remembered of it is void. */
  rolledBack(): void;
  background: Background;
  pace: Pace;
  /** Called once, if the database can be used no more before it was closed. */
  onDeath(error: CarrierError): void;
  sync: Sync;
}

export class Connection {
  readonly #db: Database;
  readonly #group: Group;
  readonly #flush: Flush;
  readonly #parts: ConnectionParts;
  readonly #log: number;
  readonly #idle: NodeJS.Timeout;
  #waiting: Waiting[] = [];
  #scheduled = false;
  /** Set while groups have to wait for somebody. */
  #held: Promise<void> | null = null;
  /** Why nothing more is done; null while it is. */
  #refusal: CarrierError | null = null;
  #closed: Promise<void> | null = null;
  #lost = false;

  /** @param file the database's, of which `db` is the only writer; it must have been written to. */
  constructor(db: Database, file: string, parts: ConnectionParts) {
    this.#db = db;
    this.#parts = parts;
    this.#group = new Group(db, parts.rolledBack);
    // Writable, since Windows flushes nothing else. It is another file than the one with SQLite's locks.
    this.#log = openSync(`${file}-wal`, 'r+');
    this.#flush = new Flush(() => parts.sync(this.#log));
    this.#idle = setTimeout(() => this.#rest(), idleMs);
  }

  /**
   * Reads what is committed. Many reads one after the other let others have their turns, too: nothing else in a loop of
   * them waits for the event loop. @throws `store_unavailable` after it was closed, or lost its disk.
   */
  async read<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#parts.pace.isOver) await this.#parts.pace.next();
    if (this.#refusal) throw this.#refusal;
    try {
      return await work();
    } catch (error) {
      throw this.#refusal ?? errorOf(error);
    }
  }

  /**
   * Does `work` in the next group, all of it or nothing; resolves when it is on the disk. Work may be done again, when
   * another one of its group fails. `written`: called before that, as soon as reads see it.
   */
  write<T>(work: () => T, written?: (value: T) => void): Promise<T> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, written, resolve: resolve as Waiting['resolve'], reject });
      this.#schedule();
    });
  }

  /** No group begins until `work` is done. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    const done = (this.#held ?? Promise.resolve()).then(work);
    const held = done.then(
      () => {},
      () => {},
    );
    this.#held = held;
    void held.then(() => {
      if (this.#held !== held) return;
      this.#held = null;
      this.#schedule();
      if (!this.#refusal) this.#idle.refresh();
    });
    return done;
  }

  /** Everything asked for before is still done; calls made later are refused. `beside`: ends who else has the file. */
  close(beside: () => Promise<void>): Promise<void> {
    this.#closed ??= this.#close(beside);
    return this.#closed;
  }

  async #close(beside: () => Promise<void>): Promise<void> {
    clearTimeout(this.#idle);
    this.#refusal ??= unavailable('The store is closed.');
    // First: the writer may be waiting for it.
    const ended = beside();
    while (this.#waiting.length > 0) {
      await this.#held;
      await this.#runGroups();
    }
    await this.#held;
    await this.#flush.settled();
    try {
      await ended;
      if (!this.#lost) this.#db.exec('pragma wal_checkpoint(truncate)');
    } finally {
      closeSync(this.#log);
      this.#db.close();
    }
  }

  /** At the end of the tick: what one flush wakes goes together. */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#runGroups();
    });
  }

  /** Resolves when what it did is on the disk. */
  async #runGroups(): Promise<void> {
    const flushes: Promise<void>[] = [];
    const until = performance.now() + mostAtOnceMs;
    while (!this.#held && this.#waiting.length > 0 && performance.now() < until)
      flushes.push(this.#runGroup());
    this.#schedule();
    await Promise.all(flushes);
  }

  async #runGroup(): Promise<void> {
    const operations = this.#waiting.slice(0, mostInGroup).map(({ work }) => work);
    const outcomes = this.#group.run(operations, mostAtOnceMs);
    const group = this.#waiting.splice(0, outcomes.length);
    const flushed = this.#flush.covering();
    outcomes.forEach((outcome, i) => {
      try {
        if ('value' in outcome) group[i]!.written?.(outcome.value as never);
      } catch (error) {
        // A fault of its caller, whom alone it may fail.
        outcomes[i] = { error: errorOf(error) };
      }
    });
    this.#afterWork(group.length);
    try {
      await flushed;
    } catch (error) {
      this.#die(error);
      for (const { reject } of group) reject(this.#refusal!);
      return;
    }
    outcomes.forEach((outcome, i) => {
      if ('value' in outcome) group[i]!.resolve(outcome.value);
      else group[i]!.reject(outcome.error);
    });
  }

  /** What was committed may never reach the disk, and nobody can find out: only starting again makes that sure. */
  #die(cause: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    clearTimeout(this.#idle);
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#refusal = unavailable(`The disk does not take what is written to it (${reason}).`, cause);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#refusal);
    if (!this.#closed) this.#parts.onDeath(this.#refusal);
  }

  #afterWork(operations: number): void {
    this.#quietly(() => this.#parts.background.afterWork(operations));
    if (!this.#refusal) this.#idle.refresh();
  }

  /** It repeats itself, but through the event loop, so that whoever waits for an answer comes first. */
  #rest(): void {
    if (this.#refusal || this.#held || this.#waiting.length > 0) return;
    if (this.#quietly(() => this.#parts.background.step())) setImmediate(() => this.#rest());
  }

  /** Background work that fails (a full disk) is tried again at the next idle moment; nobody waits for it. */
  #quietly<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch {
      this.#parts.rolledBack();
      return undefined;
    }
  }
}
