/** Archiving by agent and month, cut off at any point, by two at once, and beside hubs that change what is moved. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { archivable, archive } from '../../src/store/mongodb/archive.js';
import type { MemoryDocument } from '../../src/store/mongodb/documents.js';
import { overview } from '../../src/store/mongodb/overview.js';
import { shardStore } from '../../src/store/mongodb/shard.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { idAt } from '../../src/store/mongodb/tally.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const month = (name: string) => Date.parse(`${name}-01T00:00:00Z`);

const kinds = {
  'a replica set': { start: () => startMongoServer({ replicaSet: 'rs0', search: false }), lacking: null },
  'a sharded cluster': { start: () => startMongoServer({ cluster: true, search: false }), lacking: null },
  FerretDB: { start: startFerretdb, lacking: noFerretdb },
};

for (const [name, { start, lacking }] of Object.entries(kinds))
  describe.skipIf(lacking)(`archiving on ${name}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let client: MongoClient;
    let db: Db;
    let store: Store;
    let runs = 0;
    beforeAll(async () => {
      server = await start();
      client = await new MongoClient(server.url).connect();
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });
    beforeEach(async () => {
      await begin();
      return () => store.close();
    });

    const begin = async () => {
      db = client.db(`archive_${runs++}`);
      store = await openMongoStore(options());
      if (name !== 'a sharded cluster') return;
      await store.close();
      await shardStore({ ...options(), log });
      store = await openMongoStore(options());
    };
    const options = () => ({ url: server.url, database: db.databaseName, log });
    const control = () => ('control' in server ? server.control : null);

    let made = 0;
    /** Of that month, after the earlier ones. */
    const old = (text: string, when = '2025-03', more: Parameters<typeof message>[0] = {}) => {
      const createdAt = month(when) + 60_000 + made++;
      const id = `${idAt(createdAt)}-7000-8000-${String(made).padStart(12, '0')}`;
      return message({ text, messageId: id, status: 'kept', ...more, id, createdAt });
    };
    const add = async (...memories: ReturnType<typeof message>[]) => {
      for (const memory of memories) await store.memories.append(memory);
      return memories;
    };
    const all = (collection: string) =>
      db.collection<MemoryDocument & { moving?: true }>(collection).find().sort({ _id: 1 }).toArray();
    const texts = async (collection: string) => (await all(collection)).map(({ content }) => content?.text);

    it('moves what is older than a month, of one agent or of all, and says before how much', async () => {
      await add(
        old('a', '2025-01'),
        old('b', '2025-02'),
        old('c', '2025-02', { agentId: 'bob', roomId: 'bobs' }),
      );
      await add(old('d', '2025-03'), old('a fact', '2025-01', { kind: 'fact' }));
      const before = month('2025-03');
      const share = { documents: 1, bytes: name === 'FerretDB' ? null : expect.closeTo(500, -3) };
      expect(await archivable({ before }, options())).toEqual([
        { agentId: 'ada', month: '2025-01', ...share },
        { agentId: 'ada', month: '2025-02', ...share },
        { agentId: 'bob', month: '2025-02', ...share },
      ]);
      expect(await archivable({ before, agentId: 'bob' }, options())).toMatchObject([{ month: '2025-02' }]);
      expect(await archive({ before, agentId: 'bob' }, options())).toBe(1);
      expect(await texts('archive')).toEqual(['c']);
      const told: unknown[] = [];
      expect(await archive({ before }, options(), (...args) => told.push(args))).toBe(2);
      expect(told).toEqual([[2, '2025-02']]);
      expect(await texts('archive')).toEqual(['a', 'b', 'c']);
      expect((await texts('memories')).sort()).toEqual(['a fact', 'd']);
      expect(await archivable({ before }, options())).toEqual([]);
    });

    it('tells what lies where, by agent and month', async () => {
      await add(old('a', '2025-01'), old('b', '2025-01'), old('c', '2025-02'));
      await add(
        old('d', '2025-02', { agentId: 'bob', roomId: 'bobs' }),
        message({ text: 'new', status: 'kept' }),
      );
      await archive({ before: month('2025-02') }, options());
      const found = await overview(options());
      const now = new Date().toISOString().slice(0, 7);
      expect(found.memories).toMatchObject([
        { agentId: 'ada', month: '2025-02', documents: 1 },
        { agentId: 'bob', month: '2025-02', documents: 1 },
        { agentId: 'ada', month: now, documents: 1 },
      ]);
      expect(found.archive).toMatchObject([{ agentId: 'ada', month: '2025-01', documents: 2 }]);
      expect(found.moving).toBe(0);
      expect(found.collections.find((one) => one.name === 'memories')).toMatchObject({ documents: 3 });
      expect(found.unsharded).toEqual(name === 'a sharded cluster' ? [] : null);
    });

    // FerretDB 1.24 hangs for ever where four connections update many documents at once.
    const atOnce = name === 'FerretDB' ? 2 : 4;
    it('is done once by several who do it at once', async () => {
      // Another one locks the catalogue at that moment.
      await control()?.fail(['createIndexes'], { errorCode: 112 });
      const said = await add(...Array.from({ length: 40 }, (_, i) => old(`m${i}`)));
      const moved = await Promise.all(
        Array.from({ length: atOnce }, () => archive({ before: month('2025-04') }, options())),
      );
      expect(moved.reduce((sum, count) => sum + count, 0)).toBe(said.length);
      expect(await texts('memories')).toEqual([]);
      expect(await texts('archive')).toEqual(said.map(({ content }) => content.text));
      expect((await all('archive')).some(({ moving }) => moving)).toBe(false);
    });

    it('loses nothing of what is forgotten, edited and read meanwhile, and brings nothing back', async () => {
      const said = await add(...Array.from({ length: 40 }, (_, i) => old(`m${i}`)));
      const [gone, edited] = [said.slice(0, 10), said.slice(10, 20)];
      const change = async () => {
        for (const [i, { id }] of gone.entries()) {
          expect(await store.memories.forget([id])).toBeGreaterThan(0);
          await store.memories.edit(edited[i]!.id, `edited ${i}`);
        }
      };
      const run = () => archive({ before: month('2025-04') }, options());
      await Promise.all([change(), run(), run()]);
      await run();
      expect(await texts('memories')).toEqual([]);
      const left = await all('archive');
      expect(left.map(({ _id }) => _id)).toEqual(said.slice(10).map(({ id }) => id));
    });

    it('refreshes the copy of what was edited after an earlier run had copied it', async () => {
      const [said] = await add(old('a secret'));
      const [document] = await all('memories');
      const copy = { ...document, month: '2025-03' };
      await db.collection<typeof copy>('archive').insertOne(copy as never);
      await store.memories.edit(said!.id, 'nothing');
      expect(await archive({ before: month('2025-04') }, options())).toBe(1);
      expect(await texts('archive')).toEqual(['nothing']);
      expect(await texts('memories')).toEqual([]);
    });

    it.skipIf(name === 'FerretDB')('leaves a turn that is run again at this very moment', async () => {
      const [asked] = await add(old('asked', '2025-03', { status: 'pending' }));
      const { turn, reply } = commitOf([asked!]);
      reply!.id = turn.replyId = old('reply').id;
      await store.turns.commit({ turn: { ...turn, status: 'failed' }, reply, outbound: null });
      await store.turns.claim('room', 5);
      await control()!.fail(
        ['update'],
        { blockConnection: true, blockTimeMS: 600, namespace: `${db.databaseName}.archive` },
        { times: 1 },
      );
      const running = archive({ before: month('2025-04') }, options());
      await until(async () => (await all('archive')).length > 0);
      await sleep(100);
      expect(await store.turns.reopen(turn.turnId)).toBe(true);
      await running;
      const { messages } = await store.turns.claim('room', 5);
      expect(messages.map(({ content }) => content.text)).toEqual(['asked']);
      expect(await store.turns.commit(commitOf(messages))).toBe(true);
    });

    it.skipIf(name === 'FerretDB').each([
      ['refused', { errorCode: 20 }],
      ['cut off before a command', { closeConnection: true }],
      ['cut off after a command', { closeAfterExecution: true }],
    ])('goes on wherever it was cut off: %s', async (_, fault) => {
      const commands = ['listIndexes', 'createIndexes', 'find', 'insert', 'update', 'delete'];
      const sent: string[] = [];
      const fill = () => add(old('a'), old('b'), old('forgotten'), old('edited'));
      await fill();
      const onCommand = ({ commandName }: { commandName: string }) =>
        commands.includes(commandName) && sent.push(commandName);
      await archive({ before: month('2025-04') }, { ...options(), onCommand: onCommand as never });
      expect(new Set(sent)).toEqual(new Set(commands));
      for (const [skip, command] of sent.entries()) {
        await store.close();
        await begin();
        const [, , forgotten, edited] = await fill();
        await control()!.fail(commands, fault, { skip });
        const [outcome] = await Promise.allSettled([archive({ before: month('2025-04') }, options())]);
        await control()!.off();
        expect(outcome, `${command} ${skip}`).toMatchObject({ status: 'rejected' });
        const there = new Set([...(await texts('memories')), ...(await texts('archive'))]);
        expect([...there].sort(), `${command} ${skip}`).toEqual(['a', 'b', 'edited', 'forgotten']);
        await store.memories.forget([forgotten!.id]);
        const still = await store.memories.edit(edited!.id, 'new words');
        await archive({ before: month('2025-04') }, options());
        expect(await texts('memories')).toEqual([]);
        expect((await texts('archive')).sort()).toEqual(['a', 'b', still ? 'new words' : 'edited'].sort());
        expect((await all('archive')).some(({ moving }) => moving)).toBe(false);
      }
    });
  });
