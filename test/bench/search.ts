/** Hybrid search among 1,000, 10,000 and 100,000 memories of one agent, all in one scope. Prints p50s in ms. */
import { newId } from '../../dist/src/core/ids.js';
import type { Memory } from '../../dist/src/core/memory.js';
import { createLogger } from '../../dist/src/logger.js';
import { openLibsqlStore } from '../../dist/src/store/libsql/store.js';
import { quantile, sentence } from './figures.js';

const dimensions = 512;
const embedder = 'bench:random';
const store = await openLibsqlStore({ dataDir: process.env.CARRIER_DATA_DIR!, log: createLogger('silent') });

function vector(): Float32Array {
  const values = Float32Array.from({ length: dimensions }, () => Math.random() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function memory(n: number): Memory {
  const id = newId();
  return {
    id,
    agentId: 'bench',
    roomId: 'room_bench',
    scope: 'shared_bench',
    kind: 'message',
    role: 'user',
    author: { id: 'someone' },
    content: { text: sentence(n), attachments: [], replyTo: null },
    source: { connector: 'bench', tenant: 'default', channel: 'room', messageId: id },
    status: 'kept',
    turnId: null,
    createdAt: Date.now(),
  };
}

const figures: Record<string, number> = {};
let stored = 0;
for (const size of [1000, 10_000, 100_000]) {
  while (stored < size) {
    const batch = Array.from({ length: 500 }, () => memory(stored++));
    await Promise.all(batch.map((m) => store.memories.append(m)));
    await store.memories.saveEmbeddings(
      embedder,
      batch.map(({ id }) => ({ id, values: vector() })),
    );
  }
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    const request = {
      agentId: 'bench',
      scopes: ['shared_bench'],
      text: `what about ${sentence(i * 17)}?`,
      vector: { embedder, values: vector() },
      limit: 8,
    };
    const started = performance.now();
    await store.memories.search(request);
    times.push(performance.now() - started);
  }
  figures[size] = quantile(times, 0.5);
}
process.stdout.write(JSON.stringify(figures));
await store.close();
