/** What is recalled does not depend on the database: the same memories, found in the same order, for the same reasons. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { recall } from '../../src/memory/recall.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { type MongoOptions, openMongoStore } from '../../src/store/mongodb/store.js';
import type { Question } from '../../src/store/search.js';
import type { Store } from '../../src/store/store.js';
import { tellingTerms } from '../../src/store/words.js';
import { kept } from '../contract/store/samples.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';
import { temporaryFolder } from './folder.js';

const log = createLogger('silent');
const people = ['Marcus', 'Bea', 'Dora', 'Zoë'];
const things = 'boat garden parrot cello harbour lighthouse invoice bicycle river summer piano kitchen'.split(
  ' ',
);
const doings = 'sold painted lost repaired moved bought cleaned forgot admired measured'.split(' ');
const questions = [
  'what is Marcus up to with the boat?',
  'who sold the cello?',
  'garden parrot river',
  'the invoice of the harbour',
  'submarine',
  'what did Zoë say about the lighthouse in summer?',
];

const hash = (text: string) =>
  [...text].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16777619) >>> 0, 2166136261);

/** Words that texts share make them alike; each has a direction of its own. */
function vectorOf(text: string): Float32Array {
  const values = new Float32Array(96);
  for (const term of tellingTerms(text))
    for (let i = 0; i < values.length; i++) values[i]! += (hash(`${term} ${i}`) % 2_001) / 1_000 - 1;
  return values;
}

/** Two rooms that talk at once, a fact now and then, and chunks of a document; in the order of their ids. */
function corpus(): Memory[] {
  const pick = (from: readonly string[], i: number, salt: string) => from[hash(`${salt}${i}`) % from.length]!;
  return Array.from({ length: 240 }, (_, i): Memory => {
    const name = pick(people, i, 'p');
    const said = `we ${pick(doings, i, 'd')} the ${pick(things, i, 't')} ${i % 3 === 0 ? `near the ${pick(things, i, 'n')} again` : 'then'}, ${1_000 + i}`;
    const at = Date.UTC(2026, 0, 1) + i * 600_000 + (i % 50 === 0 ? 8 * 3_600_000 : 0);
    const more = { createdAt: at, author: { id: `u${name.length}`, name } };
    if (i % 23 === 0) return kept(`the ${pick(things, i, 'f')} is important`, { ...more, kind: 'fact' });
    if (i % 17 === 0)
      return kept(said, {
        ...{ kind: 'document', roomId: 'doc', scope: 'docs', role: 'system', createdAt: at },
        ...{ author: { id: 'doc', name: 'Manual' } },
        chunk: {
          documentId: 'doc',
          name: 'manual.md',
          version: 1,
          index: i,
          headings: [pick(things, i, 'h')],
        },
      });
    const byAgent = i % 5 === 4;
    const attachments =
      i % 31 === 0 ? [{ name: 'invoice.pdf', mediaType: 'text/plain', size: 1, file: 'f' }] : [];
    return kept(said, {
      ...more,
      ...(byAgent && { role: 'assistant', author: { id: 'ada', name: 'Ada' } }),
      roomId: i % 2 === 0 ? 'room' : 'other',
      content: { text: said, attachments, replyTo: null },
    });
  });
}

const memories = corpus();
const asked = { agentId: 'ada', scopes: ['s', 'docs', 'nowhere'], limit: 10 };
const exclude = new Set([memories[10]!.id, memories[150]!.id]);

const halves: Record<string, (text: string) => Question> = {
  words: (text) => ({ text }),
  vectors: (text) => ({ text: '', vector: { embedder: 'e', values: vectorOf(text) } }),
  hybrid: (text) => ({ text, vector: { embedder: 'e', values: vectorOf(text) } }),
};

async function fill(store: Store): Promise<void> {
  for (let from = 0; from < memories.length; from += 40)
    await Promise.all(memories.slice(from, from + 40).map((memory) => store.memories.append(memory)));
  for (let some = await store.memories.unembedded('e', 50); some.length > 0; ) {
    const vectors = some.map(({ id, text }) => ({ id, values: vectorOf(text) }));
    await store.memories.saveEmbeddings('e', vectors);
    some = await store.memories.unembedded('e', 50);
  }
}

async function ranks({ memories }: Store, half: string, texts = questions) {
  const questions = texts.map(halves[half]!);
  const { hits, record } = await recall(memories, { ...asked, exclude, questions });
  const line = (memory: Memory) => `${memory.id.slice(-6)} ${memory.content.text}`;
  return hits.map(({ memory, before, after }, i) => ({
    ...{ hit: line(memory), before: before.map(line), after: after.map(line) },
    ...{ words: record.hits[i]!.words, meaning: record.hits[i]!.meaning },
  }));
}

type Server = { url: string; stop(): Promise<unknown> };
const servers: [string, string | null, () => Promise<Server>][] = [
  ['the protocol server', null, () => startMongoServer({ search: false })],
  ['the protocol server with search', null, () => startMongoServer({ replicaSet: 'rs0', searchDelayMs: 0 })],
  ['FerretDB', noFerretdb, startFerretdb],
];

for (const [name, skipped, start] of servers)
  describe.skipIf(skipped)(`ranks on ${name} and embedded${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
    let server: Server;
    let mongo: Store;
    let libsql: Store;
    const folder = temporaryFolder();
    const open = (more: Partial<MongoOptions> = {}) =>
      openMongoStore({ url: server.url, database: 'ranks', log, ...more });
    beforeAll(async () => {
      server = await start();
      libsql = await openLibsqlStore({ dataDir: folder.path, log });
      mongo = await open();
      await Promise.all([fill(libsql), fill(mongo)]);
    }, 120_000);
    afterAll(async () => {
      await Promise.all([libsql?.close(), mongo?.close()]);
      await server?.stop();
      folder.remove();
    });

    for (const half of Object.keys(halves)) {
      it(`are the same, with the same scores and neighbours: ${half}`, async () => {
        for (const text of questions)
          expect(await ranks(mongo, half, [text]), text).toEqual(await ranks(libsql, half, [text]));
        // Eight at once, of which each gets its places.
        const many = [...questions, 'bicycle', 'Dora and the piano'];
        const found = await ranks(mongo, half, many);
        expect(found).toEqual(await ranks(libsql, half, many));
        expect(found).toHaveLength(10);
      });
    }

    it('find much the same first where a scope is too large to be read as a whole', async () => {
      const indexed = await open({ mostInSmall: 0 });
      try {
        // What a search node lacks at first is made in the background.
        await until(async () => (await ranks(indexed, 'hybrid', ['who sold the cello?'])).length > 0);
        for (const half of Object.keys(halves)) {
          let [same, all] = [0, 0];
          for (const text of questions.slice(0, 3)) {
            const expected = (await ranks(libsql, half, [text])).map(({ hit }) => hit);
            const found = new Set((await ranks(indexed, half, [text])).map(({ hit }) => hit));
            same += expected.filter((hit) => found.has(hit)).length;
            all += expected.length;
          }
          process.stderr.write(`ranks on ${name}, ${half}: ${same} of ${all} the same by index\n`);
          expect(same / all).toBeGreaterThan(0.6);
        }
      } finally {
        await indexed.close();
      }
    }, 120_000);
  });
