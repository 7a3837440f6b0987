/**
 * A change of embedder while people go on asking: vectors of two models are never compared, words find all the while,
 * in the end everything has its new vector, and the old ones go.
 */
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/llm/llm.js';
import { createLogger } from '../../src/logger.js';
import { Embedding } from '../../src/memory/embedding.js';
import { MemoryManager } from '../../src/memory/memory-manager.js';
import { keyOf } from '../../src/memory/serving.js';
import { Database } from '../../src/store/libsql/database.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { temporaryFolder } from '../store/folder.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const topics = 6;
const ofEach = 30;
const { signal } = new AbortController();

/** Texts are `topic T, note wordN`; each topic is a direction, which one is what embedders differ in. */
function embedderOf(id: string, dimensions: number, direction: (topic: number) => number): Embedder {
  return {
    id,
    dimensions,
    async embed(texts) {
      return texts.map((text) => {
        const vector = new Float32Array(dimensions);
        vector[direction(Number(/topic (\d+)/.exec(text)?.[1] ?? 0))] = 1;
        return vector;
      });
    },
    async close() {},
  };
}

const old = embedderOf('old:model/1', 8, (topic) => topic);
const changes = [
  { to: 'another length', next: embedderOf('new.model', 12, (topic) => topics + topic) },
  // What means topic 1 to one means topic 2 to the other: comparing them finds the wrong topic for certain.
  {
    to: 'the same length, and contradictory',
    next: embedderOf('new.model', 8, (topic) => (topic + 1) % topics),
  },
];

/** The embedder, each of whose batches waits until the test lets it go on. */
function inSteps(embedder: Embedder) {
  const waiting: (() => void)[] = [];
  const gate = () => new Promise<void>((resolve) => waiting.push(resolve));
  return {
    embedder: {
      ...embedder,
      async embed(texts: string[]) {
        await gate();
        return embedder.embed(texts);
      },
    },
    waits: () => waiting.length > 0,
    step: () => waiting.shift()!(),
  };
}

interface Engine {
  store: Store;
  /** How many vectors of the embedder lie in the database; call it last. */
  vectorsLeft(embedder: string): Promise<number>;
  dispose(): Promise<void>;
}

async function libsql(): Promise<Engine> {
  const folder = temporaryFolder();
  const store = await openLibsqlStore({ dataDir: folder.path, log });
  return {
    store,
    async vectorsLeft(embedder) {
      await store.close();
      const db = new Database(join(folder.path, 'carrier.db'));
      const owned = '(select id from embedders where name = ?1)';
      const left = db
        .prepare(
          `select (select count(*) from vectors where embedder in ${owned}) +
             (select count(*) from bits where embedder in ${owned}) + (select count(*) from ${owned})`,
        )
        .value<number>(embedder);
      const orphans = db
        .prepare('select count(*) from bits where embedder not in (select id from embedders)')
        .value<number>();
      db.close();
      return left! + orphans!;
    },
    async dispose() {
      await store.close();
      folder.remove();
    },
  };
}

async function mongodb(search: boolean): Promise<Engine> {
  const server = await startMongoServer({ search, replicaSet: 'rs0', searchDelayMs: 50 });
  const store = await openMongoStore({ url: server.url, database: 'reembed', log });
  return {
    store,
    async vectorsLeft(embedder) {
      const client = new MongoClient(server.url);
      const db = client.db('reembed');
      const memories = db.collection('memories');
      const found = await db.collection<{ _id: string }>('embedders').findOne({ name: embedder });
      const documents = await memories.find({ vectors: { $exists: true } }).toArray();
      const keys = new Set(documents.flatMap(({ vectors }) => Object.keys(vectors)));
      const indexes = await memories.listIndexes().toArray();
      const searchIndexes = search ? await memories.listSearchIndexes().toArray() : [];
      await client.close();
      // One embedder is left, in every place that knows of any.
      const lacks = indexes.filter(({ name }) => name.startsWith('lacks_'));
      const vectors = searchIndexes.filter(({ name }) => name.startsWith('vectors_'));
      expect(keys.size).toBe(1);
      expect(lacks.map(({ name }) => name)).toEqual([`lacks_${[...keys][0]}`]);
      if (search) expect(vectors.map(({ name }) => name)).toEqual([`vectors_1_${[...keys][0]}`]);
      return found ? documents.filter(({ vectors }) => vectors[found._id]).length + 1 : 0;
    },
    async dispose() {
      await store.close();
      await server.stop();
    },
  };
}

