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
import { type Data, readLocomo } from './locomo.js';
import { type Figures, fill, ks, managerOf, measure, remembering } from './measure.js';

const { values: given } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'string' } } });
const file = given.data ?? fileURLToPath(new URL('../../../../shared/data/locomo10.json', import.meta.url));
if (!existsSync(file)) {
  console.log(`Nothing was measured: there is no ${file}. Name a file in LoCoMo's format with --data.`);
  process.exit(0);
}

const data: Data = readLocomo(file);
const questions = data.conversations.flatMap((one) => one.questions);
console.log(`Evidence recall on ${data.conversations.length} conversations, ${questions.length} questions.`);

// The embedder's thread keeps no process alive.
const alive = setInterval(() => {}, 60_000);
const embedder = remembering(offlineEmbedder());
const folder = mkdtempSync(join(tmpdir(), 'carrier-memory-'));
const store = await openLibsqlStore({ dataDir: folder, log: createLogger('silent') });
try {
  console.time('fill');
  const stored = await fill(store, data, embedder);
  await embedder.learn(questions.map(({ text }) => text));
  console.timeEnd('fill');
  const show = (name: string, figures: Figures) =>
    console.log(name.padEnd(40), ks.map((k) => figures[k].toFixed(1).padStart(6)).join(''));
  for (const [name, manager] of [
    ['words', managerOf(store, null)],
    ['vectors', managerOf(store, embedder, undefined, { text: '' })],
    ['hybrid', managerOf(store, embedder)],
  ] as const) {
    console.time(name);
    show(name, await measure(manager, stored));
    console.timeEnd(name);
  }
} finally {
  await store.close();
  await embedder.close();
  clearInterval(alive);
  rmSync(folder, { recursive: true, force: true });
}
