/** The MongoDB that the hubs of a test share: the one of `MONGODB_URL`, or a protocol server of the test's own. */
import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

export class SharedDatabase {
  readonly url: string;
  /** The test's own, which it can kill; null for the one of `MONGODB_URL`. */
  readonly server: RunningMongoServer | null;
  /** Tells this run from all others on the same server. */
  readonly #run = `${process.pid}_${randomBytes(3).toString('hex')}`;
  readonly #names = new Set<string>();

  private constructor(url: string, server: RunningMongoServer | null) {
    this.url = url;
    this.server = server;
  }

  static async start({ search = true } = {}): Promise<SharedDatabase> {
    const { MONGODB_URL: given } = process.env;
    if (given) return new SharedDatabase(given, null);
    const server = await startMongoServer({ replicaSet: 'rs0', search });
    return new SharedDatabase(server.url, server);
  }

  /** Of a hub on a database, and on keys in Redis, that no other run has; the same ones for the same name. */
  settings(name: string): Record<string, string> {
    const own = `${name}_${this.#run}`;
    this.#names.add(own);
    return { MONGODB_URL: this.url, CARRIER_MONGODB_DATABASE: own, CARRIER_REDIS_PREFIX: own };
  }

  /** Leaves nothing behind on a server that stays. */
  async stop(): Promise<void> {
    if (this.server) return this.server.stop();
    const client = new MongoClient(this.url);
    for (const name of this.#names) await client.db(name).dropDatabase();
    await client.close();
  }
}
