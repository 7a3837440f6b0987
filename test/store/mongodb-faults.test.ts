/** What a commit leaves when it is cut off, late workers, and servers that fail in the middle of a write. */
import { type Db, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { checkpointOf, commitOf, message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const texts = (memories: Memory[]) => memories.map(({ content }) => content.text);

for (const replicaSet of ['rs0', undefined]) {
  describe(`a MongoDB ${replicaSet ? 'replica set' : 'server that stands alone'}`, () => {
    let server: RunningMongoServer;
    let client: MongoClient;
    let db: Db;
    let runs = 0;
    /** Two workers, each in a process of its own as far as the store knows. */
    let one: Store;
    let two: Store;

    beforeAll(async () => {
      server = await startMongoServer({ replicaSet, search: false });
      client = await new MongoClient(server.url).connect();
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });
    beforeEach(async () => {
      const database = `faults_${runs++}`;
      db = client.db(database);
      const open = () => openMongoStore({ url: server.url, database, log });
      one = await open();
      two = await open();
    });
    afterEach(async () => {
      await server.control.off();
      await Promise.all([one.close(), two.close()]);
    });

    const appendTo = async (...names: string[]) => {
      for (const text of names) await one.memories.append(message({ text }));
      return (await one.turns.claim('room', 10)).messages;
    };
    const history = async (store = two) => (await store.memories.history('room', { limit: 100 })).items;

    it('finishes a commit that was cut off after its insertion', async () => {
      const messages = await appendTo('a', 'b', 'c');
      await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
      const commit = commitOf(messages);
      expect(await one.turns.commit(commit)).toBe(true);
      await one.close();
      await server.control.off();
      // The sweeper sees the room, and whoever claims it finds nothing left to do.
      expect(await two.turns.waiting(Date.now() + 1, 10)).toEqual(['room']);
      await two.memories.append(message({ text: 'next' }));
      expect(texts((await two.turns.claim('room', 10)).messages)).toEqual(['next']);
      expect(texts(await two.memories.recent('room', 10))).toEqual(['a', 'b', 'c', 'reply to a']);
      expect(await two.outbox.due('room', 10)).toEqual([commit.outbound]);
      expect(await two.turns.get(commit.turn.turnId)).toEqual(commit.turn);
      expect(await two.turns.waiting(0, 10)).toEqual([]);
    });

    it('finishes a commit whose marks were half made, whichever half', async () => {
      const messages = await appendTo('a', 'b', 'c');
      await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
      expect(await one.turns.commit(commitOf(messages))).toBe(true);
      await one.close();
      await server.control.off();
      const others = { _id: { $in: messages.slice(1).map(({ id }) => id) } as never };
      await db
        .collection('memories')
        .updateMany(others, { $set: { status: 'handled' }, $unset: { open: '' } });
      expect((await two.turns.claim('room', 10)).messages).toEqual([]);
      expect((await history()).map(({ status }) => status)).toEqual([
        'handled',
        'handled',
        'handled',
        'kept',
      ]);
    });

    it('marks a failed turn as failed also when it is repaired', async () => {
      const messages = await appendTo('a');
      await server.control.fail(['update'], { closeConnection: true }, 'alwaysOn');
      expect(await one.turns.commit(commitOf(messages, { status: 'failed', silent: true }))).toBe(true);
      await one.close();
      await server.control.off();
      expect((await two.turns.claim('room', 10)).messages).toEqual([]);
      expect((await history()).map(({ status }) => status)).toEqual(['failed']);
    });

    it('refuses the commit and the checkpoint of a worker that comes back late', async () => {
      const messages = await appendTo('a');
      const claimedLate = await two.turns.claim('room', 10);
      const winner = commitOf(messages, { text: 'in time' });
      expect(await one.turns.commit(winner)).toBe(true);
      await two.turns.checkpoint(checkpointOf(claimedLate.messages, ['late']));
      expect(await two.turns.commit(commitOf(claimedLate.messages, { text: 'late' }))).toBe(false);
      await two.memories.append(message({ text: 'next' }));
      expect(await two.turns.claim('room', 10)).toMatchObject({ checkpoint: null });
      expect(texts(await history())).toEqual(['a', 'in time', 'next']);
      expect(await two.outbox.due('room', 10)).toEqual([winner.outbound]);
    });

    it('lets no message have two turns, also when an older one comes late and changes the turn’s id', async () => {
      const older = message({ text: 'older' });
      const messages = await appendTo('a');
      await one.memories.append(older);
      const claimed = await two.turns.claim('room', 10);
      expect(texts(claimed.messages)).toEqual(['older', 'a']);
      expect(await one.turns.commit(commitOf(messages))).toBe(true);
      expect(await two.turns.commit(commitOf(claimed.messages))).toBe(false);
      expect(texts((await two.turns.claim('room', 10)).messages)).toEqual(['older']);
      expect(await two.turns.commit(commitOf([older]))).toBe(true);
    });

    it('sees at once, in another process, what was committed here', async () => {
      for (let i = 0; i < 30; i++) {
        const messages = await appendTo(`m${i}`);
        expect(messages).toHaveLength(1);
        await one.turns.commit(commitOf(messages));
        // The marks may be under way, or not: either way the message is not answered twice.
        expect((await two.turns.claim('room', 10)).messages).toEqual([]);
      }
      expect(await history()).toHaveLength(60);
    });

    for (const fault of ['dropBefore', 'dropAfter', 'notPrimary'] as const) {
      it(`stores once when the insertion meets ${fault}`, async () => {
        await server.control[fault](['insert']);
        const memory = message({ text: 'a' });
        expect(await one.memories.append(memory)).toEqual({ memory, duplicate: false });
        await server.control[fault](['insert']);
        const messages = (await two.turns.claim('room', 10)).messages;
        const commit = commitOf(messages);
        expect(await two.turns.commit(commit)).toBe(true);
        await server.control[fault](['update']);
        expect(await two.turns.commit(commitOf(messages))).toBe(false);
        await two.outbox.delivered(commit.outbound!.id, { messageId: '1' });
        expect(texts(await history())).toEqual(['a', 'reply to a']);
        expect(await one.outbox.due('room', 10)).toEqual([]);
      });
    }

    it('says that a message is stored only when a majority has it', async () => {
      await server.control.writeConcernError(['insert'], 10);
      const memory = message({ text: 'a' });
      const refused = await one.memories.append(memory).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'store_unavailable', retryable: true });
      await server.control.off();
      // The platform delivers it again: it is there, and now it is safe.
      expect((await one.memories.append({ ...memory, id: message().id })).memory.id).toBe(memory.id);
      await server.control.writeConcernError(['insert'], 1);
      const commit = commitOf((await one.turns.claim('room', 10)).messages);
      expect(await one.turns.commit(commit)).toBe(true);
      expect(await two.outbox.due('room', 10)).toEqual([commit.outbound]);
    });

    it('does not let one message that is too large fail those beside it', async () => {
      const huge = 'x'.repeat(17 * 1024 * 1024);
      const results = await Promise.allSettled(
        ['a', huge, 'b'].map((text) => one.memories.append(message({ text }))),
      );
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(texts(await history())).toEqual(['a', 'b']);
    });

    it('is unavailable, retryably, while the server fails every time', async () => {
      await server.control.fail(['find', 'insert', 'aggregate'], { errorCode: 91 }, 'alwaysOn');
      const calls = [
        () => one.memories.append(message()),
        () => one.memories.recent('room', 5),
        () => one.turns.claim('room', 5),
        () => one.outbox.due('room', 5),
      ];
      for (const call of calls) {
        expect(await call().catch((error: unknown) => error)).toMatchObject({
          code: 'store_unavailable',
          retryable: true,
        });
      }
    });

    it('goes on after the server was killed', async () => {
      await appendTo('a');
      await server.kill('SIGKILL');
      const memory = message({ text: 'b' });
      const first = two.memories.append(memory).catch(() => null);
      await server.restart();
      if (!(await first)) await two.memories.append(memory);
      const { messages } = await two.turns.claim('room', 10);
      expect(texts(messages)).toEqual(['a', 'b']);
      expect(await one.turns.commit(commitOf(messages))).toBe(true);
    });

    it('keeps an unfinished turn’s steps when its first message is forgotten', async () => {
      const messages = await appendTo('a', 'b');
      const checkpoint = checkpointOf(messages, ['paid']);
      await one.turns.checkpoint(checkpoint);
      await two.memories.forget([messages[0]!.id]);
      expect(await one.turns.claim('room', 10)).toEqual({ messages: [messages[1]], checkpoint });
    });

    it('keeps nothing of what is forgotten', async () => {
      const messages = await appendTo('the secret question');
      await one.turns.checkpoint(checkpointOf(messages, ['secret thoughts']));
      const { turn, reply, outbound } = commitOf(messages, { text: 'a secret reply' });
      turn.steps = checkpointOf(messages, ['secret thoughts']).steps;
      expect(await one.turns.commit({ turn, reply, outbound })).toBe(true);
      const all = await one.memories.unembedded('e', 10);
      const values = new Float32Array([1, 2]);
      await one.memories.saveEmbeddings(
        'e',
        all.map(({ id }) => ({ id, values })),
      );
      expect(await two.memories.forget([reply!.id, messages[0]!.id])).toBe(2);
      const left = await db.collection('memories').find().toArray();
      expect(JSON.stringify(left)).not.toMatch(/secret|vectors|terms/);
      // The turn itself is still known, and is not done again.
      expect(await one.turns.commit(commitOf(messages))).toBe(false);
    });
  });
}

