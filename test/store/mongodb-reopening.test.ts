/** A reopening that is cut off, and what comes late to it: no message is lost, answered twice or claimed in part. */
import { type Db, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

const log = createLogger('silent');
const texts = (memories: Memory[]) => memories.map(({ content }) => content.text);

for (const replicaSet of ['rs0', undefined]) {
  describe(`reopening on a MongoDB ${replicaSet ? 'replica set' : 'server that stands alone'}`, () => {
    let server: RunningMongoServer;
    let client: MongoClient;
    let db: Db;
    let runs = 0;
    /** Two workers, each in a process of its own as far as the store knows. */
    let one: Store;
    let two: Store;
    let messages: Memory[];
    let failure: ReturnType<typeof commitOf>;

    beforeAll(async () => {
      server = await startMongoServer({ replicaSet, search: false });
      client = await new MongoClient(server.url).connect();
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });
    beforeEach(async () => {
      const database = `reopening_${runs++}`;
      db = client.db(database);
      const open = () => openMongoStore({ url: server.url, database, log });
      one = await open();
      two = await open();
      messages = ['a', 'b', 'c'].map((text) => message({ text }));
      for (const memory of messages) await one.memories.append(memory);
      failure = commitOf(messages, { status: 'failed', text: 'sorry' });
      failure.turn.steps = [];
    });
    afterEach(async () => {
      await server.control.off();
      await Promise.all([one.close(), two.close()]);
    });

    const turnId = () => failure.turn.turnId;
    const fail = async (store = one) => {
      expect(await store.turns.commit(failure)).toBe(true);
      expect((await store.turns.claim('room', 5)).messages).toEqual([]);
    };
    const answered = async () => {
      const { messages: claimed } = await two.turns.claim('room', 10);
      expect(texts(claimed)).toEqual(['a', 'b', 'c']);
      expect(await two.turns.get(turnId())).toBeNull();
      expect(await two.turns.commit(commitOf(claimed, { text: 'answer' }))).toBe(true);
      expect((await two.turns.claim('room', 10)).messages).toEqual([]);
      const { items } = await two.memories.history('room', { limit: 10 });
      expect(items.map(({ content, status }) => `${content.text} ${status}`)).toEqual([
        ...['a handled', 'b handled', 'c handled', 'sorry kept', 'answer kept'],
      ]);
      expect(await two.outbox.due('room', 5)).toHaveLength(2);
    };

    it('is as before while nothing can be written', async () => {
      await fail();
      await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
      await expect(one.turns.reopen(turnId())).rejects.toMatchObject({ code: 'store_unavailable' });
      await server.control.off();
      expect((await two.turns.claim('room', 5)).messages).toEqual([]);
      expect(await two.turns.get(turnId())).toEqual(failure.turn);
      expect(await two.turns.reopen(turnId())).toBe(true);
      await answered();
    });

    it.each(['claim', 'reopen'] as const)(
      'that was cut off after its beginning is finished by a %s',
      async (by) => {
        await fail();
        await server.control.fail(['update'], { closeConnection: true }, { skip: 1 });
        await expect(one.turns.reopen(turnId())).rejects.toMatchObject({ code: 'store_unavailable' });
        await server.control.off();
        await one.close();
        // The sweeper sees the room, and nobody commits the turn in between.
        expect(await two.turns.waiting(Date.now() + 1000, 5)).toEqual(['room']);
        expect(await two.turns.commit(commitOf(messages))).toBe(false);
        if (by === 'reopen') expect(await two.turns.reopen(turnId())).toBe(true);
        await answered();
      },
    );

    it.each([
      ['a', [0]],
      ['b and c', [1, 2]],
      ['all', [0, 1, 2]],
    ])('that was cut off with %s pending is finished by a claim', async (_, pending) => {
      await fail();
      const memories = db.collection<{ _id: string }>('memories');
      await memories.updateOne({ _id: failure.reply!.id }, { $set: { open: -1 } });
      await memories.updateMany(
        { _id: { $in: pending.map((i) => messages[i]!.id) } },
        { $set: { status: 'pending', turnId: null, open: 2, reopened: [failure.reply!.id] } },
      );
      expect(await two.turns.commit(commitOf(pending.map((i) => messages[i]!)))).toBe(false);
      await answered();
    });

    it('meets a failure whose marks were never made', async () => {
      await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
      expect(await one.turns.commit(failure)).toBe(true);
      await one.close();
      await server.control.off();
      expect(await two.turns.reopen(turnId())).toBe(true);
      await answered();
    });

    it('is not undone by marks that come late', async () => {
      await server.control.delay(['update'], 1_500);
      expect(await one.turns.commit(failure)).toBe(true);
      // Another worker repairs, and the turn is reopened and runs, before the first one's marks arrive.
      expect(await two.turns.reopen(turnId())).toBe(true);
      expect(texts((await two.turns.claim('room', 10)).messages)).toEqual(['a', 'b', 'c']);
      await one.close();
      await answered();
    });

    it('waits again for as long as it takes: what has expired meanwhile does not go', async () => {
      await fail();
      const request = { agentId: 'ada', before: Date.now() + 1000, kinds: ['message' as const], limit: 50 };
      await two.outbox.failed((await two.outbox.due('room', 5))[0]!.id, { code: 'x', message: 'x' }, null);
      await two.memories.expire(request);
      const dated = () => db.collection('memories').countDocuments({ expiresAt: { $exists: true } });
      expect(await dated()).toBe(4);
      expect(await two.turns.reopen(turnId())).toBe(true);
      expect(await dated()).toBe(0);
      await two.memories.expire(request);
      expect(await dated()).toBe(1);
      expect(await two.outbox.retry(failure.outbound!.id)).toBe(true);
      expect(await dated()).toBe(0);
      await answered();
    });
  });
}
