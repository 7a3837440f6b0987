/** Where reads go: searches may go to a secondary, everything that order or privacy hangs on goes to the primary. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { checkpointOf, commitOf, message, newFile } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const values = new Float32Array([1, 0.5]);

interface Command extends Record<string, unknown> {
  $readPreference?: { mode: string; maxStalenessSeconds?: number };
  pipeline?: Record<string, unknown>[];
  filter?: Record<string, unknown>;
}

/** A replica set, since the driver sends no preference to a server that stands alone. */
for (const search of [true, false]) {
  describe(`reads ${search ? 'with' : 'without'} a search node`, () => {
    let server: RunningMongoServer;
    let store: Store;
    let commands: Command[] = [];
    beforeAll(async () => {
      server = await startMongoServer({ search, replicaSet: 'rs0', searchDelayMs: 0 });
    });
    afterAll(() => server?.stop());
    afterEach(() => store?.close());

    const open = async (
      readPreference: 'primary' | 'secondaryPreferred' | 'nearest' | undefined,
      url = server.url,
    ) => {
      store = await openMongoStore({
        ...{ url, database: 'reads', log, readPreference },
        onCommand: ({ command }) => commands.push(command as Command),
      });
    };
    const isSearch = ({ find, pipeline, filter }: Command) =>
      // A start tries whether words are found.
      find !== 'probes' &&
      (pipeline?.some((stage) => stage.$vectorSearch || stage.$search) ||
        filter?.$text !== undefined ||
        Object.keys(filter ?? {}).some((name) => name.startsWith('has.') && filter![name] === true));

    /** Everything that a store is asked for, but for dropping vectors, whose query looks like a search. */
    const everything = async () => {
      await store.memories.append(message({ text: 'a parrot' }));
      const { messages } = await store.turns.claim('room', 5);
      await store.turns.checkpoint(checkpointOf(messages, ['step']));
      const commit = commitOf(messages);
      await store.turns.commit(commit);
      await store.turns.commit(commit);
      await store.turns.get(commit.turn.turnId);
      await store.turns.waiting(Date.now(), 5);
      for (const { id } of await store.outbox.due('room', 50)) await store.outbox.delivered(id, {});
      await store.outbox.waiting(Date.now(), 5, Date.now());
      await store.outbox.count();
      await store.outbox.retryTurn({ turnId: commit.turn.turnId, roomId: 'room' });
      await store.memories.append(message({ messageId: 'same' }));
      await store.memories.append(message({ messageId: 'same' }));
      await store.memories.get(messages[0]!.id);
      await Promise.all([
        store.memories.recent('room', 5),
        store.memories.facts('ada', ['s'], 5),
        store.memories.count('ada', ['s']),
      ]);
      await store.memories.history('room', { limit: 5 });
      await store.memories.history('room', { limit: 5, order: 'newest' });
      await store.memories.rooms({ limit: 5 });
      const person = { connector: 'http', tenant: 'default', userId: 'u1' };
      await store.memories.ofPerson(person, { limit: 5 });
      await store.turns.list({ limit: 5 });
      await store.outbox.list({ state: 'dead', limit: 5 });
      await store.audit.list({ limit: 5 });
      await store.memories.agents();
      const lacking = await store.memories.unembedded('e', 50);
      await store.memories.saveEmbeddings(
        'e',
        lacking.map(({ id }) => ({ id, values })),
      );
      const ask = { agentId: 'ada', scopes: ['s'], text: 'parrot', limit: 5 };
      await store.memories.search({ ...ask, vector: { embedder: 'e', values } });
      if (search) {
        await until(async () => {
          await store.memories.search({ ...ask, vector: { embedder: 'e', values } });
          return commands.some(({ pipeline }) => pipeline?.[0]?.$vectorSearch);
        });
      }
      await store.memories.expire({ agentId: 'ada', before: 1, kinds: ['message'], limit: 5 });
      await store.memories.forget([messages[0]!.id]);
      await store.tokens.list();
      await store.files.get(await store.files.put(new Uint8Array([1]), newFile()));
    };

    it.each(['secondaryPreferred', 'nearest'] as const)(
      'send %s with searches, and only with them',
      async (mode) => {
        commands = [];
        await open(mode);
        await everything();
        const preferring = commands.filter(
          ({ $readPreference }) => $readPreference && $readPreference.mode !== 'primary',
        );
        expect(preferring.length).toBeGreaterThan(0);
        expect(preferring.filter((command) => !isSearch(command))).toEqual([]);
        for (const { $readPreference } of preferring)
          expect($readPreference).toEqual({ mode, maxStalenessSeconds: 90 });
        const toPrimary = commands.filter((command) => isSearch(command) && !preferring.includes(command));
        // Whether texts can be searched is tried where it has just been written.
        expect(toPrimary.filter(({ find }) => find !== 'probes')).toEqual([]);
      },
    );

    it.each([undefined, 'primary'] as const)(
      'all go to the primary with %s, whatever the URL says',
      async (mode) => {
        commands = [];
        await open(mode, `${server.url}&readPreference=secondaryPreferred`);
        await everything();
        const modes = new Set(commands.map(({ $readPreference }) => $readPreference?.mode ?? 'primary'));
        expect([...modes]).toEqual(['primary']);
        expect(
          commands.filter((command) => isSearch(command) && command.find !== 'probes').length,
        ).toBeGreaterThan(0);
      },
    );
  });
}
