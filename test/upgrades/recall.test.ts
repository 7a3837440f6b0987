/** What commit b8ee1ad remembered is recalled as if it had been said to today's hub. */
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offlineEmbedder } from '../../src/llm/offline-embedder/embedder.js';
import { createLogger } from '../../src/logger.js';
import { Embedding } from '../../src/memory/embedding.js';
import { recall } from '../../src/memory/recall.js';
import { keyOf } from '../../src/memory/serving.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { wordsVersion } from '../../src/store/mongodb/terms.js';
import type { Question } from '../../src/store/search.js';
import type { Store } from '../../src/store/store.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { temporaryFolder } from '../store/folder.js';
import { until } from '../support/until.js';
import { madeBy, putEmbedded, putMongodb, type Rows, rowsEmbedded, rowsMongodb } from './fixture.js';

const log = createLogger('silent');

type Kind = 'embedded' | 'mongodb' | 'ferretdb';
type Server = { url: string; stop(): Promise<unknown> };
const kinds: [Kind, string | null, () => Promise<Server>][] = [
  ['embedded', null, async () => ({ url: '', stop: async () => {} })],
  ['mongodb', null, () => startMongoServer({ replicaSet: 'rs0', search: false })],
  ['ferretdb', noFerretdb, startFerretdb],
];

for (const [kind, lacking, start] of kinds)
  describe.skipIf(lacking)(`recall from ${kind} of b8ee1ad${lacking ? ` (skipped: ${lacking})` : ''}`, () => {
    const { rooms } = madeBy(kind);
    const folder = temporaryFolder();
    const database = 'recall';
    let server: Server;
    let store: Store;
    let before: Rows;

    const rows = async () =>
      kind === 'embedded' ? rowsEmbedded(folder.path) : await rowsMongodb(server.url, database);
    beforeAll(async () => {
      server = await start();
      if (kind === 'embedded') putEmbedded(folder.path);
      else await putMongodb(kind, server.url, database);
      before = await rows();
      store =
        kind === 'embedded'
          ? await openLibsqlStore({ dataDir: folder.path, log })
          : await openMongoStore({ url: server.url, database, log });
    });
    afterAll(async () => {
      await store?.close();
      await server?.stop();
      folder.remove();
    });

    const recalled = async (text: string, vector?: Question['vector']) => {
      const scopeOf = async (room: keyof typeof rooms) =>
        (await store.memories.history(rooms[room], { limit: 1 })).items[0]!.scope;
      const scopes = [await scopeOf('deck'), await scopeOf('alice')];
      const questions = [{ text, ...(vector && { vector }) }];
      const asked = { agentId: 'assistant', scopes, questions, limit: 3, exclude: new Set<string>() };
      return (await recall(store.memories, asked)).hits.map(({ memory }) => memory.content.text);
    };

    it('finds by words, by who said it, and by the names of files, none of which older hubs have indexed', async () => {
      expect(await recalled('is the mast broken?')).toContain('the mast has a crack');
      expect(await recalled('what is Carol up to?')).toContain('the mast has a crack');
      expect(await recalled('and bob?')).toContain('the deck is wet');
      expect(await recalled('position.txt')).toContain('here is our position');
    });

    it('finds by meaning, once vectors are made of the texts of today', async () => {
      const embedder = offlineEmbedder();
      try {
        const { memories, notes } = store;
        await new Embedding({ memories, notes, embedder, log }).fill();
        const text = 'Which animals scare Alice?';
        const [values] = await embedder.embed([text]);
        const vector = { embedder: keyOf(embedder), values: values! };
        expect((await recalled('', vector)).join()).toContain('jellyfish');
        expect((await recalled(text, vector))[0]).toContain('jellyfish');
        expect(await memories.unembedded(vector.embedder, 1)).toEqual([]);
      } finally {
        await embedder.close();
      }
    });

    it.skipIf(kind === 'embedded')('renews the words in the background, and nothing else', async () => {
      const client = await new MongoClient(server.url).connect();
      try {
        const memories = client.db(database).collection('memories');
        const all = { kind: { $ne: 'turn' } };
        // What somebody works on is left.
        const at = { open: { $exists: false }, due: { $exists: false } };
        const outdated = { ...all, ...at, 'has.terms': { $ne: wordsVersion } };
        expect(await memories.countDocuments(all)).toBeGreaterThan(20);
        await until(async () => (await memories.countDocuments(outdated)) === 0, 30_000);
        const crack = await memories.findOne({ 'content.text': 'the mast has a crack' });
        // Carol, too.
        expect(crack!.terms).toHaveLength(6);
        expect(crack!.author).toEqual({ id: 'carol', name: 'carol' });
      } finally {
        await client.close();
      }
    });

    it('loses nothing', async () => {
      const after = await rows();
      for (const [table, there] of Object.entries(before))
        expect(after[table], table).toEqual(expect.arrayContaining(there));
    });
  });
