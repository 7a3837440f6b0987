/** The line to the server: how it is opened, what every operation on it shares, and how it ends. */
import {
  type Collection,
  type CommandFailedEvent,
  type CommandStartedEvent,
  type CommandSucceededEvent,
  type Db,
  type Document,
  type Filter,
  type FindOptions,
  MongoClient,
  type MongoClientOptions,
  ReadPreference,
  type ReadPreferenceMode,
} from 'mongodb';
import { atMost } from '../../core/deadline.js';
import { CarrierError, FatalError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { redact } from '../../redaction.js';
import type { Reach } from '../store.js';
import { faultOf, isPassing, unavailable } from './faults.js';
import { sealedMethod } from './sealed-collection.js';
import { isSealedName } from './sealed-fields.js';
import type { Sealing } from './sealing.js';
import { type Patience, usualPatience, Watchdog } from './watchdog.js';

/** Before an operation is tried again by us; the driver has then tried by itself, where the server lets it. */
const againMs = 100;

/** How long the end of a client is waited for: it may hang as an operation may. */
const closingMs = 3_000;

/** How far behind a secondary that is searched may be; the least the driver takes. */
const maxStalenessSeconds = 90;

export interface ConnectionOptions {
  /** `mongodb://` or `mongodb+srv://`; its options count where this program sets none. */
  url: string;
  /** Absent: the one the URL names. */
  database?: string;
  /** Connections at most. */
  poolSize?: number;
  /** Where searches read; everything that order or privacy hangs on reads from the primary. */
  readPreference?: ReadPreferenceMode;
  /** Called for every command sent, e.g. to count round trips. */
  onCommand?: (event: CommandStartedEvent) => void;
  /** Called for every answer, good or bad. */
  onAnswer?: (event: CommandSucceededEvent | CommandFailedEvent) => void;
  /** Called where another client does not help either: a new process may. */
  onStuck?: () => void;
  /** Default: `usualPatience`. */
  patience?: Partial<Patience>;
  log?: Logger;
}

export class Connection {
  /** Told once the connection is open. */
  readonly reach: Reach;
  /** Null: what is written is not encrypted, and nothing is. Set before anything is read or written. */
  sealing: Sealing | null = null;
  readonly #options: ConnectionOptions;
  readonly #patience: Patience;
  readonly #watchdog: Watchdog;
  readonly #readPreference: ReadPreference;
  #client: MongoClient;
  #db: Db;
  /** Of the client there is now. */
  #collections = new Map<string, Collection>();
  #closed: Promise<void> | undefined;
  #refusal: CarrierError | null = null;

  private constructor(options: ConnectionOptions) {
    const { readPreference, patience } = options;
    this.#options = options;
    this.#patience = { ...usualPatience, ...patience };
    this.#client = makeClient(options);
    this.#db = this.#client.db(options.database);
    this.#readPreference =
      readPreference === undefined || readPreference === 'primary'
        ? ReadPreference.primary
        : new ReadPreference(readPreference, undefined, { maxStalenessSeconds });
    this.#watchdog = new Watchdog(
      {
        // A client whose first try to connect has failed uses nothing but that closed line, unless it is told to connect.
        ping: () => this.#client.connect().then(() => this.#db.command({ ping: 1 })),
        renew: (reason) => this.#renew(reason),
        stuck: () => this.#stuck(),
      },
      this.#patience,
    );
    this.reach = this.#watchdog;
  }

  /** Throws `config_invalid` for a URL or a user that cannot be used, `store_unavailable` where nobody answers. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    try {
      await connection.run((db) => connection.#client.connect().then(() => db.command({ ping: 1 })));
      connection.#watchdog.start();
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  get db(): Db {
    return this.#db;
  }

  /** Of an operation, in ms. */
  get deadlineMs(): number {
    return this.#patience.operationMs;
  }

  collection<T extends Document>(name: string): Collection<T> {
    return this.#handle<T>(name, ReadPreference.primary);
  }

  /** The same collection for reads that may be a little behind. */
  retrieval<T extends Document>(name: string): Collection<T> {
    return this.#handle<T>(name, this.#readPreference);
  }

  /** As it lies there, sealed or not. */
  raw<T extends Document>(name: string): Collection<T> {
    return this.#handle<T>(name, ReadPreference.primary, { raw: true });
  }

  /** All operations go through here, so that each ends in time, and only the hub's errors come out. */
  run<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#run(work, this.#patience.operationMs);
  }

  /** As `run`, for who only wants to know whether the server is there. */
  probe<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#run(work, this.#patience.pingMs);
  }

  /** As `run`, for what may take minutes on a large database, as the building of an index does. */
  slowly<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#run(work, this.#patience.slowMs);
  }

  /** All documents that a query finds, with the fields of the projection alone. */
  find<T extends Document>(
    collection: Collection<T>,
    filter: Filter<T>,
    options: Pick<FindOptions, 'sort' | 'limit' | 'projection'> = {},
  ): Promise<T[]> {
    return this.run(() => collection.find<T>(filter, options).toArray());
  }

  /**
   * As `run`, and once more if the first try may help. For work that may be repeated without harm: where the
   * server knows no retryable writes (a standalone one), a try that failed may yet have taken effect; `again` says so.
   */
  async repeatable<T>(work: (db: Db, again: boolean) => Promise<T>): Promise<T> {
    try {
      return await this.run((db) => work(db, false));
    } catch (error) {
      const { cause = error } = error as CarrierError;
      if (this.#closed || this.#refusal || !(isOurs(cause) || isPassing(cause))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
    return this.run((db) => work(db, true));
  }

  /** No operation begins any more, and each is told why. */
  refuse(error: CarrierError): void {
    this.#refusal = error;
  }

  /** What is under way fails; wait for it first. */
  close(): Promise<void> {
    this.#watchdog.stop();
    this.#closed ??= atMost(closingMs, this.#client.close()).catch(() => {});
    return this.#closed;
  }

  async #run<T>(work: (db: Db) => Promise<T>, ms: number): Promise<T> {
    if (this.#closed) throw unavailable('The store is closed.');
    if (this.#refusal) throw this.#refusal;
    try {
      return await this.#watchdog.within(ms, work(this.#db));
    } catch (error) {
      throw this.#closed ? unavailable('The store was closed meanwhile.') : faultOf(error);
    }
  }

  /** Of whichever client there is when it is used. */
  #handle<T extends Document>(
    name: string,
    readPreference: ReadPreference,
    { raw = false } = {},
  ): Collection<T> {
    const current = (): Collection => {
      const key = `${readPreference.mode} ${name}`;
      const found = this.#collections.get(key) ?? this.#db.collection(name, { readPreference });
      this.#collections.set(key, found);
      return found;
    };
    return new Proxy({} as Collection<T>, {
      get: (_, property) => {
        const collection = current();
        if (this.sealing && !raw && isSealedName(name) && typeof property === 'string')
          return sealedMethod(collection, name, this.sealing, property);
        const value = Reflect.get(collection, property, collection);
        return typeof value === 'function' ? value.bind(collection) : value;
      },
    });
  }

  #renew(reason: string): void {
    const old = this.#client;
    try {
      this.#client = makeClient(this.#options);
    } catch {
      this.#stuck();
      return;
    }
    this.#db = this.#client.db(this.#options.database);
    this.#collections = new Map();
    this.#options.log?.warn({ reason }, 'the database does not answer; another client is tried');
    // What some still wait for from the old one ends first, and nobody waits for its end.
    const end = () => void old.close().catch(() => {});
    setTimeout(end, this.#patience.operationMs).unref();
  }

  #stuck(): void {
    this.#options.log?.fatal('the database does not answer, and another client does not help');
    this.#options.onStuck?.();
  }
}

