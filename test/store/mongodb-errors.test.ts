/** What servers refuse, each in its own words, and what the hub makes of it. */
import { MongoBulkWriteError, MongoClient, MongoServerError } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { faultOf, isPassing, metKey } from '../../src/store/mongodb/faults.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store.js';
import { type Front, startFront } from '../servers/mongodb/front.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { ClientSockets } from '../support/client-sockets.js';
import { until } from '../support/until.js';

const coded = (code: string, details: object = {}) =>
  Object.assign(new Error(`write ${code}`), { code, ...details });
const inBulk = (error: object) => new MongoBulkWriteError(error as never, {} as never);

describe('errors', () => {
  it('[mongodb.2] of the network are retryable, alone, as a cause, and inside a bulk write', () => {
    for (const code of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ERR_STREAM_DESTROYED']) {
      const error = coded(code);
      const all = [
        error,
        new Error('lost', { cause: error }),
        inBulk(error),
        inBulk(new Error('lost', { cause: error })),
        new AggregateError([error]),
      ];
      for (const one of all) {
        expect(isPassing(one), `${code} in ${one.constructor.name}`).toBe(true);
        expect(faultOf(one)).toMatchObject({ code: 'store_unavailable', retryable: true });
      }
    }
    expect(faultOf(coded('ERR_INVALID_ARG_TYPE'))).toMatchObject({ code: 'internal', retryable: false });
  });

  it('[mongodb.7] of Atlas are told as they are, and only a refused login is one', () => {
    const atlas = (errmsg: string) =>
      faultOf(new MongoServerError({ ok: 0, code: 8000, errmsg, message: errmsg }));
    for (const words of [
      'you are over your space quota, using 513 MB of 512 MB',
      'cannot create a new collection -- already using 500 collections of 500',
    ]) {
      expect(atlas(words)).toMatchObject({ code: 'store_unavailable', retryable: true });
      expect(atlas(words).message).toContain(words);
      expect(atlas(words).message).not.toMatch(/password/);
    }
    expect(atlas('bad auth : Authentication failed.')).toMatchObject({ code: 'config_invalid' });
  });

  it('[mongodb.11] of a taken key say which, however the server tells it', () => {
    const of = (details: object) =>
      metKey(new MongoServerError({ message: 'taken', code: 11000, ...details }));
    expect(of({ keyPattern: { roomId: 1, ingest: 1 } })).toBe('roomId, ingest');
    expect(of({ keyValue: { _id: 'a' } })).toBe('_id');
    expect(
      of({
        message: 'E11000 duplicate key error collection: c.memories index: covered dup key: { roomId: "r" }',
      }),
    ).toBe('covered');
    expect(of({ message: "Duplicate key violation on the requested collection: Index '_id_'" })).toBe('_id_');
    expect(of({})).toBeUndefined();
  });
});

