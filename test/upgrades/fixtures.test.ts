/** Databases that commit b8ee1ad left in the middle of everything, opened by today's hub. */
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { httpConnector } from '../../connectors/http/connector.js';
import { openEngines } from '../../src/backends.js';
import { readConfig } from '../../src/config.js';
import { defineAction } from '../../src/extension-api.js';
import type { Hub } from '../../src/hub.js';
import { offlineEmbedder } from '../../src/llm/offline-embedder/embedder.js';
import { createLogger } from '../../src/logger.js';
import { Embedding } from '../../src/memory/embedding.js';
import { recall } from '../../src/memory/recall.js';
import { keyOf } from '../../src/memory/serving.js';
import { known } from '../../src/store/mongodb/schema.js';
import { wordsVersion } from '../../src/store/mongodb/terms.js';
import type { Question } from '../../src/store/search.js';
import { Platform } from '../hub/platform.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';
import { madeBy, putEmbedded, putMongodb, type Rows, rowsEmbedded, rowsMongodb } from './fixture.js';

const log = createLogger('silent');

/** Redis may not be missing where everything is checked; FerretDB may. */
function titleOf(kind: Kind, lacking: string | null): string {
  if (lacking === null) return `[structure.8] ${kind} of b8ee1ad`;
  return lacking === noRedis ? `${kind} of b8ee1ad (skipped: ${lacking})` : `${kind}: skipped, ${lacking}`;
}

interface Place {
  settings: Record<string, string>;
  rows(): Promise<Rows>;
}

type Kind = 'embedded' | 'mongodb' | 'ferretdb';

const kinds: [Kind, string | null, () => Promise<{ url: string; stop(): Promise<unknown> }>][] = [
  ['embedded', null, async () => ({ url: '', stop: async () => {} })],
  ['mongodb', noRedis, () => startMongoServer({ replicaSet: 'rs0', search: false })],
  ['ferretdb', noRedis ?? noFerretdb, startFerretdb],
];

