/**
 * How large the stores get, for `docs/growth.md`: bytes of a message and its answer, by table and by index, and what
 * retention and archiving give back. `npx tsx test/bench/growth.ts` (`EXCHANGES=4000`, `DIMENSIONS=384`). The embedded store is measured; MongoDB's documents
 * and keys are counted on the tests' protocol server, since no `mongod` can be had here.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateObjectSize } from 'bson';
import Libsql from 'libsql';
import { type Document, MongoClient } from 'mongodb';
import { createLogger } from '../../src/logger.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { archive } from '../../src/store/mongodb/archive.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { idAt } from '../../src/store/mongodb/tally.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store/samples.js';
import { startMongoServer } from '../servers/mongodb/launch.js';

const exchanges = Number(process.env.EXCHANGES ?? 4_000);
const dimensions = Number(process.env.DIMENSIONS ?? 384);
const [askedLength, answeredLength, rooms] = [120, 400, 100];
const log = createLogger('silent');
const begun = Date.parse('2026-01-01T00:00:00Z');
let made = 0;

/** Words of a vocabulary of 5,000, the frequent ones more often; always the same ones. */
function words(length: number): string {
  let text = '';
  for (let i = ++made; text.length < length; i = (i * 48_271) % 2_147_483_647)
    text += `${Math.floor(5_000 * (i / 2_147_483_647) ** 3).toString(36)}${'aeiou'[i % 5]}rn `;
  return text.slice(0, length);
}

/** An id and a time, one second after the last one. */
function next(): { id: string; createdAt: number } {
  const createdAt = begun + ++made * 1_000;
  return { id: `${idAt(createdAt)}-7000-8000-${String(made).padStart(12, '0')}`, createdAt };
}

async function exchange(store: Store, i: number): Promise<void> {
  const { id, createdAt } = next();
  const place = {
    roomId: `room_${String(i % rooms).padStart(32, '0')}`,
    scope: `scope_${String(i % rooms).padStart(31, '0')}`,
  };
  const source = {
    connector: 'chat',
    tenant: '184467440737095516',
    channel: '184467440737095517',
    messageId: `1844674407${String(i).padStart(8, '0')}`,
  };
  const author = { id: `18446744073709${i % rooms}`, name: 'Ada Lovelace' };
  const asked = message({ id, createdAt, ...place, source, author, text: words(askedLength) });
  await store.memories.append(asked);
  const { messages } = await store.turns.claim(asked.roomId, 5);
  const commit = commitOf(messages, { text: words(answeredLength) });
  const spoken = next();
  const own = { source: { ...source, messageId: spoken.id }, author: { id: 'ada', name: 'Ada' } };
  Object.assign(commit.reply!, spoken, own);
  Object.assign(commit.turn, {
    replyId: commit.reply!.id,
    startedAt: createdAt,
    finishedAt: createdAt + 900,
  });
  commit.turn.steps[0]!.text = commit.reply!.content.text;
  await store.turns.commit(commit);
  const [due] = await store.outbox.due(asked.roomId, 1);
  await store.outbox.delivered(due!.id, { messageId: `1844674408${String(i).padStart(8, '0')}` });
}

async function embed(store: Store): Promise<void> {
  for (;;) {
    const some = await store.memories.unembedded('offline', 500);
    if (some.length === 0) return;
    const values = () => Float32Array.from({ length: dimensions }, () => Math.sin(++made));
    await store.memories.saveEmbeddings(
      'offline',
      some.map(({ id }) => ({ id, values: values() })),
    );
  }
}

async function expireAll(store: Store): Promise<void> {
  const request = { agentId: 'ada', before: Date.now() + 1e12, kinds: ['message' as const], limit: 500 };
  for (let cursor: string | undefined; ; ) {
    const { nextCursor } = await store.memories.expire({ ...request, cursor });
    if (nextCursor === null) return;
    cursor = nextCursor;
  }
}

function print(title: string, rows: [string, number, string?][]): void {
  process.stdout.write(`\n${title}\n`);
  for (const [name, value, unit = 'bytes'] of rows)
    process.stdout.write(`  ${name.padEnd(34)} ${value.toFixed(value < 10 ? 2 : 0).padStart(9)} ${unit}\n`);
}

