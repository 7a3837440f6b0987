/** Connections that are cut at the worst moment, and servers that fall silent, through the real driver. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandStartedEvent } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { Batch } from '../../src/store/mongodb/batch.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { checkpointOf, commitOf, message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { ClientSockets } from '../support/client-sockets.js';
import { until } from '../support/until.js';

const patience = {
  ...{ operationMs: 800, slowMs: 5_000, selectionMs: 600, pingMs: 400 },
  ...{ lookMs: 50, idleMs: 300, silenceMs: 1_800 },
};

for (const replicaSet of ['rs0', undefined]) {
  describe(`a ${replicaSet ? 'replica set' : 'server that stands alone'} whose connections are cut`, () => {
    let server: RunningMongoServer;
    let sockets: ClientSockets;
    let store: Store;
    let runs = 0;
    /** Commands that are written to sockets which were destroyed a moment before. */
    let cuts: (name: string) => boolean;
    let stuck: number;
    let renewed: number;

    beforeAll(async () => {
      server = await startMongoServer({ replicaSet, search: false });
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      cuts = () => false;
      [stuck, renewed] = [0, 0];
      sockets = new ClientSockets(server.port);
      const log = createLogger('silent');
      log.warn = ((_: unknown, words: string) => {
        if (words.includes('another client')) renewed++;
      }) as typeof log.warn;
      store = await openMongoStore({
        ...{ url: server.url, database: `stuck_${runs++}`, poolSize: 4, patience, log },
        onCommand: ({ commandName }: CommandStartedEvent) => void (cuts(commandName) && sockets.cut()),
        onStuck: () => stuck++,
      });
    });
    afterEach(async () => {
      cuts = () => false;
      server.kill('SIGCONT');
      sockets.close();
      await store.close();
    });

    /** The next command of that name, and none after it. */
    const cutOnce = (name: string) => {
      let left = 1;
      cuts = (command) => command === name && left-- > 0;
    };
    const outcome = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: { code?: string; retryable?: boolean }) => {
          expect(error).toMatchObject({ code: 'store_unavailable', retryable: true });
          return 'unavailable';
        },
      );

    it('[mongodb.1] ends every operation whose socket is destroyed while it is written, and goes on', async () => {
      const written: string[] = [];
      for (let i = 0; i < 6; i++) {
        const memory = message({ text: `m${i}` });
        cutOnce('insert');
        // Tried once more by the store: whoever appends sees nothing of it.
        expect(await outcome(store.memories.append(memory))).toBe('done');
        written.push(memory.id);
        cutOnce('find');
        await outcome(store.turns.claim('room', 100));
        cutOnce('aggregate');
        await outcome(store.memories.recent('room', 5));
      }
      cuts = () => false;
      await until(() => store.reach!.away === null);
      const { messages } = await store.turns.claim('room', 100);
      expect(messages.map(({ id }) => id)).toEqual(written);
      expect(renewed).toBeGreaterThan(0);
      expect(stuck).toBe(0);
    }, 60_000);

    it('[mongodb.1] commits once what was cut at its commit, and knows it as its own', async () => {
      for (let i = 0; i < 6; i++) {
        await store.memories.append(message({ text: `m${i}` }));
        const { messages } = await store.turns.claim('room', 10);
        const commit = commitOf(messages);
        cutOnce('insert');
        expect(await outcome(store.turns.commit(commit))).toBe('done');
        expect(await store.turns.commit(commit), 'the same again').toBe(true);
        expect(await store.turns.commit(commitOf(messages)), "another worker's").toBe(false);
        cutOnce('update');
        await outcome(store.outbox.delivered(commit.outbound!.id, { messageId: '1' }));
        cuts = () => false;
      }
      await until(() => outcome(store.memories.recent('room', 20)).then((how) => how === 'done'));
      expect(await store.memories.recent('room', 20)).toHaveLength(12);
      expect(await store.outbox.due('room', 10)).toEqual([]);
    }, 60_000);

    it('[mongodb.1] keeps a later checkpoint when an earlier one comes late', async () => {
      for (const text of ['a', 'b']) await store.memories.append(message({ text }));
      const { messages } = await store.turns.claim('room', 10);
      const later = checkpointOf(messages, ['looked', 'paid']);
      await store.turns.checkpoint(later);
      await store.turns.checkpoint(checkpointOf(messages, ['looked']));
      expect((await store.turns.claim('room', 10)).checkpoint).toEqual(later);
      await store.turns.checkpoint(checkpointOf(messages, ['looked', 'paid', 'told']));
      expect((await store.turns.claim('room', 10)).checkpoint!.steps).toHaveLength(3);
    });

    it('[mongodb.1] replaces a client whose connections all hang', async () => {
      // Of four connections, none is ever given back.
      let left = 4;
      cuts = (command) => command === 'find' && left-- > 0;
      const reads = Array.from({ length: 4 }, () => outcome(store.turns.get('none')));
      expect(await Promise.all(reads)).toEqual(Array(4).fill('unavailable'));
      await until(() => renewed > 0);
      await until(() => store.reach!.away === null);
      expect(await outcome(store.memories.append(message()))).toBe('done');
      expect(stuck).toBe(0);
    }, 30_000);

    it('[mongodb.1] says that nothing but a new process helps when every new client hangs too', async () => {
      cuts = () => true;
      // Not every command that is cut hangs: the driver notices some. People go on asking meanwhile.
      const asking = setInterval(() => void outcome(store.turns.get('none')), 100);
      await until(() => stuck > 0, 30_000).finally(() => clearInterval(asking));
      expect(renewed).toBeGreaterThan(0);
    }, 40_000);

    it('[mongodb.13] says that a server is away which takes commands and answers none, and when it is back', async () => {
      const heard: boolean[] = [];
      store.reach!.onChange((away) => heard.push(away !== null));
      server.kill('SIGSTOP');
      expect(await outcome(store.memories.append(message({ text: 'a' })))).toBe('unavailable');
      await until(() => store.reach!.away !== null);
      await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
      // Also for as long as it takes to have another client.
      await until(() => renewed > 0, 10_000);
      server.kill('SIGCONT');
      await until(() => store.reach!.away === null, 10_000);
      expect(heard).toEqual([true, false]);
      await store.ping();
      expect(await outcome(store.memories.append(message({ text: 'b' })))).toBe('done');
    }, 40_000);

    it('[mongodb.13] notices that a server has gone when nobody asks for anything', async () => {
      await server.kill('SIGKILL');
      await until(() => store.reach!.away !== null, 10_000);
      await server.restart();
      await until(() => store.reach!.away === null, 15_000);
      expect(await outcome(store.memories.append(message()))).toBe('done');
      expect(stuck).toBe(0);
    }, 40_000);

    it('[mongodb.13] goes on by itself with a client that was made while the server was away', async () => {
      const log = createLogger('silent');
      let made = 0;
      log.warn = ((_: unknown, words: string) => {
        if (words.includes('another client')) made++;
      }) as typeof log.warn;
      const seldom = { ...patience, silenceMs: 5_000 };
      const other = await openMongoStore({ url: server.url, database: 'away', patience: seldom, log });
      await server.kill('SIGKILL');
      await until(() => made === 1, 15_000);
      // Its first try to connect fails, and the driver makes no other by itself.
      await sleep(2 * patience.selectionMs);
      await server.restart();
      await until(() => other.reach!.away === null, 15_000);
      expect(made).toBe(1);
      expect(await outcome(other.memories.append(message()))).toBe('done');
      await other.close();
    }, 60_000);
  });
}

it('[mongodb.1] what waited for others too long fails, and is sent no more', async () => {
  const sent: number[] = [];
  const send = async (items: number[]) => {
    sent.push(...items);
    await sleep(300);
    return items;
  };
  const batch = new Batch(send, { lanes: 2, most: 2, waitMs: 100 });
  const all = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((item) => batch.add(item)));
  expect(all.map(({ status }) => status)).toEqual([
    ...Array(4).fill('fulfilled'),
    ...Array(2).fill('rejected'),
  ]);
  expect(all[4]).toMatchObject({ reason: { code: 'store_unavailable', retryable: true } });
  expect(sent).toEqual([1, 2, 3, 4]);
  expect(await batch.add(7)).toBe(7);
});
