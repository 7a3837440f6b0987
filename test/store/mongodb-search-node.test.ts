/** A search node that is away, allows no more indexes, or has too much to do. */
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import {
  type MongoServerOptions,
  type RunningMongoServer,
  startMongoServer,
} from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

const embedder = 'openai:text-embedding-3-small';
const values = new Float32Array([1, 0.5]);

let server: RunningMongoServer;
let store: Store | undefined;
let commands: Record<string, unknown>[] = [];
let lines: { level: number; msg: string; index?: string }[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

const start = async (options: MongoServerOptions = {}) => {
  server = await startMongoServer({ replicaSet: 'rs0', searchDelayMs: 0, ...options });
};
const open = async () => {
  store = await openMongoStore({
    ...{ url: server.url, database: 'node', log },
    embedderHint: Promise.resolve({ id: embedder, dimensions: 2 }),
    onCommand: ({ command }) => void commands.push(command),
  });
  return store;
};
const fill = async () => {
  const memory = message({ text: 'a parrot', status: 'kept' });
  await store!.memories.append(memory);
  await store!.memories.saveEmbeddings(embedder, [{ id: memory.id, values }]);
};
const byWords = { agentId: 'ada', scopes: ['s'], text: 'parrots', limit: 3 };
const byMeaning = { ...byWords, text: '', vector: { embedder, values } };
const find = async () => {
  for (const request of [byWords, byMeaning])
    expect((await store!.memories.search(request)).map(({ memory }) => memory.content.text)).toEqual([
      'a parrot',
    ]);
};
const warnings = () => lines.filter(({ level }) => level >= 40).map(({ msg }) => msg);
const sent = (name: string) => commands.filter((command) => name in command).length;
/** Reads of vectors, one by one. */
const scans = () => commands.filter(({ find, projection }) => find && hasVectors(projection)).length;
const hasVectors = (projection: unknown) =>
  Object.keys((projection as object | undefined) ?? {}).some((field) => field.startsWith('vectors.'));

afterEach(async () => {
  await store?.close();
  await server?.stop();
  store = undefined;
  lines = [];
  commands = [];
});

describe('management of search indexes that is away at start', () => {
  const answers: [number, string, RegExp][] = [
    [125, 'CommandFailed', /^the search node cannot be asked .*Index Management service/],
    [13, 'Unauthorized', /^the search node cannot be asked .*not authorized/],
    [59, 'CommandNotFound', /^no search node/],
    [8000, 'AtlasError', /^the search node cannot be asked/],
    [6, 'HostUnreachable', /^the search node cannot be asked/],
  ];
  for (const [code, name, note] of answers) {
    it(`[mongodb.6] starts, searches exactly and says so: ${name}`, async () => {
      await start();
      await server.control.searchManagement(code);
      const { description } = await open();
      await fill();
      await find();
      expect(description.notes).toContainEqual(expect.stringMatching(note));
      expect(description.notes.join()).toContain('one by one, exactly');
      expect(warnings()).toContain('the database server lacks something');
      // A text index finds the words meanwhile.
      expect(commands.some(({ filter }) => JSON.stringify(filter ?? '').includes('$text'))).toBe(true);
    });
  }

  it('[mongodb.6] is asked again at the next start', async () => {
    await start();
    await server.control.searchManagement(125);
    await open();
    await fill();
    await store!.close();
    await server.control.searchManagement(0);
    const { description } = await open();
    await until(() => lines.filter(({ msg }) => msg === 'search index is ready').length === 2);
    commands = [];
    await find();
    expect(scans()).toBe(0);
    expect(description.notes).toEqual([]);
  });
});

describe('search indexes that are refused', () => {
  it('[mongodb.10] are asked for once, and told once, however often is searched', async () => {
    await start({ searchIndexes: 1 });
    await open();
    await fill();
    await until(() => warnings().length === 1);
    for (let i = 0; i < 20; i++) await find();
    expect(sent('createSearchIndexes')).toBe(2);
    expect(warnings()).toEqual(['no search index yet; searches go without it']);
    expect(store!.description.notes).toEqual([expect.stringMatching(/^no search index .*maximum number/)]);
  });

  it('[mongodb.10] are not asked for again while their management is away either', async () => {
    await start();
    await server.control.searchManagement(125);
    await open();
    await fill();
    await until(() => warnings().filter((msg) => msg.startsWith('no search index')).length === 2);
    commands = [];
    for (let i = 0; i < 20; i++) await find();
    const asked = commands.filter(({ pipeline }) => JSON.stringify(pipeline ?? '').includes('$listSearch'));
    expect(asked).toEqual([]);
    expect(warnings().filter((msg) => msg.startsWith('no search index'))).toHaveLength(2);
  });

  it('[mongodb.10] are asked for again at the next start', async () => {
    await start({ searchIndexes: 1 });
    await open();
    await until(() => warnings().length === 1);
    await store!.close();
    commands = [];
    await open();
    await until(() => sent('createSearchIndexes') === 1);
  });
});

describe('a server that has too much to do', () => {
  const overloads: [string, object][] = [
    ['489', { errorCode: 489 }],
    ['462', { errorCode: 462 }],
    ['a label', { errorCode: 8, errorLabels: ['SystemOverloadedError', 'RetryableError'] }],
    ['a label that allows no retry', { errorCode: 473, errorLabels: ['SystemOverloadedError'] }],
  ];
  for (const [name, data] of overloads) {
    it(`[mongodb.14] is asked again after a while, and never for every vector: ${name}`, async () => {
      await start();
      await open();
      await fill();
      await until(() => lines.filter(({ msg }) => msg === 'search index is ready').length === 2);
      commands = [];
      await server.control.fail(['aggregate'], data, { times: 2 });
      await find();
      expect(sent('aggregate')).toBe(4);

      await server.control.fail(['aggregate'], data, 'alwaysOn');
      const refusals = await Promise.all(
        [byMeaning, byWords].map((request) => store!.memories.search(request).catch((error) => error)),
      );
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ code: 'store_unavailable', retryable: true });
      // By then it is left alone.
      commands = [];
      for (let i = 0; i < 5; i++)
        expect(await store!.memories.search(byMeaning).catch((error) => error)).toMatchObject({
          code: 'store_unavailable',
        });
      expect(commands).toEqual([]);
      expect(scans()).toBe(0);

      await server.control.off();
      await until(async () => (await store!.memories.search(byMeaning).catch(() => [])).length === 1);
      expect(scans()).toBe(0);
    });
  }
});