describe('a server that refuses', () => {
  let server: RunningMongoServer;
  let front: Front;
  let databases = 0;
  let database: string;
  const stores: Store[] = [];
  const told: string[] = [];
  const log = createLogger('silent');
  log.warn = ((details: { lacks?: string[] }) => void told.push(...(details.lacks ?? []))) as typeof log.warn;

  beforeAll(async () => {
    server = await startMongoServer({ search: false });
    front = await startFront(server.port);
  });
  afterAll(async () => {
    await front?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    database = `refusals_${databases++}`;
    told.length = 0;
  });
  afterEach(async () => {
    front.answer = () => undefined;
    for (const store of stores.splice(0)) await store.close();
  });
  const open = async (options: object = {}): Promise<Store> => {
    const store = await openMongoStore({ url: front.url, database, log, ...options });
    stores.push(store);
    return store;
  };
  const error = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
  const collection = async <T>(
    name: string,
    work: (c: ReturnType<ReturnType<MongoClient['db']>['collection']>) => Promise<T>,
  ) => {
    const client = await new MongoClient(server.url).connect();
    try {
      return await work(client.db(database).collection(name));
    } finally {
      await client.close();
    }
  };

  for (const code of [9, 2, 115, 59])
    it(`[mongodb.3] a validator (${code}) starts without one, every time, and says so once`, async () => {
      front.answer = (name, command) =>
        name === 'collMod' || (name === 'create' && command.validator)
          ? { ok: 0, code, codeName: 'Refused', errmsg: '$jsonSchema is not for this server' }
          : undefined;
      for (let start = 0; start < 3; start++) {
        told.length = 0;
        const store = await open();
        const about = (notes: string[]) => notes.filter((note) => note.startsWith('no schema validation'));
        expect(about(store.description.notes)).toHaveLength(1);
        expect(about(told)).toHaveLength(1);
        await store.memories.append(message());
      }
    });

  it('[mongodb.3] a validator because the user may not put it is told, as any refused right', async () => {
    front.answer = (name) => (name === 'create' ? { ok: 0, code: 13, errmsg: 'not authorized' } : undefined);
    expect(await error(open())).toMatchObject({ code: 'config_invalid' });
  });

  it('[mongodb.7] for want of room says so at the message, and takes it later', async () => {
    const store = await open();
    front.answer = (name) =>
      name === 'insert'
        ? { ok: 0, code: 8000, codeName: 'AtlasError', errmsg: 'you are over your space quota' }
        : undefined;
    const memory = message();
    const refused = await error(store.memories.append(memory));
    expect(refused).toMatchObject({ code: 'store_unavailable', retryable: true });
    expect(refused!.message).toMatch(/over your space quota/);
    front.answer = () => undefined;
    expect(await store.memories.append(memory)).toMatchObject({ duplicate: false });
  });

  it('[mongodb.12] because it is too old is fatal, and its version is named', async () => {
    front.answer = (name) =>
      /^(hello|ismaster)$/i.test(name)
        ? {
            ok: 1,
            isWritablePrimary: true,
            ismaster: true,
            minWireVersion: 0,
            maxWireVersion: 6,
            maxBsonObjectSize: 16777216,
            maxMessageSizeBytes: 48000000,
            maxWriteBatchSize: 100000,
          }
        : undefined;
    const refused = await error(open());
    expect(refused).toMatchObject({ code: 'config_invalid', retryable: false, field: 'MONGODB_URL' });
    expect(refused!.message).toMatch(/wire version 6\b.*MongoDB \d/);
  });

  it("[mongodb.11] a key of an operator's own names it, and is no duplicate", async () => {
    const store = await open();
    await collection('memories', (c) =>
      c.createIndex({ 'content.text': 1 }, { unique: true, name: 'one_of_each' }),
    );
    await collection('audit_chain', (c) => c.createIndex({ operation: 1 }, { unique: true, name: 'once' }));
    await store.memories.append(message({ text: 'same' }));
    const refused = await error(store.memories.append(message({ text: 'same' })));
    expect(refused).toMatchObject({ code: 'internal', retryable: false });
    expect(refused!.message).toContain('one_of_each');
    const row = { at: 1, principal: 'p', operation: 'o', outcome: 'ok', target: {} } as never as Parameters<
      Store['audit']['append']
    >[0];
    await store.audit.append({ ...row, id: '1' });
    await store.audit.append({ ...row, id: '1' });
    expect((await error(store.audit.append({ ...row, id: '2' })))!.message).toMatch(
      /unique key "(once|operation)"/,
    );
  });

  it('[mongodb.11] an id that another memory has is no duplicate of it', async () => {
    const store = await open();
    const memory = message({ text: 'a' });
    await store.memories.append(memory);
    const other: Memory = { ...message({ text: 'b' }), id: memory.id };
    expect(await error(store.memories.append(other))).toMatchObject({
      code: 'internal',
      message: expect.stringContaining(memory.id),
    });
  });

  for (const code of ['EPIPE', 'ECONNRESET'])
    it(`[mongodb.2] a connection with ${code} at an insertion, a commit or a mark loses nothing`, async () => {
      const sockets = new ClientSockets(Number(new URL(front.url).port));
      let left = 0;
      let at = '';
      const store = await open({
        patience: { operationMs: 1_000 },
        onCommand: ({ commandName }: { commandName: string }) => {
          if (commandName === at && left-- > 0) sockets.cut(code);
        },
      });
      const memory = message();
      [at, left] = ['insert', 1];
      expect(await store.memories.append(memory)).toMatchObject({ duplicate: false });
      const { messages } = await store.turns.claim('room', 10);
      expect(messages).toHaveLength(1);
      const commit = commitOf(messages);
      // Both tries of the store; and once more, as the worker does while the store is away.
      [at, left] = ['insert', 2];
      expect(await error(store.turns.commit(commit))).toMatchObject({
        code: 'store_unavailable',
        retryable: true,
      });
      [at, left] = ['insert', 1];
      expect(await store.turns.commit(commit)).toBe(true);
      [at, left] = ['update', 1];
      await store.outbox.delivered(commit.outbound!.id, {});
      expect(await store.turns.claim('room', 10)).toMatchObject({ messages: [] });
      expect(await store.outbox.due('room', 10)).toEqual([]);
      sockets.close();
    }, 30_000);

  it('[mongodb.9] marks shows what this process has committed as committed, or nothing at all', async () => {
    const store = await open();
    for (let round = 0; round < 4; round++) {
      const memory = message({ text: `m${round}` });
      await store.memories.append(memory);
      const { messages } = await store.turns.claim('room', 10);
      // As an engine whose transactions meet: the marks are refused, at both tries of each of two attempts.
      let refusals = 4;
      front.answer = (name) =>
        name === 'update' && refusals-- > 0 ? { ok: 0, code: 112, errmsg: 'deadlock detected' } : undefined;
      expect(await store.turns.commit(commitOf(messages))).toBe(true);
      const key = { ...memory.source, agentId: memory.agentId };
      const reads = [
        () => store.memories.find(key).then((found) => [found!]),
        () => store.memories.get(memory.id).then((found) => [found!]),
        () => store.memories.history('room', { limit: 50 }).then(({ items }) => items),
        () => store.memories.history('room', { limit: 50, order: 'newest' }).then(({ items }) => items),
      ];
      const read = reads[round]!;
      let found: Memory[] = [];
      await until(() =>
        read().then(
          (memories) => {
            found = memories;
            return true;
          },
          () => false,
        ),
      );
      expect(found.map(({ status }) => status)).not.toContain('pending');
      expect(found.some(({ id }) => id === memory.id)).toBe(true);
    }
  });

  it('[mongodb.9] marks late: what is looked for while they are made is found as it was committed', async () => {
    const store = await open();
    for (let round = 0; round < 40; round++) {
      const memory = message({ text: `m${round}` });
      await store.memories.append(memory);
      const { messages } = await store.turns.claim('room', 10);
      await store.turns.commit(commitOf(messages));
      await new Promise((resolve) => setTimeout(resolve, round % 4));
      const [found, { items }] = await Promise.all([
        store.memories.find({ ...memory.source, agentId: memory.agentId }),
        store.memories.history('room', { limit: 100 }),
      ]);
      expect(found!.status).toBe('handled');
      expect(items.map(({ status }) => status)).not.toContain('pending');
    }
  });
});
