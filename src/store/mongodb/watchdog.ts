/**
 * Whether the database answers, as this process sees it. The driver has time limits of its own, but some of its waits
 * have none: it may wait for ever for a socket that was destroyed while a command was written. So each operation has
 * a deadline here, and a client that does not answer is replaced by another.
 */
import { performance } from 'node:perf_hooks';
import { redact } from '../../redaction.js';
import type { Reach } from '../store.js';
import { isPassing, unavailable } from './faults.js';

/** Limits, all in ms. */
export interface Patience {
  /** An operation's deadline; longer than a write waits for the majority. */
  operationMs: number;
  /** The deadline of those that build indexes or read whole scopes. */
  slowMs: number;
  /** The driver's own limit: so long it looks for a server, and so long a connection may take to be made. */
  selectionMs: number;
  /** Shorter than whoever asks `/readyz` is patient. */
  pingMs: number;
  /** Between two looks. */
  lookMs: number;
  /** So long nobody has asked anything: a ping tells whether the database is still there. */
  idleMs: number;
  /** Without an answer for so long, or with an operation that is so long past its deadline: another client. */
  silenceMs: number;
}

export const usualPatience: Patience = {
  ...{ operationMs: 15_000, slowMs: 180_000, selectionMs: 5_000, pingMs: 4_000 },
  ...{ lookMs: 1_000, idleMs: 10_000, silenceMs: 30_000 },
};

/** Clients in a row that neither answer nor fail: then nothing but a new process helps. */
const mostStuck = 2;
/** Of the time that a client is given, how long an operation hangs in it that has ended by no limit of the driver. */
const stuckShare = 2 / 3;

export interface Watched {
  ping(): Promise<unknown>;
  /** Puts another client in place of the one that does not answer. */
  renew(reason: string): void;
  /** Other clients do not help either. */
  stuck(): void;
}

export class Watchdog implements Reach {
  readonly #watched: Watched;
  readonly #patience: Patience;
  readonly #listeners: ((away: string | null) => void)[] = [];
  /** Past their deadlines and not ended, and since when. */
  readonly #overdue = new Map<Promise<unknown>, number>();
  #timer: NodeJS.Timeout | undefined;
  #answeredAt = performance.now();
  #renewedAt = 0;
  #stuck = 0;
  #doubted = false;
  #looking = false;
  #away: string | null = null;

  constructor(watched: Watched, patience: Patience) {
    this.#watched = watched;
    this.#patience = patience;
  }

  get away(): string | null {
    return this.#away;
  }

  onChange(listener: (away: string | null) => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#timer = setInterval(() => this.#check(), this.#patience.lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#listeners.length = 0;
  }

  /** The work's outcome; past the deadline `store_unavailable`, while the work may go on: nobody knows what it did. */
  within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        const late = unavailable(`MongoDB has not answered within ${ms / 1000} s.`);
        this.#overdue.set(work, performance.now());
        this.#doubt();
        reject(late);
      }, ms);
      const end = () => {
        clearTimeout(timer);
        this.#overdue.delete(work);
      };
      work.then(
        (result) => {
          end();
          this.#answered();
          resolve(result);
        },
        (error) => {
          end();
          // Whatever a server refuses, it is there.
          if (isPassing(error)) this.#doubt();
          reject(error);
        },
      );
    });
  }

  #answered(): void {
    this.#answeredAt = performance.now();
    if (!this.#doubted) return;
    this.#doubted = false;
    this.#stuck = 0;
    this.#tell(null);
  }

  #doubt(): void {
    this.#doubted = true;
    void this.#look();
  }

  /** A ping that is answered says more than an operation that fails. */
  async #look(): Promise<void> {
    if (this.#looking || !this.#timer) return;
    this.#looking = true;
    try {
      await this.within(this.#patience.pingMs, this.#watched.ping());
    } catch (error) {
      this.#doubted = true;
      this.#tell(redact((error as Error).message));
    } finally {
      this.#looking = false;
    }
  }

  #tell(away: string | null): void {
    const changed = (away === null) !== (this.#away === null);
    this.#away = away;
    if (changed) for (const listener of this.#listeners) listener(away);
  }

  #check(): void {
    const { idleMs, silenceMs } = this.#patience;
    const now = performance.now();
    if (this.#doubted || now - this.#answeredAt > idleMs) void this.#look();
    const [oldest = now] = this.#overdue.values();
    if (this.#away !== null && now - Math.max(this.#answeredAt, this.#renewedAt) >= silenceMs)
      this.#renew(this.#away, now);
    else if (now - oldest >= silenceMs) this.#renew('an operation has not ended', now);
  }

  #renew(reason: string, now: number): void {
    const { silenceMs } = this.#patience;
    const [oldest = now] = this.#overdue.values();
    const hangs = now - oldest >= silenceMs * stuckShare;
    // The first client may have been cut off at any time; those after it have begun anew.
    const anew = this.#renewedAt > this.#answeredAt;
    this.#stuck = anew && hangs ? this.#stuck + 1 : 0;
    this.#renewedAt = now;
    this.#overdue.clear();
    if (this.#stuck >= mostStuck) this.#watched.stuck();
    else this.#watched.renew(reason);
  }
}
