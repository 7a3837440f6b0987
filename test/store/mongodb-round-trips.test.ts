/** How often the store asks the server, counted by the driver's command monitoring. Counts, not times. */
import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { recall } from '../../src/memory/recall.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const values = new Float32Array([1, 0.5]);

/** Looks for words of older hubs, soon after the start and then every ten minutes: no part of any turn. */
function isInBackground({ filter = {} }: Document): boolean {
  return 'has.terms' in filter || String(filter._id).startsWith('words-');
}

/** Per message that is answered, with a search, and delivered: in all, and one after the other up to the commit. */
const cases = [
  { name: 'with a search node', search: true, total: 8, sequence: 5 },
  // Without one, words and vectors are looked for side by side.
  { name: 'without a search node', search: false, total: 9, sequence: 5 },
];

for (const { name, search, total, sequence } of cases) {
  describe(`round trips ${name}`, () => {
    let server: RunningMongoServer;
    let store: Store;
    let commands: string[] = [];

    beforeAll(async () => {
      server = await startMongoServer({ search, replicaSet: 'rs0', searchDelayMs: 0 });
      store = await openMongoStore({
        url: server.url,
        database: 'trips',
        log,
        onCommand: ({ commandName, command }) => {
          if (isInBackground(command)) return;
          const stage = Object.keys(command.pipeline?.[0] ?? {})[0];
          commands.push(stage ? `${commandName} ${stage}` : commandName);
        },
      });
    });
    afterAll(async () => {
      await store?.close();
      await server?.stop();
    });

    /** What a turn asks of the store, as intake, worker, state manager and deliverer ask it. */
    const answer = async (roomId: string, texts: string[]) => {
      const scope = `of ${roomId}`;
      await Promise.all(texts.map((text) => store.memories.append(message({ roomId, scope, text }))));
      const { messages } = await store.turns.claim(roomId, 50);
      const steps = { compose: 0, search: 0 };
      const [recent, count] = await Promise.all([
        store.memories.recent(roomId, 40),
        store.memories.count('ada', [scope]),
        store.memories.facts('ada', [scope], 20),
      ]);
      steps.compose = commands.length;
      if (count > recent.length + messages.length) {
        await store.memories.search({
          ...{ agentId: 'ada', scopes: [scope], text: messages.at(-1)!.content.text, limit: 8 },
          ...{ vector: { embedder: 'e', values }, exclude: new Set(recent.map(({ id }) => id)) },
        });
        steps.search = commands.length;
      }
      const commit = commitOf(messages);
      expect(await store.turns.commit(commit)).toBe(true);
      for (const { id } of await store.outbox.due(roomId, 50))
        await store.outbox.delivered(id, { messageId: '1' });
      return steps;
    };

    const grow = async (roomId: string) => {
      for (let i = 0; i < 30; i++) await answer(roomId, [`parrot ${i}`]);
      const lacking = await store.memories.unembedded('e', 100);
      await store.memories.saveEmbeddings(
        'e',
        lacking.map(({ id }) => ({ id, values })),
      );
    };

    it(`are at most ${total} a message, ${sequence} in sequence before the reply is committed`, async () => {
      await grow('room');
      if (search) {
        await until(async () => {
          commands = [];
          await store.memories.search({
            ...{ agentId: 'ada', scopes: ['of room'], text: 'parrot', limit: 8 },
            vector: { embedder: 'e', values },
          });
          return commands.length === 1 && commands[0] === 'aggregate $vectorSearch';
        });
      }
      commands = [];
      const steps = await answer('room', ['which parrot?']);
      process.stderr.write(`round trips ${name}: ${commands.join(', ')}\n`);
      expect(commands).toHaveLength(total);
      // Append, claim, and then what is read at once for the prompt counts as one, as does a search.
      expect(commands.slice(0, 2)).toEqual(['insert', 'aggregate $match']);
      expect(steps.compose - 2).toBe(1);
      expect(commands[steps.search]).toBe('insert');
      expect([1, 1, 1, steps.search > steps.compose ? 1 : 0, 1].reduce((a, b) => a + b)).toBe(sequence);
    });

    it('are at most three for what a turn recalls, whatever it asks and finds', async () => {
      const questions = ['which parrot?', 'who said hello?', 'parrot 7'].map((text) => ({
        text,
        vector: { embedder: 'e', values },
      }));
      const asked = { agentId: 'ada', scopes: ['of room'], questions, limit: 8, exclude: new Set<string>() };
      // A turn has counted before.
      expect(await store.memories.count('ada', asked.scopes)).toBeGreaterThan(60);
      commands = [];
      const { hits } = await recall(store.memories, asked);
      process.stderr.write(`round trips ${name}, recall: ${commands.join(', ')}\n`);
      expect(hits).toHaveLength(8);
      expect(commands.length).toBeLessThanOrEqual(3);
    });

    it('are fewer for each message of a burst', async () => {
      commands = [];
      await answer(
        'room',
        Array.from({ length: 10 }, (_, i) => `part ${i}`),
      );
      expect(commands.length).toBeLessThanOrEqual(total);
    });

    it('are shared by rooms that are busy at once', async () => {
      commands = [];
      const rooms = Array.from({ length: 50 }, (_, i) => `busy ${i}`);
      for (let turn = 0; turn < 5; turn++) {
        await Promise.all(rooms.map((room) => answer(room, [`hello ${turn}`])));
      }
      const each = commands.length / (rooms.length * 5);
      process.stderr.write(`round trips ${name}, 50 rooms at once: ${each.toFixed(2)} a message\n`);
      expect(each).toBeLessThan(2);
    });
  });
}
