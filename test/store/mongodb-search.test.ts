/** Searches as the Atlas documentation has them, before and after their indexes are ready; and ranks alike everywhere. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { SearchRequest } from '../../src/store/search.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

type Command = Record<string, unknown> & { pipeline?: Record<string, Record<string, unknown>>[] };

const embedder = 'openai:text-embedding-3-small';
const sentences = [
  'My dog Rex likes long walks by the river',
  'The garden needs water in summer',
  'A parrot lives in the garden',
  'Parrots and dogs rarely get along',
  'Le café ferme à huit heures',
  '明日は東京で会議があります',
  'The river floods every spring, and the garden with it',
];

/** Directions that stand for meanings: each sentence has its own. */
const vectorOf = (i: number) => new Float32Array([Math.cos(i / 3), Math.sin(i / 3), 0.1]);

describe('search on MongoDB', () => {
  let servers: RunningMongoServer[] = [];
  let node: Store;
  let plain: Store;
  let commands: Command[] = [];
  const said: string[] = [];

  const request = (more: Partial<SearchRequest>): SearchRequest => ({
    ...{ agentId: 'ada', scopes: ['s'], text: '', limit: 5 },
    ...more,
  });

  beforeAll(async () => {
    servers = await Promise.all([
      startMongoServer({ replicaSet: 'rs0', searchDelayMs: 700 }),
      startMongoServer({ search: false }),
    ]);
    const log = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line).msg) });
    const open = ({ url }: RunningMongoServer) =>
      openMongoStore({
        ...{ url, database: 'search', log, embedderHint: Promise.resolve({ id: embedder, dimensions: 3 }) },
        onCommand: ({ command }) => commands.push(command as Command),
      });
    [node, plain] = (await Promise.all(servers.map(open))) as [Store, Store];
    const memories = sentences.map((text) => message({ text, status: 'kept' }));
    const vectors = memories.map(({ id }, i) => ({ id, values: vectorOf(i) }));
    for (const store of [node, plain]) {
      for (const memory of memories) await store.memories.append(memory);
      await store.memories.saveEmbeddings(embedder, vectors);
    }
  });
  afterAll(async () => {
    await Promise.all([node?.close(), plain?.close()]);
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('goes on without the indexes until they can be queried', async () => {
    expect(said.filter((line) => line === 'search index is ready')).toEqual([]);
    const ask = request({ text: 'lives', vector: { embedder, values: vectorOf(2) } });
    expect((await node.memories.search(ask)).map(({ memory }) => memory.content.text)[0]).toBe(sentences[2]);
    await until(() => said.filter((line) => line === 'search index is ready').length === 2);
  });

  it('made the indexes the documentation describes', () => {
    const made = commands.flatMap(({ createSearchIndexes, indexes }) =>
      createSearchIndexes ? (indexes as { type: string }[]) : [],
    );
    made.sort((a, b) => a.type.localeCompare(b.type));
    expect(made).toEqual([
      {
        name: 'words_1',
        type: 'search',
        definition: {
          mappings: {
            dynamic: false,
            fields: {
              terms: { type: 'string', analyzer: 'lucene.standard' },
              agentId: { type: 'token' },
              scope: { type: 'token' },
              kind: { type: 'token' },
              status: { type: 'token' },
            },
          },
        },
      },
      {
        name: expect.stringMatching(/^vectors_1_e_\w+$/),
        type: 'vectorSearch',
        definition: {
          fields: [
            {
              ...{ type: 'vector', path: expect.stringMatching(/^vectors\.e_\w+$/) },
              ...{ numDimensions: 3, similarity: 'cosine' },
            },
            { type: 'filter', path: 'agentId' },
            { type: 'filter', path: 'scope' },
            { type: 'filter', path: 'kind' },
            { type: 'filter', path: 'status' },
          ],
        },
      },
    ]);
  });

  it('asks for both halves at once, and only for what may be seen', async () => {
    commands = [];
    await node.memories.search(
      request({ text: 'dogs', kinds: ['message'], vector: { embedder, values: vectorOf(0) } }),
    );
    expect(commands).toHaveLength(1);
    const [first, ...rest] = commands[0]!.pipeline!;
    expect(first!.$vectorSearch).toMatchObject({
      ...{ numCandidates: 640, limit: 32 },
      filter: { agentId: 'ada', scope: { $in: ['s'] }, kind: { $in: ['message'] } },
    });
    const union = rest.find((stage) => stage.$unionWith)!.$unionWith as unknown as { pipeline: Command[] };
    expect(union.pipeline[0]!.$search).toMatchObject({
      index: 'words_1',
      compound: {
        must: [{ text: { path: 'terms' } }],
        filter: [
          { equals: { path: 'agentId', value: 'ada' } },
          { in: { path: 'scope', value: ['s'] } },
          { in: { path: 'kind', value: ['message'] } },
          { in: { path: 'status', value: ['handled', 'failed', 'kept'] } },
        ],
      },
    });
  });

  it('takes numCandidates between 150 and 10,000', async () => {
    const candidates = async (limit: number, known: number) => {
      commands = [];
      const exclude = new Set(Array.from({ length: known }, (_, i) => `known ${i}`));
      await node.memories.search(request({ limit, exclude, vector: { embedder, values: vectorOf(0) } }));
      return commands[0]!.pipeline![0]!.$vectorSearch!.numCandidates;
    };
    expect(await candidates(1, 0)).toBe(640);
    expect(await candidates(1, 100)).toBe(2_640);
    expect(await candidates(300, 5_000)).toBe(10_000);
  });

  const asked: [string, Partial<SearchRequest>][] = [
    ['a word', { text: 'river' }],
    ['other forms and accents', { text: 'WALKED dogs Cafe' }],
    ['a script without spaces', { text: '東京の会議' }],
    ['a meaning', { vector: { embedder, values: vectorOf(4) } }],
    ['words and meaning', { text: 'garden parrot', vector: { embedder, values: vectorOf(6) } }],
    ['nothing that is there', { text: 'submarine' }],
    ['a scope with nothing in it', { text: 'river', scopes: ['other'] }],
  ];
  for (const [name, parts] of asked) {
    it(`ranks alike with and without a search node: ${name}`, async () => {
      const [byNode, byItself] = await Promise.all(
        [node, plain].map(async ({ memories }) =>
          (await memories.search(request(parts))).map(({ memory }) => memory.content.text),
        ),
      );
      expect(byNode).toEqual(byItself);
      expect(byNode!.length > 0).toBe(!name.startsWith('nothing') && !name.startsWith('a scope'));
    });
  }
});