for (const [kind, lacking, start] of kinds)
  describe.skipIf(lacking)(titleOf(kind, lacking), () => {
    const made = madeBy(kind);
    let server: Awaited<ReturnType<typeof start>>;
    let redis: RedisServer | undefined;
    let home: Home;
    let place: Place;
    let before: Rows;
    let platform: Platform;
    let rings: string[];
    let sinks: string[];
    let asked: string[];
    let databases = 0;

    beforeAll(async () => {
      server = await start();
      if (kind !== 'embedded') redis = await RedisServer.start();
    });
    afterAll(async () => {
      await redis?.stop();
      await server?.stop();
    });
    beforeEach(async () => {
      home = new Home();
      home.character('assistant', {
        ...{ name: 'Ada', bio: 'Keeps the harbour.', plugins: ['remember', 'deck'] },
        connectors: { beach: { context: true } },
      });
      home.character('captain', { name: 'Finn', bio: 'Sails.', plugins: [] });
      platform = new Platform('beach');
      [rings, sinks, asked] = [[], [], []];
      place = await put();
      before = await place.rows();
    });
    afterEach(() => home.dispose());

    async function put(): Promise<Place> {
      if (kind === 'embedded') {
        const dataDir = join(home.folder, 'data');
        putEmbedded(dataDir);
        return { settings: {}, rows: async () => rowsEmbedded(dataDir) };
      }
      const database = `${kind}_${databases++}`;
      await putMongodb(kind, server.url, database);
      const shared = { REDIS_URL: redis!.url, MONGODB_URL: server.url };
      return {
        settings: { ...shared, CARRIER_MONGODB_DATABASE: database, CARRIER_REDIS_PREFIX: database },
        rows: () => rowsMongodb(server.url, database),
      };
    }

    const note = (list: string[]) =>
      async function run(_: object, { idempotencyKey }: { idempotencyKey: string }) {
        list.push(idempotencyKey);
        return 'done';
      };
    const action = (name: string, list: string[]) =>
      defineAction({ name, description: name, parameters: z.object({ name: z.string() }), run: note(list) });
    const hub = (): Promise<Hub> =>
      home.hub(
        {
          model: () =>
            scriptedModel((request) => {
              asked.push(lastSaid(request));
              return `Now: ${lastSaid(request)}`;
            }),
          plugins: [{ name: 'deck', actions: [action('ring', rings), action('sink', sinks)] }],
          connectors: [
            platform,
            httpConnector({
              ...{
                maxBodyBytes: 100_000,
                maxFileBytes: 100_000,
                maxFiles: 5,
                maxBacklog: 100,
                maxUploadingBytes: 1e6,
              },
              ...{ replyTimeoutMs: 20_000, callbackAllowPrivate: true, callbackSecret: 'secret', pollMs: 50 },
            }),
          ],
        },
        { ...place.settings, CARRIER_SWEEP_MS: '300' },
      );
    const shownIn = (channel: string) =>
      platform.shown.filter((one) => one.channel === channel).map(({ text }) => text);
    const store = async () => {
      const config = readConfig({ ...home.settings(), ...place.settings });
      return openEngines(config, log);
    };
    const get = async (url: string, path: string) => {
      const response = await api(url, made.token).get(path);
      expect(response.status, path).toBe(200);
      return (await response.json()) as Record<string, never[]>;
    };
    const nothingLost = async () => {
      const after = await place.rows();
      for (const [table, rows] of Object.entries(before))
        expect(after[table], table).toEqual(expect.arrayContaining(rows));
    };
    /** What was under way is done. */
    const settled = () =>
      until(
        () =>
          shownIn('storm').length >= 2 &&
          shownIn('ledger').length >= 1 &&
          shownIn('fog').some((text) => text.includes('not yet')),
        60_000,
      );

    it('goes on where it stopped: work is done once, replies are delivered once, nothing is lost', async () => {
      const { url, stop } = await hub();
      await settled();
      // Long enough for a sweep or two to find what should not be there.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      // They were written long ago, and say so.
      expect(shownIn('storm')).toEqual([
        expect.stringMatching(/^\(Delayed: .* UTC\.\)\n\nAye: can you hear me\?$/),
        expect.stringMatching(/^\(Delayed: .* UTC\.\)\n\nAye: and now\?$/),
      ]);
      expect(shownIn('fog')).toHaveLength(asked.filter((text) => /fog|is it gone|not yet/.test(text)).length);
      expect(shownIn('fog').at(-1)).toContain('not yet');
      expect(shownIn('ledger')).toEqual([
        expect.stringMatching(
          /^Now: ring the bell, then sink the raft\n\nNobody knows whether `sink` took effect: /,
        ),
      ]);
      expect(platform.shown.map(({ channel }) => channel)).not.toContain('deck');
      // The bell was rung before. Nobody knows whether the raft was sunk, so at most it is tried under the same key.
      expect(rings).toEqual([]);
      expect(new Set([...sinks, made.sinks[0]!.idempotencyKey]).size).toBe(1);
      expect(sinks.length).toBeLessThanOrEqual(1);

      const harbour = (await get(url, '/assistant/rooms/harbour/messages')).messages!;
      expect(harbour).toHaveLength(6);
      const rooms = (await get(url, '/rooms?limit=50')).rooms!.map(({ roomId }) => roomId);
      expect(rooms).toEqual(expect.arrayContaining(Object.values(made.rooms)));
      await stop();
      await nothingLost();
    });

    it('goes on when it is opened twice, and works for the people it knew', async () => {
      const first = await hub();
      await settled();
      await first.stop();
      const shown = platform.shown.length;
      const { url } = await hub();
      const { send } = api(url, made.token);
      const answer = await send('assistant', {
        text: 'the harbour again',
        userId: 'dora',
        roomId: 'harbour',
      });
      expect(answer.reply!.text).toBe('Now: the harbour again');
      const dm = (id: string) =>
        platform.host.receive({
          ...{ agentId: 'assistant', source: { ...platform.source(id), tenant: 'bay' }, direct: true },
          ...{ author: { id }, text: 'still here?' },
        });
      expect(await dm('alice')).not.toBeNull();
      expect(await dm('mallory')).toBeNull();
      await until(() => shownIn('alice').length === 1 && shownIn('mallory').length === 1);
      expect(shownIn('alice')[0]).toContain('Now: ');
      expect(shownIn('mallory')[0]).toContain('pairing code');
      expect(platform.shown).toHaveLength(shown + 2);
      expect(await platform.host.notes.get('tide')).toEqual({ high: '06:12' });
      expect(Buffer.from((await platform.host.getFile(made.file.key))!).toString()).toBe(made.file.text);
      await nothingLost();
    });

    it('lets an operator manage what went wrong before', async () => {
      const { url } = await hub();
      await settled();
      const [dead, ...others] = (await get(url, '/deliveries?state=dead')).deliveries! as { id: string }[];
      expect(others).toEqual([]);
      const post = (path: string) =>
        fetch(url + path, { method: 'POST', headers: { authorization: `Bearer ${made.token}` } });
      expect((await post(`/deliveries/${dead!.id}/send-again`)).status).toBe(200);
      await until(() => shownIn('wreck').length === 1);
      const [failed, ...more] = (await get(url, '/turns?status=failed')).turns! as { turnId: string }[];
      expect(more).toEqual([]);
      expect((await post(`/turns/${failed!.turnId}/run-again`)).status).toBe(200);
      await until(() => asked.some((text) => text.includes('refuse this')));
      expect((await get(url, '/deliveries?state=dead')).deliveries).toEqual([]);
    });

    it('keeps records there', async () => {
      const kept = { kind: 'task', id: 'a', value: { step: 1 }, group: 'g', due: 5 };
      const opened = await store();
      expect(await opened.store.records.put(kept, 0)).toBe(true);
      await opened.close();
      const again = await store();
      expect(await again.store.records.put({ ...kept, value: 2 }, 0)).toBe(false);
      expect(await again.store.records.due('task', 5, 5)).toEqual([{ ...kept, version: 1 }]);
      expect((await again.store.records.list('task', { limit: 5, group: 'g' })).items).toHaveLength(1);
      await again.close();
      await nothingLost();
    });

    it('recalls old memories by their words, by who said them and, once they have vectors, by meaning', async () => {
      const { store: opened, close } = await store();
      const embedder = offlineEmbedder();
      try {
        const scopeOf = async (room: keyof typeof made.rooms) =>
          (await opened.memories.history(made.rooms[room], { limit: 1 })).items[0]!.scope;
        const scopes = [await scopeOf('deck'), await scopeOf('alice')];
        const recalled = async (text: string, vector?: Question['vector']) => {
          const questions = [{ text, ...(vector && { vector }) }];
          const asked = { agentId: 'assistant', scopes, questions, limit: 3, exclude: new Set<string>() };
          const { hits } = await recall(opened.memories, asked);
          return hits.map(({ memory }) => memory.content.text);
        };
        expect(await recalled('is the mast broken?')).toContain('the mast has a crack');
        // No older hub has indexed who said something.
        expect(await recalled('what is Carol up to?')).toContain('the mast has a crack');
        expect(await recalled('and bob?')).toContain('the deck is wet');
        expect(await recalled('position.txt')).toContain('here is our position');
        const embedding = new Embedding({ memories: opened.memories, notes: opened.notes, embedder, log });
        await embedding.fill();
        const meaningOf = async (text: string) => {
          const [values] = await embedder.embed([text]);
          return { embedder: keyOf(embedder), values: values! };
        };
        const scared = await recalled('', await meaningOf('Which animals scare me?'));
        expect(scared.join()).toContain('jellyfish');
        expect(
          (await recalled('Which animals scare Alice?', await meaningOf('Which animals scare Alice?')))[0],
        ).toContain('jellyfish');
        expect(await opened.memories.unembedded(keyOf(embedder), 1)).toEqual([]);
      } finally {
        await embedder.close();
        await close();
      }
      await nothingLost();
    });

    it.skipIf(kind === 'embedded')(
      'renews the words that an older hub has indexed, in the background',
      async () => {
        const client = await new MongoClient(server.url).connect();
        const memories = client.db(place.settings.CARRIER_MONGODB_DATABASE!).collection('memories');
        // What somebody works on is left.
        const at = { open: { $exists: false }, due: { $exists: false } };
        const outdated = { kind: { $ne: 'turn' }, 'has.terms': { $ne: wordsVersion }, ...at };
        const crack = async () => await memories.findOne({ 'content.text': 'the mast has a crack' });
        expect(await memories.countDocuments(outdated)).toBeGreaterThan(20);
        const before = (await crack())!;
        const { close } = await store();
        try {
          await until(async () => (await memories.countDocuments(outdated)) === 0, 30_000);
          const after = (await crack())!;
          expect(after.terms).toHaveLength(before.terms.length + 1);
          expect({ ...after, terms: 0, has: 0 }).toEqual({ ...before, terms: 0, has: 0 });
          expect(after.has).toEqual({ ...before.has, terms: wordsVersion });
        } finally {
          await close();
          await client.close();
        }
        await nothingLost();
      },
    );

    it('finds facts by their words and by their meaning, and knows its schema', async () => {
      const { store: opened, close } = await store();
      const embedder = offlineEmbedder();
      try {
        expect(opened.description.schema).toBe(known.migrations.length);
        const scope = (await opened.memories.history(made.rooms.alice, { limit: 1 })).items[0]!.scope;
        const facts = await opened.memories.facts('assistant', [scope], 5);
        expect(facts.map(({ content }) => content.text)).toEqual([
          'I am afraid of jellyfish',
          'my boat is called Marigold',
        ]);
        const found = async (text: string, meaning?: string) => {
          const [values] = meaning ? await embedder.embed([meaning]) : [];
          const vector = values && { embedder: embedder.id, values };
          const request = { agentId: 'assistant', scopes: [scope], kinds: ['fact' as const], limit: 1 };
          const results = await opened.memories.search({ ...request, text, ...(vector && { vector }) });
          return results.map(({ memory }) => memory.content.text);
        };
        expect(await found('marigold')).toEqual(['my boat is called Marigold']);
        expect(await found('', 'Which animals scare me?')).toEqual(['I am afraid of jellyfish']);
      } finally {
        await embedder.close();
        await close();
      }
      await nothingLost();
    });
  });