const engines: [name: string, open: () => Promise<Engine>][] = [
  ['libSQL', libsql],
  ['MongoDB without a search node', () => mongodb(false)],
  ['MongoDB with a search node', () => mongodb(true)],
];

describe.each(engines)('a change of embedder on %s', (_, open) => {
  let engine: Engine;
  afterEach(() => engine.dispose());

  it.each(changes)(
    'to $to',
    async ({ next }) => {
      engine = await open();
      const { memories, notes } = engine.store;
      await Promise.all(
        Array.from({ length: topics * ofEach }, (_, n) =>
          memories.append(message({ text: `topic ${n % topics}, note word${n}`, status: 'kept' })),
        ),
      );

      /** Topics of what is near the meaning of one; no words are asked for, so only vectors can find it. */
      const near = async (embedder: Embedder, topic: number) => {
        const [values] = await embedder.embed([`topic ${topic}`]);
        const found = await memories.search({
          ...{ agentId: 'ada', scopes: ['s'], text: '', limit: 100 },
          vector: { embedder: keyOf(embedder), values: values! },
        });
        return found.map(({ memory }) => Number(/topic (\d+)/.exec(memory.content.text)![1]));
      };
      const hits = async (embedder: Embedder) => {
        const found = await Promise.all(Array.from({ length: topics }, (_, topic) => near(embedder, topic)));
        found.forEach((near, topic) => {
          expect(near.filter((other) => other !== topic)).toEqual([]);
        });
        return found.flat().length;
      };

      const before = new Embedding({ memories, notes, embedder: old, log });
      await before.fill();
      await until(async () => (await hits(old)) === topics * ofEach, 30_000);

      const gated = inSteps(next);
      const filling = new Embedding({ memories, notes, embedder: gated.embedder, log });
      const asking = new Embedding({ memories, notes, embedder: next, log });
      let filled = false;
      const done = filling.fill().then(() => {
        filled = true;
      });
      const seen: number[] = [];
      while (!filled) {
        await until(() => gated.waits() || filled);
        if (filled) break;
        // Both are asked while only some memories have a new vector; dropping now would take what is still in use.
        expect(await hits(old)).toBe(topics * ofEach);
        seen.push(await hits(next));
        await asking.dropAbandoned(signal, -1_000);
        const n = (seen.length * 37) % (topics * ofEach);
        const recalled = await new MemoryManager(memories, asking).recall({
          ...{ agentId: 'ada', scopes: ['s'], questions: [`word${n}`], exclude: new Set(), limit: 5 },
        });
        expect(recalled.hits.map(({ memory }) => memory.content.text)).toContain(
          `topic ${n % topics}, note word${n}`,
        );
        gated.step();
      }
      await done;
      expect(seen.length).toBeGreaterThan(4);
      expect(seen[0]).toBe(0);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(seen.at(-1)).toBeLessThan(topics * ofEach);
      await until(async () => (await hits(next)) === topics * ofEach, 30_000);

      // Another process may still work with the old one.
      await asking.dropAbandoned(signal);
      expect(await hits(old)).toBe(topics * ofEach);
      await asking.dropAbandoned(signal, -1_000);
      expect(await hits(old)).toBe(0);
      expect(await hits(next)).toBe(topics * ofEach);
      expect(await engine.vectorsLeft(keyOf(old))).toBe(0);
    },
    60_000,
  );
});
