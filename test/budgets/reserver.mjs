/** A worker in the middle of a model call, until it is killed. Runs from the compiled sources, as a process of its own. */
import { writeSync } from 'node:fs';
import { Purses } from '../../dist/src/budgets/purses.js';
import { spendingRecord } from '../../dist/src/budgets/spending.js';
import { Character } from '../../dist/src/core/character.js';
import { createLogger } from '../../dist/src/logger.js';
import { openLibsqlStore } from '../../dist/src/store/libsql/store.js';
import { openMongoStore } from '../../dist/src/store/mongodb/store.js';

const [dataDir, url, database, budgets, maxTokens] = process.argv.slice(2);
const log = createLogger('silent');
const store = url ? await openMongoStore({ url, database, log }) : await openLibsqlStore({ dataDir, log });
const purses = new Purses({
  ...{ records: spendingRecord.in(store.records, log), budgets: JSON.parse(budgets), log, now: Date.now },
  ...{ platformWide: () => false, linkedWith: async () => [], agents: () => [], tell: async () => {} },
});
const agent = { id: 'ada', character: Character.parse({ name: 'Ada', bio: '.' }) };
const purse = purses.of({
  agent,
  source: { connector: 'beach', tenant: 'default', channel: 'c' },
  userId: 'ann',
});
const model = {
  id: 'script:hanging',
  abilities: { sees: false, hears: false, tools: true },
  async *stream() {
    yield { type: 'text', text: 'a word' };
    writeSync(1, 'reserved\n');
    await new Promise(() => setInterval(() => {}, 1000));
  },
};
const request = {
  system: [],
  messages: [{ role: 'user', text: 'hi' }],
  tools: [],
  maxTokens: Number(maxTokens),
};
const { signal } = new AbortController();
for await (const _ of (await purse.open(model, request, signal)).stream(request, signal));
