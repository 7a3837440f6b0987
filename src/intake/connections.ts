import type { Connection, Connector } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import type { Lease, Leases } from '../lease/lease.js';
import type { Logger } from '../logger.js';

const firstRetryMs = 1000;
const longestRetryMs = 60_000;
/** Between looks at the health of a connection, in ms; only a change is logged. */
const lookMs = 5000;

export interface ConnectionsParts {
  connectors: Connector[];
  leases: Leases;
  log: Logger;
  retryMs?: number;
}

/** Opens the connections of this process's connectors, each in one process of the cluster at a time. */
export class Connections {
  readonly #parts: ConnectionsParts;
  #keepers: Keeper[] = [];

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  start(): void {
    const { connectors, leases, log, retryMs = firstRetryMs } = this.#parts;
    this.#keepers = connectors.flatMap(({ connection }) =>
      connection ? [new Keeper(connection, leases, log, retryMs)] : [],
    );
  }

  /** By the connection's id: `ok`, that another process holds it, or what is wrong. */
  health(): Record<string, string> {
    return Object.fromEntries(this.#keepers.map((keeper) => [keeper.id, keeper.health()]));
  }

  /** Closes what is open and lets another process take over. */
  async stop(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.stop()));
  }
}

/** Keeps one connection as it should be: open while the lease is held, closed otherwise. */
class Keeper {
  readonly #connection: Connection;
  readonly #log: Logger;
  readonly #retryMs: number;
  readonly #lease: Lease;
  readonly #watch: NodeJS.Timeout;
  /** Counts gains and losses: whoever waited through one of them has nothing more to say. */
  #turn = 0;
  #wanted = false;
  #fault = '';
  #said = '';
  /** Opening and closing, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(connection: Connection, leases: Leases, log: Logger, retryMs: number) {
    this.#connection = connection;
    this.#log = log;
    this.#retryMs = retryMs;
    this.#watch = setInterval(() => this.#tell(), lookMs).unref();
    this.#lease = leases.contend(`connection:${connection.id}`, {
      gained: (fence) => {
        log.info({ connection: this.id, fence }, 'this process holds the connection');
        this.#want(true);
      },
      lost: (reason) => {
        log.warn({ connection: this.id, reason }, 'the connection is given up; this process stands by');
        this.#want(false);
      },
    });
  }

  get id(): string {
    return this.#connection.id;
  }

  health(): string {
    if (!this.#wanted) return 'ok: stands by, another process holds it';
    return this.#fault || this.#connection.health();
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    this.#want(false);
    await this.#work;
    await this.#lease.release();
  }

  #want(open: boolean): void {
    const turn = ++this.#turn;
    this.#wanted = open;
    this.#fault = open ? 'connecting' : '';
    this.#work = this.#work.then(() => (open ? this.#open(turn) : this.#close()));
  }

  async #open(turn: number): Promise<void> {
    let waitMs = this.#retryMs;
    while (turn === this.#turn) {
      try {
        await this.#connection.open();
        this.#fault = '';
        return this.#tell();
      } catch (err) {
        if (turn !== this.#turn) return;
        this.#fault = (err as Error).message;
        if (err instanceof FatalError) {
          this.#log.error(
            { err, connection: this.id },
            'the connection cannot be opened; it is not tried again',
          );
          return;
        }
        this.#log.warn(
          { err, connection: this.id, waitMs },
          'the connection could not be opened; trying again',
        );
        await this.#pause(waitMs, turn);
        waitMs = Math.min(waitMs * 2, longestRetryMs);
      }
    }
  }

  async #close(): Promise<void> {
    await this.#connection
      .close()
      .catch((err) => this.#log.warn({ err, connection: this.id }, 'the connection did not close cleanly'));
  }

  /** Ends early once it is no longer wanted. */
  async #pause(ms: number, turn: number): Promise<void> {
    const end = performance.now() + ms;
    while (turn === this.#turn && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, Math.min(100, ms)));
  }

  #tell(): void {
    const health = this.health();
    if (health === this.#said) return;
    const well = health.startsWith('ok');
    this.#log[well ? 'info' : 'warn'](
      { connection: this.id, health },
      well ? 'connected' : 'not well connected',
    );
    this.#said = health;
  }
}
