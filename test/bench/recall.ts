/**
 * Whether a turn recalls the same with and without encryption: the same memories, the same questions. Half of them have
 * words of the memory that they ask for, the others its meaning alone. Prints the hits of each question, `string[][]`.
 */
import { recall } from '../../dist/src/memory/recall.js';
import { sentence } from './figures.js';
import { agentId, embedder, fill, memory, vector } from './memories.js';
import { openOwnStore } from './own-store.js';
import { memoryCount, questionCount, wantedBy } from './recalled.js';

/** From the same moment on, so that what is newer is so in every run. */
const beganAt = Date.UTC(2026, 0, 1);

/** As `Math.random`, the same numbers for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const meaningOf = (n: number) => vector(randomOf(n));

const store = await openOwnStore();
const made = (n: number) => memory(n, 'recall', { createdAt: beganAt + n * 60_000 });
await fill(store, memoryCount, made, meaningOf);
const { scope } = made(0);
const hits: string[][] = [];
for (let i = 0; i < questionCount; i++) {
  const wanted = wantedBy(i);
  const noise = vector(randomOf(memoryCount + i));
  const values = meaningOf(wanted).map((value, at) => value + 0.8 * noise[at]!);
  const question =
    i % 2 === 0
      ? { text: `what was it about ${sentence(wanted)}?` }
      : { text: '?', vector: { embedder, values } };
  const found = await recall(store.memories, { agentId, scopes: [scope], questions: [question], limit: 8 });
  hits.push(found.hits.map((hit) => hit.memory.content.text));
}
process.stdout.write(JSON.stringify(hits));
await store.close();
process.exit(0);