describe('opening a MongoDB store', () => {
  const open = (url: string) => openMongoStore({ url, log }).catch((error: unknown) => error as Error);

  it('refuses a URL that cannot be used, and does not repeat it', async () => {
    for (const url of ['postgres://user:hunter2@host/', 'mongodb://user:hunter2@host:port/', 'mongodb://']) {
      const error = await open(url);
      expect(error).toMatchObject({ code: 'config_invalid', field: 'MONGODB_URL' });
      expect((error as Error).message).not.toContain('hunter2');
    }
  });

  it('is unavailable where nobody answers, and names the host alone', async () => {
    const error = await open('mongodb://user:hunter2@127.0.0.1:9/');
    expect(error).toMatchObject({ code: 'store_unavailable', retryable: true });
    expect((error as Error).message).toContain('127.0.0.1:9');
    expect((error as Error).message).not.toContain('hunter2');
  });

  it('says what is wrong with the user', async () => {
    const server = await startMongoServer({ search: false });
    try {
      await server.control.fail(['ping'], { errorCode: 18 });
      expect(await open(server.url)).toMatchObject({
        code: 'config_invalid',
        message: expect.stringContaining('MONGODB_URL'),
      });
    } finally {
      await server.stop();
    }
  });

  it('notes what the server lacks', async () => {
    const server = await startMongoServer({ search: false });
    try {
      const store = (await open(server.url)) as unknown as Store;
      expect(store.description.notes).toEqual([
        expect.stringMatching(/^no search node/),
        expect.stringMatching(/stands alone/),
      ]);
      await store.close();
    } finally {
      await server.stop();
    }
  });

  it('searches on when the search node fails', async () => {
    const server = await startMongoServer({ replicaSet: 'rs0', searchDelayMs: 0 });
    try {
      let searches = 0;
      const store = await openMongoStore({
        url: server.url,
        database: 'node',
        log,
        onCommand: ({ command }) => {
          if (command.pipeline?.[0]?.$search) searches++;
        },
      });
      await store.memories.append(message({ text: 'a parrot', status: 'kept' }));
      const find = () => store.memories.search({ agentId: 'ada', scopes: ['s'], text: 'parrots', limit: 3 });
      await until(async () => (await find()).length === 1 && searches > 0);
      await server.control.fail(['aggregate'], { errorCode: 8 }, 'alwaysOn');
      expect(await find()).toHaveLength(1);
      await server.control.off();
      await store.close();
    } finally {
      await server.stop();
    }
  });
});
