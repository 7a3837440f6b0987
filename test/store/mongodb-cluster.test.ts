/** The store contract on a sharded cluster, and what its queries ask of the shards. */
import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triggerMemory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { mostRooms, RoomAgents } from '../../src/store/mongodb/room-agents.js';
import { shardStore } from '../../src/store/mongodb/shard.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { commitOf, message, storeContract } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { temporaryFolder } from './folder.js';
import { tamperingMongo } from './tampering.js';

const log = createLogger('silent');

describe('a sharded cluster', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let databases = 0;
  beforeAll(async () => {
    server = await startMongoServer({ cluster: true, search: false, ttlSeconds: 1 });
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  /** A database that hubs have used and that is sharded then. */
  const sharded = async (): Promise<{ db: Db; options: Parameters<typeof openMongoStore>[0] }> => {
    const database = `cluster_${databases++}`;
    const options = { url: server.url, database, log };
    await (await openMongoStore(options)).close();
    await shardStore(options);
    return { db: client.db(database), options };
  };

  storeContract(
    'MongoDB on a sharded cluster',
    async () => {
      const made = await sharded();
      const data = temporaryFolder();
      const options = { ...made.options, dataDir: data.path };
      let store = await openMongoStore(options);
      return {
        store,
        tampering: tamperingMongo(options.url, options.database!),
        async reopen() {
          await store.close();
          store = await openMongoStore(options);
          return store;
        },
        async dispose() {
          await store.close();
          data.remove();
        },
      };
    },
    {
      expiryLag: { ms: 130_000, reason: 'the server removes what has expired, in its own time' },
      cannot: { keyOverRooms: 'a cluster keeps a key unique where its shard key begins it, within a room' },
    },
  );

  it('names agent and room in every query of a turn, once the process knows the room', async () => {
    const { options } = await sharded();
    const gateway = await openMongoStore(options);
    let commands: string[] = [];
    const worker = await openMongoStore({
      ...options,
      onCommand: ({ command }) => commands.push(JSON.stringify(command)),
    });
    const everywhere = () => commands.filter((text) => !/"agentId":"ada","roomId":"room"/.test(text));
    const answered = async () => {
      commands = [];
      const { messages } = await worker.turns.claim('room', 5);
      const { turn, ...rest } = commitOf(messages);
      await worker.memories.recent('room', 5);
      await worker.turns.checkpoint({ ...turn, covers: turn.covers, steps: [] });
      await worker.turns.commit({ turn, ...rest });
      const [due] = await worker.outbox.due('room', 5);
      await worker.outbox.delivered(due!.id, {});
      expect(commands.length).toBeGreaterThan(5);
    };
    await gateway.memories.append(message({ text: 'a' }));
    await answered();
    // The claim that met the room for the first time.
    expect(everywhere()).toHaveLength(1);
    await gateway.memories.append(message({ text: 'b' }));
    await answered();
    expect(everywhere()).toEqual([]);
    await Promise.all([gateway.close(), worker.close()]);
  });

  it('delivers and gives up replies that another process has looked for', async () => {
    const { options } = await sharded();
    const [one, other] = [await openMongoStore(options), await openMongoStore(options)];
    for (const text of ['a', 'b']) {
      await one.memories.append(message({ text }));
      await one.turns.commit(commitOf((await one.turns.claim('room', 5)).messages));
    }
    const [first, second] = await one.outbox.due('room', 5);
    await other.outbox.delivered(first!.id, {});
    await other.outbox.failed(second!.id, { code: 'delivery_failed', message: 'no' }, null);
    expect(await one.outbox.due('room', 5)).toEqual([]);
    expect(await other.outbox.retryTurn(second!)).toBe(true);
    expect(await one.outbox.due('room', 5)).toHaveLength(1);
    await Promise.all([one.close(), other.close()]);
  });

  it('runs a turn again that failed at a decision, and that another process has not marked', async () => {
    const { options } = await sharded();
    const [one, other] = [await openMongoStore(options), await openMongoStore(options)];
    const asked = message({ text: 'wire it' });
    await one.memories.append(asked);
    const waited = commitOf([asked], { status: 'waiting' });
    waited.turn.waitsUntil = 5000;
    expect(await one.turns.commit(waited)).toBe(true);
    const { turnId } = waited.turn;
    const trigger = { kind: 'decision', turnId, decision: { approve: true } } as const;
    const decision = triggerMemory(asked, { trigger, key: `decision:${turnId}` });
    await one.turns.decide(turnId, decision);
    const failed = commitOf([decision], { status: 'failed' });
    failed.turn.trigger = trigger;
    await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
    expect(await one.turns.commit(failed)).toBe(true);
    await one.close();
    await server.control.off();
    expect(await other.turns.reopen(failed.turn.turnId)).toBe(true);
    expect((await other.turns.claim(asked.roomId, 5)).messages.map(({ id }) => id)).toEqual([decision.id]);
    await other.close();
  });

  it('one key has one memory in its room, also of two that come at once', async () => {
    const { db, options } = await sharded();
    const store = await openMongoStore(options);
    const added = await Promise.all(
      Array.from({ length: 8 }, () => store.memories.append(message({ messageId: 'same' }))),
    );
    expect(added.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(added.map(({ memory }) => memory.id)).size).toBe(1);
    expect(await db.collection('memories').countDocuments()).toBe(1);
    await store.close();
  });
});

describe('what a process knows of rooms', () => {
  const seen = (rooms: RoomAgents, count: number) => {
    for (let i = 0; i < count; i++) rooms.saw([{ agentId: 'ada', roomId: `room${i}` }]);
  };

  it('is bounded', () => {
    const rooms = new RoomAgents(true);
    seen(rooms, mostRooms + 500);
    expect(rooms.size).toBe(mostRooms);
    expect(rooms.of('room0')).toEqual({ roomId: 'room0' });
    expect(rooms.of(`room${mostRooms}`)).toEqual({ agentId: 'ada', roomId: `room${mostRooms}` });
  });

  it('is nothing where memories are not spread by agent', () => {
    const rooms = new RoomAgents(false);
    seen(rooms, 10);
    expect(rooms.size).toBe(0);
    expect(rooms.of('room1')).toEqual({ roomId: 'room1' });
  });
});