async function embedded(withVectors: boolean): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'carrier-growth-'));
  const file = join(dataDir, 'carrier.db');
  const open = () => openLibsqlStore({ dataDir, log });
  const read = <T>(work: (db: Libsql.Database) => T): T => {
    const db = new Libsql(file);
    try {
      db.exec('pragma wal_checkpoint(truncate)');
      return work(db);
    } finally {
      db.close();
    }
  };
  const one = (sql: string) => read((db) => Object.values(db.prepare(sql).get([]) as object)[0] as number);
  await (await open()).close();
  const empty = statSync(file).size;
  let store = await open();
  for (let i = 0; i < exchanges; i++) await exchange(store, i);
  if (withVectors) await embed(store);
  // A search indexes what is not yet indexed.
  await store.memories.search({ agentId: 'ada', scopes: ['none'], text: 'none', limit: 1 });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await store.close();
  const parts = read((db) =>
    db
      .prepare(
        'select name, sum(pgsize) as size from dbstat group by name having size > 20480 order by size desc',
      )
      .all([]),
  ) as { name: string; size: number }[];
  const full = statSync(file).size;
  print(
    `libSQL, ${exchanges} messages and answers${withVectors ? `, vectors of ${dimensions}` : ''}: bytes of a message with its answer`,
    [
      ['all', (full - empty) / exchanges],
      ...parts.map(({ name, size }): [string, number] => [name, size / exchanges]),
    ],
  );
  store = await open();
  await expireAll(store);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await store.close();
  const free = one('pragma freelist_count') * one('pragma page_size');
  const file2 = statSync(file).size;
  store = await open();
  for (let i = 0; i < exchanges / 2; i++) await exchange(store, exchanges + i);
  await store.close();
  one('pragma page_count');
  const after = statSync(file).size;
  read((db) => db.exec('vacuum'));
  print('after retention took all of them', [
    ['file', file2],
    ['of it free for what comes', free],
    ['file, half as many later', after],
    ['file, after vacuum', statSync(file).size],
  ]);
  rmSync(dataDir, { recursive: true });
}

/** About what WiredTiger stores for a key, before prefixes are shared: type, value, end, and the record's number. */
function keyBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  return typeof value === 'number' || value instanceof Date ? 8 : 1;
}

function valuesAt(document: unknown, path: string[]): unknown[] {
  if (Array.isArray(document))
    return document.length > 0 ? document.flatMap((item) => valuesAt(item, path)) : [null];
  if (path.length === 0) return [document];
  return valuesAt((document as Document | undefined)?.[path[0]!], path.slice(1));
}

function entriesOf({ key, partialFilterExpression = {} }: Document, document: Document): number[] {
  if (key._fts) return ((document.terms as string[]) ?? []).map((term) => term.length + 2 + 9 + 4);
  for (const [path, condition] of Object.entries(partialFilterExpression)) {
    const found = valuesAt(document, path.replace('.0', '').split('.'))[0];
    if (condition === true ? found !== true : found === undefined || found === null) return [];
  }
  let sizes = [4];
  for (const path of Object.keys(key))
    sizes = valuesAt(document, path.split('.')).flatMap((value) =>
      sizes.map((size) => size + keyBytes(value)),
    );
  return sizes;
}

async function mongodb(): Promise<void> {
  const server = await startMongoServer({ replicaSet: 'rs0', search: false });
  const options = { url: server.url, database: 'growth', log };
  const count = Math.min(exchanges, 1_000);
  const store = await openMongoStore(options);
  for (let i = 0; i < count; i++) await exchange(store, i);
  const client = await new MongoClient(server.url, { promoteBuffers: false }).connect();
  const read = (name: string) => client.db('growth').collection(name).find().toArray();
  const size = (documents: Document[]) =>
    documents.reduce((sum, document) => sum + calculateObjectSize(document), 0);
  const memories = await read('memories');
  const plain = size(memories);
  await embed(store);
  const embedded = await read('memories');
  const indexes = await client.db('growth').collection('memories').indexes();
  print(`MongoDB, ${count} messages and answers: bytes of a message with its answer, before compression`, [
    ['documents', plain / count],
    [`with vectors of ${dimensions}`, size(embedded) / count],
    [
      'of them the words',
      embedded.reduce((sum, { terms }) => sum + (terms ? calculateObjectSize({ terms }) : 0), 0) / count,
    ],
  ]);
  const keys = [{ name: '_id_', key: { _id: 1 } }, ...indexes.filter(({ name }) => name !== '_id_')].map(
    (index) => {
      const entries = embedded.flatMap((document) => entriesOf(index, document));
      return [
        index.name!,
        entries.reduce((sum, entry) => sum + entry, 0) / count,
        entries.length / count,
      ] as const;
    },
  );
  print(
    'keys of its indexes',
    keys
      .filter(([, bytes]) => bytes > 0)
      .map(([name, bytes, entries]) => [name, bytes, `bytes in ${entries.toFixed(1)} entries`]),
  );
  print('all keys', [['', keys.reduce((sum, [, bytes]) => sum + bytes, 0)]]);
  await archive({ before: Date.now() }, options);
  const archived = await read('archive');
  const left = await read('memories');
  const archiveKeys = (await client.db('growth').collection('archive').indexes()).map((index) => {
    const entries = archived.flatMap((document) => entriesOf(index, document));
    return [index.name!, entries.reduce((sum, entry) => sum + entry, 0) / count] as [string, number];
  });
  print('archived', [
    ['documents', size(archived) / count],
    ['left in memories', left.length, 'documents'],
    ...archiveKeys,
  ]);
  await store.close();
  await client.close();
  await server.stop();
}

await embedded(false);
await embedded(true);
await mongodb();
