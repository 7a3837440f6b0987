/** Turns with states on MongoDB: what workers of before there were any see of it, and what is cut off. */
import { type Db, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Memory, triggerMemory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { checkpointOf, commitOf, message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

const log = createLogger('silent');

for (const replicaSet of ['rs0', undefined]) {
  describe(`waiting turns on a MongoDB ${replicaSet ? 'replica set' : 'server that stands alone'}`, () => {
    let server: RunningMongoServer;
    let client: MongoClient;
    let db: Db;
    let runs = 0;
    /** Two workers, each in a process of its own as far as the store knows. */
    let one: Store;
    let two: Store;
    let asked: Memory;
    let waited: ReturnType<typeof commitOf>;
    let decision: Memory;

    beforeAll(async () => {
      server = await startMongoServer({ replicaSet, search: false });
      client = await new MongoClient(server.url).connect();
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });
    beforeEach(async () => {
      const database = `triggers_${runs++}`;
      db = client.db(database);
      const open = () => openMongoStore({ url: server.url, database, log });
      [one, two] = [await open(), await open()];
      asked = message({ text: 'wire it' });
      waited = commitOf([asked], { status: 'waiting' });
      waited.turn.waitsUntil = 5000;
      const { turnId } = waited.turn;
      decision = triggerMemory(asked, {
        trigger: { kind: 'decision', turnId, decision: { approve: true } },
        key: `decision:${turnId}`,
      });
      await one.memories.append(asked);
      expect(await one.turns.commit(waited)).toBe(true);
      await one.turns.claim('room', 5);
    });
    afterEach(async () => {
      await server.control.off();
      await Promise.all([one.close(), two.close()]);
    });

    const continuation = () => {
      const commit = commitOf([decision]);
      commit.turn.trigger = decision.trigger!;
      return commit;
    };
    /** What the claims and sweeps of commit b8ee1ad ask for. */
    const seenByOlder = async () => {
      const [claimed, swept] = await Promise.all([
        db
          .collection('memories')
          .find({ roomId: 'room', open: { $gte: 0 } })
          .toArray(),
        db
          .collection('memories')
          .find({ open: { $gt: 0 } })
          .toArray(),
      ]);
      return [...claimed, ...swept].map(({ _id }) => String(_id));
    };

    it('are done to workers that know no states, and their triggers are nothing', async () => {
      const turns = () =>
        db
          .collection('memories')
          .find({ turn: { $exists: true } })
          .toArray();
      expect(await turns()).toMatchObject([{ turn: { status: 'done', state: 'waiting' }, waitsUntil: 5000 }]);
      await one.turns.decide(waited.turn.turnId, decision);
      expect(await seenByOlder()).toEqual([]);
      const checkpoint = { ...checkpointOf([decision], ['step']), trigger: decision.trigger! };
      await one.turns.checkpoint(checkpoint);
      await one.turns.checkpoint({
        ...checkpointOf([decision], ['step', 'two']),
        trigger: decision.trigger!,
      });
      expect(await seenByOlder()).toEqual([]);
      const stored = await db.collection<{ _id: string }>('memories').findOne({ _id: decision.id });
      // A kind that the validator of older hubs takes: theirs is put back when one of them starts.
      expect(stored).toMatchObject({ kind: 'turn', status: 'pending', open: -2, ingest: expect.any(String) });
      expect(stored).not.toHaveProperty('terms');
      expect((await two.turns.claim('room', 5)).checkpoint?.steps).toHaveLength(2);
      expect(await two.turns.commit(continuation())).toBe(true);
      await two.turns.claim('room', 5);
      expect(await turns()).toMatchObject([
        { turn: { status: 'done', continuedBy: expect.any(String) } },
        { turn: { status: 'done' } },
      ]);
      expect((await turns()).every(({ turn, waitsUntil }) => !turn.state && waitsUntil === undefined)).toBe(
        true,
      );
    });

    it('are done once, though the process that went on from them died before it said so', async () => {
      await one.turns.decide(waited.turn.turnId, decision);
      await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
      const commit = continuation();
      expect(await one.turns.commit(commit)).toBe(true);
      // A worker that knows no triggers must not close it: it would leave the other turn waiting.
      expect(await seenByOlder()).toEqual([]);
      await server.control.off();
      expect((await two.turns.claim('room', 5)).messages).toEqual([]);
      expect(await two.turns.get(waited.turn.turnId)).toMatchObject({
        status: 'done',
        continuedBy: commit.turn.turnId,
      });
      expect(await two.turns.commit(continuation())).toBe(false);
      expect(await two.memories.get(decision.id)).toMatchObject({ status: 'handled' });
    });

    it('do not expire a second time where the first was cut off', async () => {
      const { turnId } = waited.turn;
      await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
      await expect(one.turns.decide(turnId, decision)).rejects.toMatchObject({ code: 'store_unavailable' });
      await server.control.off();
      expect(await two.turns.expired(6000, 5)).toEqual([turnId]);
      const again = await two.turns.decide(turnId, { ...decision, id: `${decision.id.slice(0, -1)}z` });
      expect(again).toMatchObject({ duplicate: true, memory: { id: decision.id } });
      expect(await two.turns.expired(6000, 5)).toEqual([]);
    });

    it('leave messages their place, however many triggers wait', async () => {
      await one.memories.append(message({ text: 'before' }));
      for (let i = 0; i < 30; i++)
        await one.memories.append(
          triggerMemory(asked, {
            trigger: { kind: 'schedule', scheduleId: 's' },
            key: `due:${i}`,
            text: `${i}`,
          }),
        );
      await one.memories.append(message({ text: 'after' }));
      const order: string[] = [];
      for (;;) {
        const { messages } = await two.turns.claim('room', 2);
        if (messages.length === 0) break;
        order.push(...messages.map(({ content }) => content.text));
        const commit = commitOf(messages, { silent: true });
        if (messages[0]!.trigger) commit.turn.trigger = messages[0]!.trigger;
        await two.turns.commit(commit);
      }
      expect(order).toEqual(['before', ...Array.from({ length: 30 }, (_, i) => `${i}`), 'after']);
    });
  });
}
