/** On which database the suites of several hubs, chaos and the soak run. */
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { SharedDatabase } from '../support/shared-database.js';

describe('the database that hubs of a test share', () => {
  let given: RunningMongoServer;
  beforeEach(async () => {
    given = await startMongoServer({ search: false });
    return () => given.stop();
  });
  afterEach(() => vi.unstubAllEnvs());

  it('[mongodb.15] is that of MONGODB_URL where it is set, and nothing is left there', async () => {
    vi.stubEnv('MONGODB_URL', given.url);
    const [one, other] = [await SharedDatabase.start(), await SharedDatabase.start()];
    const client = new MongoClient(given.url);
    const databases = async () =>
      (await client.db().admin().listDatabases()).databases.map(({ name }) => name);
    const before = await databases();
    const names = new Set<string>();
    for (const database of [one, other]) {
      expect(database.server).toBeNull();
      const { MONGODB_URL: url, CARRIER_MONGODB_DATABASE: name } = database.settings('hubs');
      expect(url).toBe(given.url);
      names.add(name!);
      await client.db(name).collection('memories').insertOne({ text: 'hello' });
    }
    expect(names.size).toBe(2);
    expect((await databases()).filter((name) => names.has(name))).toHaveLength(2);
    await Promise.all([one.stop(), other.stop()]);
    expect(await databases()).toEqual(before);
    await client.close();
  });

  it('[mongodb.15] is a server of the test itself where it is not set', async () => {
    vi.stubEnv('MONGODB_URL', '');
    const own = await SharedDatabase.start({ search: false });
    expect(own.url).not.toBe(given.url);
    expect(own.settings('hubs').MONGODB_URL).toBe(own.server!.url);
    await own.stop();
  });
});
