/** What a turn recalls, without the embedder, among 1,000, 10,000 and 100,000 memories of one agent, all in one scope. Prints p50s in ms. */
import { recall } from '../../dist/src/memory/recall.js';
import { quantile } from './figures.js';
import { scaled } from './load.js';
import { fill, memory, question, vector } from './memories.js';
import { openOwnStore } from './own-store.js';

const store = await openOwnStore();
/** Questions whose times count; before them, as many as a process needs until it is as quick as it will be. */
const [warming, measured] = [scaled(100), 40];
const figures: Record<string, number> = {};
let stored = 0;
for (const size of [1000, 10_000, 100_000]) {
  const wanted = scaled(size);
  await fill(
    store,
    wanted - stored,
    () => memory(stored++, 'large'),
    () => vector(Math.random),
  );
  const times: number[] = [];
  for (let i = -warming; i < measured; i++) {
    const { text, vector, ...request } = question(i + warming, 'large');
    const started = performance.now();
    await recall(store.memories, { ...request, questions: [{ text, vector }] });
    if (i >= 0) times.push(performance.now() - started);
  }
  figures[size] = quantile(times, 0.5);
}
process.stdout.write(JSON.stringify(figures));
await store.close();
