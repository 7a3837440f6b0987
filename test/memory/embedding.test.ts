/** Vectors are made in the background, whatever the embedder's server does; words find meanwhile. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/llm/llm.js';
import { openaiEmbedder } from '../../src/llm/openai/embedder.js';
import { createLogger } from '../../src/logger.js';
import { Embedding } from '../../src/memory/embedding.js';
import { keyOf } from '../../src/memory/serving.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import { temporaryFolder } from '../store/folder.js';
import { until } from '../support/until.js';
import { type EmbeddingServer, embeddingServer } from './embedding-server.js';

const log = createLogger('silent');
let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openLibsqlStore({ dataDir: folder.path, log });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const say = (...texts: string[]) =>
  Promise.all(texts.map((text) => store.memories.append(message({ text, status: 'kept' }))));

function embedderAt({ url }: EmbeddingServer, model = 'pebble', embedding = {}): Embedder {
  return openaiEmbedder({ apiKey: 'sk-test-abcdefghijklmnop', baseURL: url, model, embedding });
}

function embeddingWith(embedder: Embedder, former?: (id: string) => Promise<Embedder | null>): Embedding {
  return new Embedding({ memories: store.memories, notes: store.notes, embedder, former, log });
}

/** What is near the meaning of the question; no words are asked for. */
async function near(embedding: Embedding, question: string): Promise<string[] | string> {
  const { embedder, vectors, degraded } = await embedding.vectorsOf([question]);
  if (!embedder || !vectors[0]) return degraded ?? 'nothing';
  const vector = { embedder, values: vectors[0] };
  const searched = { agentId: 'ada', scopes: ['s'], text: '', vector, limit: 10 };
  const found = await store.memories.search(searched);
  return found.map(({ memory }) => memory.content.text).sort();
}

describe('a text that the embedder does not take', () => {
  const texts = Array.from({ length: 31 }, (_, i) => `line${i} of the file`);

  it('[knowledge.15] is shortened until it is taken, and holds up none of the others', async () => {
    const server = await embeddingServer({ window: 800 });
    const embedder = embedderAt(server);
    const long = `long ${'$<{ x }> ==== '.repeat(100)}`;
    await say(...texts.slice(0, 16), long, ...texts.slice(16));
    const embedding = embeddingWith(embedder);
    await embedding.fill();
    expect(await store.memories.backlog(keyOf(embedder))).toEqual({});
    expect(await near(embedding, 'line3')).toEqual(['line3 of the file']);
    expect(await near(embedding, 'long')).toEqual([long]);
    const tries = server.requests.filter(({ input }) => input.some((text) => text.startsWith('long $')));
    expect(tries.length).toBeLessThan(6);
    // The next one is cut before it is sent.
    await say(`again ${'$<{ x }> ==== '.repeat(100)}`);
    server.requests.length = 0;
    await embedding.fill();
    expect(server.requests).toHaveLength(1);
  });

  it('[knowledge.15] at any length has no vector, and words find it', async () => {
    const server = await embeddingServer({ refuses: /poison/ });
    const embedder = embedderAt(server);
    await say(...texts.slice(0, 10), 'poison in the text', ...texts.slice(10));
    const embedding = embeddingWith(embedder);
    await embedding.fill();
    expect(await store.memories.backlog(keyOf(embedder))).toEqual({});
    expect(server.requests.filter(({ input }) => input.includes('poison in the text')).length).toBeLessThan(
      4,
    );
    expect(await near(embedding, 'line30')).toEqual(['line30 of the file']);
    const [found] = await store.memories.search({ agentId: 'ada', scopes: ['s'], text: 'poison', limit: 1 });
    expect(found?.memory.content.text).toBe('poison in the text');
  });

  it('[knowledge.15] is told from a server that takes nothing: then nothing is passed over', async () => {
    const server = await embeddingServer({ refuses: /./ });
    const embedder = embedderAt(server);
    await say('one', 'two', 'three');
    const embedding = embeddingWith(embedder);
    await embedding.fill();
    expect(await store.memories.backlog(keyOf(embedder))).toEqual({ message: 3 });
    expect(server.requests.length).toBeLessThan(4);
    expect((await embedding.states())[0]?.problem?.message).toContain('cannot encode');
    await embedding.stop();
  });
});

