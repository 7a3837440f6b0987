/**
 * How much of what answers a question is recalled: `npm run bench:memory -- [--data FILE] [--json FILE]`. What is
 * counted is printed with the figures.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { offlineEmbedder } from '../../../dist/src/llm/offline-embedder/embedder.js';
import { createLogger } from '../../../dist/src/logger.js';
import { openLibsqlStore } from '../../../dist/src/store/libsql/store.js';
import { openMongoStore } from '../../../dist/src/store/mongodb/store.js';
import type { Store } from '../../../dist/src/store/store.js';
import { noFerretdb, startFerretdb } from '../../servers/ferretdb.js';
import { type Ablation, ablations } from './ablations.js';
import { readLocomo } from './locomo.js';
import {
  type Figures,
  fill,
  ks,
  managerOf,
  measure,
  remembering,
  type StoredConversation,
} from './measure.js';

type Modes = Record<'words' | 'vectors' | 'hybrid', Figures>;

const say = (text: string) => process.stdout.write(`${text}\n`);
const { values: given } = parseArgs({
  options: { data: { type: 'string' }, json: { type: 'string' }, 'no-ablations': { type: 'boolean' } },
});
const file = given.data ?? fileURLToPath(new URL('../../../../shared/data/locomo10.json', import.meta.url));
if (!existsSync(file)) {
  say(`Nothing was measured: there is no ${file}. Name a file in LoCoMo's format with --data.`);
  process.exit(0);
}

const { conversations, unresolved, left } = readLocomo(file);
const questions = conversations.flatMap((one) => one.questions);
say(`Evidence recall, ${conversations.length} conversations, ${questions.length} questions (categories 1 to 4).
Counted: for each question the share of its evidence turns among the first k that a turn's recall gives (k places, no
neighbours that only accompany them), averaged over the questions. A conversation is one scope, a document is
"speaker: text", with " [shares CAPTION]" where a picture has one. Evidence strings are split and repaired; ${unresolved} name
no turn and are dropped, ${left} questions have none left and are not asked. Offline embedder, no network.`);

// The embedder's thread keeps no process alive.
const alive = setInterval(() => {}, 60_000);
const embedder = remembering(offlineEmbedder());
const folder = mkdtempSync(join(tmpdir(), 'carrier-memory-'));
const closing: (() => unknown)[] = [];
try {
  await embedder.learn(questions.map(({ text }) => text));
  const store = await openLibsqlStore({ dataDir: folder, log: createLogger('silent') });
  closing.push(() => store.close());
  const stored = await fill(store, conversations, embedder);
  const libsql = await modesOf('libSQL', store, stored);
  const written = (mongodb: Modes | { skipped: string }) => {
    if (given.json) writeFileSync(given.json, `${JSON.stringify({ ...libsql, mongodb }, null, 2)}\n`);
  };
  // A server may take long, or fail: what is known is there before.
  written({ skipped: 'not measured yet' });
  const mongodb = await onMongo().catch((error: Error) => {
    say(`MongoDB: not measured to the end: ${error.message}`);
    return { skipped: error.message };
  });
  written(mongodb);
  if (!given['no-ablations']) for (const one of ablations) await ablated(one, store, stored);
} finally {
  for (const close of closing.reverse()) await close();
  await embedder.close();
  rmSync(folder, { recursive: true, force: true });
  clearInterval(alive);
}

/** @param once as for `measure` */
async function modesOf(
  name: string,
  store: Store,
  stored: StoredConversation[],
  once = false,
): Promise<Modes> {
  say(`\n${name.padEnd(44)}${ks.map((k) => `@${k}`.padStart(6)).join('')}`);
  const run = async (
    mode: keyof Modes,
    ...[used, change, without]: Parameters<typeof managerOf> extends [unknown, ...infer R] ? R : never
  ) => [mode, shown(mode, await measure(managerOf(store, used, change, without), stored, once))] as const;
  return Object.fromEntries([
    await run('words', null),
    await run('vectors', embedder, undefined, { text: '' }),
    await run('hybrid', embedder),
  ]) as Modes;
}

/** The hybrid, with one step of it undone. */
async function ablated({ name, change, prepare }: Ablation, store: Store, stored: StoredConversation[]) {
  const used = prepare ? await fill(store, conversations, embedder, prepare) : stored;
  shown(`hybrid, ${name}`, await measure(managerOf(store, embedder, change), used));
}

function shown(name: string, figures: Figures): Figures {
  say(`${name.padEnd(44)}${ks.map((k) => figures[k].toFixed(1).padStart(6)).join('')}`);
  return figures;
}

/** On `MONGODB_URL`, or on a FerretDB of its own where it is installed. */
async function onMongo(): Promise<Modes | { skipped: string }> {
  const { MONGODB_URL: url } = process.env;
  const skipped = url ? null : noFerretdb;
  if (skipped) {
    say(`\nMongoDB: not measured, MONGODB_URL is not set and ${skipped}`);
    return { skipped };
  }
  const server = url ? null : await startFerretdb();
  closing.push(() => server?.stop());
  const store = await openMongoStore({
    ...{ url: url ?? server!.url, database: `carrier_memory_${process.pid}` },
    log: createLogger('silent'),
  });
  closing.push(() => store.close());
  // A question to a server takes ten times as long.
  return modesOf('MongoDB', store, await fill(store, conversations, embedder), true);
}