function makeClient({ url, poolSize = 50, onCommand, onAnswer, patience }: ConnectionOptions): MongoClient {
  const { selectionMs } = { ...usualPatience, ...patience };
  const settings: MongoClientOptions = {
    appName: 'carrier',
    // Durable means: in the journals of a majority. `journal` is for a server that stands alone.
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
    retryWrites: true,
    retryReads: true,
    // Whatever the URL says: a claim that misses a message, or a commit, breaks the order.
    readPreference: ReadPreference.primary,
    ignoreUndefined: true,
    maxPoolSize: poolSize,
    waitQueueTimeoutMS: 10_000,
    serverSelectionTimeoutMS: selectionMs,
    connectTimeoutMS: selectionMs,
    // A server that takes a command and falls silent; longer than any query of ours takes.
    socketTimeoutMS: 30_000,
    monitorCommands: Boolean(onCommand ?? onAnswer),
  };
  try {
    const client = new MongoClient(url, settings);
    if (onCommand) client.on('commandStarted', onCommand);
    if (onAnswer) client.on('commandSucceeded', onAnswer).on('commandFailed', onAnswer);
    // Operations tell it, and an event that nobody hears would end the process.
    return client.on('error', () => {});
  } catch (error) {
    const message = error instanceof Error ? redact(error.message.replaceAll(url, '[the URL]')) : 'unknown';
    throw new FatalError('config_invalid', `MONGODB_URL cannot be used: ${message}`, {
      field: 'MONGODB_URL',
    });
  }
}

/** A deadline has passed. */
function isOurs(error: unknown): boolean {
  return error instanceof CarrierError && error.retryable;
}
