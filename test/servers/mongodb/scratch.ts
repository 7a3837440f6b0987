import { type Collection, type Document, MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type MongoServerOptions, type RunningMongoServer, startMongoServer } from './launch.js';

export interface Scratch {
  server: RunningMongoServer;
  client: MongoClient;
  /** Empty, and of no other test. */
  things: Collection<Document>;
}

/** A server for the tests of a file; `use` is called before each. */
export function scratchServer(options: MongoServerOptions, use: (scratch: Scratch) => void): void {
  let server: RunningMongoServer;
  let client: MongoClient;
  let counter = 0;
  beforeAll(async () => {
    server = await startMongoServer(options);
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  beforeEach(() => use({ server, client, things: client.db('test').collection(`things${++counter}`) }));
}

export async function failure(work: Promise<unknown>): Promise<MongoServerError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MongoServerError);
  return error as MongoServerError;
}

export const idsOf = (documents: Document[]) => documents.map((document) => document._id);
