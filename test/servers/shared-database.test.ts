import { MongoClient } from 'mongodb';
import { afterEach, expect, it, vi } from 'vitest';
import { SharedDatabase } from '../support/shared-database.js';
import { startMongoServer } from './mongodb/launch.js';

afterEach(() => vi.unstubAllEnvs());

it('[mongodb.15] hubs of a test share the server of MONGODB_URL, apart from other runs, and leave it as it was', async () => {
  const server = await startMongoServer();
  vi.stubEnv('MONGODB_URL', server.url);
  const runs = [await SharedDatabase.start(), await SharedDatabase.start()];
  const client = new MongoClient(server.url);
  const databases = async () => {
    const { databases } = await client.db('admin').admin().listDatabases();
    return databases.map(({ name }) => name).filter((name) => name.startsWith('hub_'));
  };
  const names = runs.map((run) => run.settings('hub').CARRIER_MONGODB_DATABASE!);
  expect(new Set(names).size).toBe(2);
  for (const [i, run] of runs.entries()) {
    expect([run.url, run.server]).toEqual([server.url, null]);
    await client.db(names[i]).collection('memories').insertOne({});
  }
  expect((await databases()).sort()).toEqual([...names].sort());
  for (const run of runs) await run.stop();
  expect(await databases()).toEqual([]);
  await client.close();
  await server.stop();
});
