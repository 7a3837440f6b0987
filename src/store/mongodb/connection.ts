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
import { type CarrierError, FatalError } from '../../errors.js';
import { redact } from '../../redaction.js';
import { faultOf, isPassing, unavailable } from './faults.js';

/** Before an operation is tried again by us; the driver has then tried by itself, where the server lets it. */
const againMs = 100;

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
}

export class Connection {
  readonly db: Db;
  readonly #client: MongoClient;
  readonly #readPreference: ReadPreference;
  #closed: Promise<void> | undefined;
  #refusal: CarrierError | null = null;

  private constructor(client: MongoClient, { database, readPreference }: ConnectionOptions) {
    this.#client = client;
    this.db = client.db(database);
    this.#readPreference =
      readPreference === undefined || readPreference === 'primary'
        ? ReadPreference.primary
        : new ReadPreference(readPreference, undefined, { maxStalenessSeconds });
  }

  /** Throws `config_invalid` for a URL or a user that cannot be used, `store_unavailable` where nobody answers. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const client = makeClient(options);
    const { onCommand, onAnswer } = options;
    if (onCommand) client.on('commandStarted', onCommand);
    if (onAnswer) client.on('commandSucceeded', onAnswer).on('commandFailed', onAnswer);
    const connection = new Connection(client, options);
    try {
      await client.connect();
      await connection.run((db) => db.command({ ping: 1 }));
      return connection;
    } catch (error) {
      await client.close();
      throw faultOf(error);
    }
  }

  collection<T extends Document>(name: string): Collection<T> {
    return this.db.collection<T>(name);
  }

  /** The same collection for reads that may be a little behind. */
  retrieval<T extends Document>(name: string): Collection<T> {
    return this.db.collection<T>(name, { readPreference: this.#readPreference });
  }

  /** All operations go through here, so that only the hub's errors come out. */
  async run<T>(work: (db: Db) => Promise<T>): Promise<T> {
    if (this.#closed) throw unavailable('The store is closed.');
    if (this.#refusal) throw this.#refusal;
    try {
      return await work(this.db);
    } catch (error) {
      throw this.#closed ? unavailable('The store was closed meanwhile.') : faultOf(error);
    }
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
  repeatable<T>(work: (db: Db, again: boolean) => Promise<T>): Promise<T> {
    return this.run(async (db) => {
      try {
        return await work(db, false);
      } catch (error) {
        if (this.#closed || !isPassing(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, againMs));
        return work(db, true);
      }
    });
  }

  /** No operation begins any more, and each is told why. */
  refuse(error: CarrierError): void {
    this.#refusal = error;
  }

  /** What is under way fails; wait for it first. */
  close(): Promise<void> {
    this.#closed ??= this.#client.close();
    return this.#closed;
  }
}

function makeClient({ url, poolSize = 50, onCommand, onAnswer }: ConnectionOptions): MongoClient {
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
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    // A server that takes a command and falls silent; longer than any query of ours takes.
    socketTimeoutMS: 30_000,
    monitorCommands: Boolean(onCommand ?? onAnswer),
  };
  try {
    return new MongoClient(url, settings);
  } catch (error) {
    const message = error instanceof Error ? redact(error.message.replaceAll(url, '[the URL]')) : 'unknown';
    throw new FatalError('config_invalid', `MONGODB_URL cannot be used: ${message}`, {
      field: 'MONGODB_URL',
    });
  }
}