describe('an embedder that is away', () => {
  it('[knowledge.24] at the start and in the middle is told, and is back by itself', async () => {
    const server = await embeddingServer({ down: true });
    const embedder = embedderAt(server);
    await say('apple pie', 'pear tart');
    const embedding = embeddingWith(embedder);
    embedding.nudge();
    await until(async () => /overloaded or failing/.test(`${await near(embedding, 'apple')}`));
    expect((await embedding.states())[0]?.problem).toMatchObject({ code: 'model_unavailable' });
    server.manner.down = false;
    await until(async () => (await embedding.states())[0]?.problem === null, 20_000);
    expect(await near(embedding, 'apple')).toEqual(['apple pie']);
    server.manner.down = true;
    expect(await near(embedding, 'apple')).toMatch(/overloaded or failing/);
    server.manner.down = false;
    expect(await near(embedding, 'apple')).toEqual(['apple pie']);
    await embedding.stop();
  });

  it('[knowledge.24] because its key is missing is told with the setting', async () => {
    await say('apple pie');
    const embedding = embeddingWith(openaiEmbedder({ model: 'text-embedding-3-small' }));
    await embedding.fill();
    expect((await embedding.states())[0]?.problem?.message).toContain('OPENAI_API_KEY');
    await embedding.stop();
  });
});

describe('vectors of a server that sends what it likes', () => {
  it.each([
    ['float', 768],
    ['base64', 768],
    ['float', 384],
  ] as const)('[knowledge.32] %s, have all %i numbers', async (sends, dimensions) => {
    const server = await embeddingServer({ sends, dimensions });
    const embedder = embedderAt(server);
    const [vector] = await embedder.embed(['apple pie']);
    expect(vector).toHaveLength(dimensions);
    expect(vector?.filter((value) => value === 0).length).toBeLessThan(3);
    expect(server.requests[0]?.encoding_format).toBe('float');
    server.manner.dimensions = dimensions / 2;
    await expect(embedder.embed(['pear tart'])).rejects.toMatchObject({
      ...{ code: 'model_refused', field: 'OPENAI_EMBEDDING_MODEL' },
    });
  });
});

