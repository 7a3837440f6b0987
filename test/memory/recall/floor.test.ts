/** A floor under recall, on a small set of our own; the large ones are measured by `npm run bench:memory`. */
import { expect, it } from 'vitest';
import { offlineEmbedder } from '../../../src/llm/offline-embedder/embedder.js';
import { createLogger } from '../../../src/logger.js';
import { Embedding } from '../../../src/memory/embedding.js';
import { MemoryManager } from '../../../src/memory/memory-manager.js';
import { openLibsqlStore } from '../../../src/store/libsql/store.js';
import { kept } from '../../contract/store/samples.js';
import { temporaryFolder } from '../../store/folder.js';
import { lines, questions } from './talk.js';

const day = 86_400_000;

it('of 30 questions about a long talk, words find the line for 25 among five, with meaning for 27', async () => {
  const folder = temporaryFolder();
  const log = createLogger('silent');
  const store = await openLibsqlStore({ dataDir: folder.path, log });
  const embedder = offlineEmbedder();
  // A busy machine may take longer than a turn would wait.
  const patient = { ...embedder, embed: async (texts: string[]) => texts.map((text) => vectors.get(text)!) };
  const vectors = new Map<string, Float32Array>();
  try {
    const all = [
      ...lines.map(({ speaker, text }) => `${speaker}: ${text}`),
      ...questions.map(({ question }) => question),
    ];
    for (const [i, values] of (await embedder.embed(all)).entries()) vectors.set(all[i]!, values);
    for (const [i, { speaker, text }] of lines.entries()) {
      const createdAt = Date.UTC(2025, 0, 1) + Math.floor(i / 10) * day + (i % 10) * 60_000;
      await store.memories.append(kept(text, { author: { id: speaker, name: speaker }, createdAt }));
    }
    const found = async (manager: MemoryManager) => {
      let count = 0;
      for (const { question, line } of questions) {
        const asked = {
          agentId: 'ada',
          scopes: ['s'],
          questions: [question],
          exclude: new Set<string>(),
          limit: 5,
        };
        const { hits } = await manager.recall(asked);
        if (hits.some(({ memory }) => memory.content.text === line)) count++;
      }
      return count;
    };
    const { memories, notes } = store;
    const embeddingOf = (used: typeof patient | null) =>
      new Embedding({ memories, notes, embedder: used, log });
    const embedding = embeddingOf(patient);
    await embedding.fill();
    expect(await found(new MemoryManager(memories, embeddingOf(null)))).toBeGreaterThanOrEqual(25);
    expect(await found(new MemoryManager(memories, embedding))).toBeGreaterThanOrEqual(27);
  } finally {
    await store.close();
    await embedder.close();
    folder.remove();
  }
}, 120_000);
