import type { Connection } from '../connector/connector.js';
import type { ConnectionState } from '../core/connection-state.js';
import { atMost, within } from '../core/deadline.js';
import { FatalError, RetryableError } from '../errors.js';
import type { Lease, Leases } from '../lease/lease.js';
import type { Logger } from '../logger.js';

const firstRetryMs = 1000;
const longestRetryMs = 60_000;
/** Between looks at the health of a connection, in ms; only a change is logged. */
const lookMs = 5000;
/** How long an operator who asks waits for what the platforms say, in ms. */
const askMs = 700;
/** Nothing is wrong yet. */
const connecting = 'connecting';
/** How long one that neither opens nor closes keeps its lease from the next, in ms. */
const usualPatienceMs = 5000;

export interface ConnectionsParts {
  leases: Leases;
  log: Logger;
  retryMs?: number;
  patienceMs?: number;
}

/** Who wants to know how opening went. */
export interface Opening {
  opened(): void;
  /** It is not tried again: the platform refuses the token, say. */
  refused(error: FatalError): void;
}

/** Keeps the connections of this process's connectors open, each in one process of the cluster at a time. */
export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #keepers = new Map<Connection, Keeper>();

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  /** Opens it once this process holds its lease. */
  add(connection: Connection, opening: Opening): void {
    this.#keepers.set(connection, new Keeper(connection, opening, this.#parts));
  }

  /** Closes it and lets another process take over. */
  async remove(connection: Connection): Promise<void> {
    const keeper = this.#keepers.get(connection);
    this.#keepers.delete(connection);
    await keeper?.stop();
  }

  /** As `health`, once the platforms were asked whose connections ask. */
  async asked(): Promise<Record<string, string>> {
    await atMost(askMs, Promise.all([...this.#keepers.values()].map((keeper) => keeper.ask())));
    return this.health();
  }

  /** Null: it is none of this process's. */
  stateOf(connection: Connection): ConnectionState | null {
    return this.#keepers.get(connection)?.state() ?? null;
  }

  /** By the connection's id: `ok`, that another process holds it, or what is wrong. */
  health(): Record<string, string> {
    return Object.fromEntries([...this.#keepers.values()].map((keeper) => [keeper.id, keeper.health()]));
  }
}

/** Keeps one connection as it should be: open while the lease is held, closed otherwise. */
class Keeper {
  readonly #connection: Connection;
  readonly #opening: Opening;
  readonly #log: Logger;
  readonly #retryMs: number;
  readonly #patienceMs: number;
  readonly #lease: Lease;
  readonly #watch: NodeJS.Timeout;
  /** Counts gains and losses: whoever waited through one of them has nothing more to say. */
  #turn = 0;
  #wanted = false;
  #fault = '';
  #said = '';
  #well = false;
  #since = Date.now();
  #lastError: ConnectionState['lastError'] = null;
  /** Opening and closing, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    connection: Connection,
    opening: Opening,
    { leases, log, retryMs = firstRetryMs, patienceMs = usualPatienceMs }: ConnectionsParts,
  ) {
    this.#connection = connection;
    this.#opening = opening;
    this.#log = log;
    this.#retryMs = retryMs;
    this.#patienceMs = patienceMs;
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

  state(): ConnectionState {
    const health = this.#note();
    return { health, standsBy: !this.#wanted, since: this.#since, lastError: this.#lastError };
  }

  async ask(): Promise<void> {
    if (this.#wanted) await this.#connection.ask?.();
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    this.#want(false);
    await within(this.#patienceMs, () => this.#work).catch((err) =>
      this.#log.warn({ err, connection: this.id }, 'the connection is not waited for any longer'),
    );
    await this.#lease.release();
  }

  #want(open: boolean): void {
    const turn = ++this.#turn;
    this.#wanted = open;
    this.#fault = open ? connecting : '';
    this.#work = this.#work.then(() => (open ? this.#open(turn) : this.#close()));
  }

  async #open(turn: number): Promise<void> {
    let waitMs = this.#retryMs;
    while (turn === this.#turn) {
      try {
        await this.#connection.open();
        this.#fault = '';
        if (turn === this.#turn) this.#opening.opened();
        return this.#tell();
      } catch (err) {
        if (turn !== this.#turn) return;
        this.#fault = (err as Error).message;
        this.#note();
        if (err instanceof FatalError) {
          this.#log.error(
            { err, connection: this.id },
            'the connection cannot be opened; it is not tried again',
          );
          this.#opening.refused(err);
          return;
        }
        this.#log.warn(
          { err, connection: this.id, waitMs },
          'the connection could not be opened; trying again',
        );
        const asked = err instanceof RetryableError ? (err.retryAfterMs ?? 0) : 0;
        await this.#pause(Math.max(waitMs, asked), turn);
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

  /** Its health, once it is known since when. */
  #note(): string {
    const health = this.health();
    const well = health.startsWith('ok');
    const isNew = well !== this.#well || health !== this.#lastError?.message;
    if (well !== this.#well) this.#since = Date.now();
    this.#well = well;
    if (!well && health !== connecting && isNew) this.#lastError = { message: health, at: Date.now() };
    return health;
  }

  #tell(): void {
    const health = this.#note();
    if (health === this.#said) return;
    const well = health.startsWith('ok');
    this.#log[well ? 'info' : 'warn'](
      { connection: this.id, health },
      well ? 'connected' : 'not well connected',
    );
    this.#said = health;
  }
}