describe('a change of embedder', () => {
  it('[knowledge.30] is made in the background while the old one serves, and says how far it is', async () => {
    const server = await embeddingServer({ dimensions: 384 });
    const old = embedderAt(server, 'old');
    await say(...Array.from({ length: 70 }, (_, i) => `line${i} of the file`));
    await store.memories.append(message({ text: 'fact one', status: 'kept', kind: 'fact' }));
    const before = embeddingWith(old);
    await before.fill();
    await before.stop();

    const other = await embeddingServer({ dimensions: 768 });
    const made: string[] = [];
    const former = async (id: string) => {
      made.push(id);
      return embedderAt(server, 'old');
    };
    const next = embedderAt(other, 'new');
    const after = embeddingWith(next, former);
    const cut = new AbortController();
    const { memories } = store;
    const save = memories.saveEmbeddings.bind(memories);
    memories.saveEmbeddings = async (...asked) => {
      await save(...asked);
      cut.abort();
    };
    await after.fill(cut.signal);
    memories.saveEmbeddings = save;
    expect(await memories.embedded(keyOf(next))).toEqual({ message: 32 });
    expect(await after.backlog()).toEqual({ message: 38, fact: 1 });
    expect(await near(after, 'line7')).toEqual(['line7 of the file']);
    expect(await near(after, 'line66')).toEqual(['line66 of the file']);
    expect(made).toEqual(['openai:old']);
    await after.stop();

    // [knowledge.31] As after a kill: another process goes on where this one was.
    other.requests.length = 0;
    const again = embeddingWith(embedderAt(other, 'new'), former);
    await again.fill();
    expect(other.requests.flatMap(({ input }) => input)).toHaveLength(39);
    expect(await again.backlog()).toEqual({});
    server.manner.down = true;
    expect(await near(again, 'line66')).toEqual(['line66 of the file']);
    const [state, previous] = await again.states();
    expect(state).toMatchObject({ key: keyOf(next), dimensions: 768, completeAt: expect.any(Number) });
    expect(previous).toMatchObject({ key: keyOf(old), dimensions: 384 });
    await again.stop();
  });

  it('[knowledge.31] to one that is away leaves the old one serving, for as long as it takes', async () => {
    const server = await embeddingServer();
    const old = embedderAt(server, 'old');
    await say('apple pie', 'pear tart');
    await embeddingWith(old).fill();
    const other = await embeddingServer({ down: true });
    const after = embeddingWith(embedderAt(other, 'new'), async () => embedderAt(server, 'old'));
    await after.fill();
    expect(await near(after, 'apple')).toEqual(['apple pie']);
    await after.dropAbandoned(new AbortController().signal, -1_000);
    expect(await near(after, 'apple')).toEqual(['apple pie']);
    await after.stop();
  });

  it('[knowledge.30] where the old one cannot be made leaves words alone, and says so', async () => {
    const server = await embeddingServer();
    await say('apple pie');
    await embeddingWith(embedderAt(server, 'old')).fill();
    const after = embeddingWith(embedderAt(server, 'new'), async () => null);
    expect(await near(after, 'apple')).toMatch(/being made/);
    await after.fill();
    expect(await near(after, 'apple')).toEqual(['apple pie']);
    await after.stop();
  });

  it('[knowledge.30] of its length or of what stands before texts is one, too', async () => {
    const server = await embeddingServer();
    const plain = embedderAt(server, 'pebble');
    const ids = [
      plain,
      embedderAt(server, 'pebble', { askedDimensions: 256 }),
      embedderAt(server, 'pebble', { textPrefix: 'passage: ' }),
      embedderAt(server, 'pebble', { questionPrefix: 'query: ' }),
    ].map(keyOf);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('texts in a language that the embedder does not read', () => {
  it('[memory.6] have no vector, and questions in it none either', async () => {
    const server = await embeddingServer({ keyOf: () => 'all alike' });
    const embedder = embedderAt(server, 'all-minilm');
    expect(embedder.languages).toEqual(['en']);
    await say('私は猫が好きです', '我有一只猫', 'عندي قطة سوداء', 'Ich habe eine Katze und einen Hund.');
    await say('the cat sleeps');
    const embedding = embeddingWith(embedder);
    await embedding.fill();
    expect(server.requests.flatMap(({ input }) => input)).toEqual(['the cat sleeps']);
    expect(await embedding.backlog()).toEqual({});
    for (const question of ['猫は？', '猫在哪里？', 'أين القطة؟', 'Wo ist denn meine Katze?'])
      expect(await near(embedding, question)).toBe('nothing');
    expect(await near(embedding, 'where is the cat?')).toEqual(['the cat sleeps']);
    await embedding.stop();
  });

  it('[memory.6] have one where the embedder reads all', async () => {
    const server = await embeddingServer({ keyOf: (text) => (/猫|cat/i.test(text) ? 'cat' : text) });
    await say('我有一只猫', 'the train is late');
    const embedding = embeddingWith(embedderAt(server, 'bge-m3'));
    await embedding.fill();
    expect(await near(embedding, 'where is my cat?')).toEqual(['我有一只猫']);
    await embedding.stop();
  });
});

describe('what stands before texts', () => {
  it.each([
    ['nomic-embed-text', {}, 'search_query: q', 'search_document: t'],
    ['intfloat/multilingual-e5-small', {}, 'query: q', 'passage: t'],
    ['pebble', { questionPrefix: 'Q: ', textPrefix: 'T: ' }, 'Q: q', 'T: t'],
    ['nomic-embed-text', { questionPrefix: '', textPrefix: '' }, 'q', 't'],
    ['pebble', {}, 'q', 't'],
  ])('of %s %j is what it wants', async (model, embedding, question, text) => {
    const server = await embeddingServer();
    const embedder = embedderAt(server, model, embedding);
    await embedder.embed(['q'], 'question');
    await embedder.embed(['t']);
    expect(server.requests.map(({ input }) => input)).toEqual([[question], [text]]);
  });
});
