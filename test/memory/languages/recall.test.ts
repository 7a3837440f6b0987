/** Ten pairs each among 300 lines: what was said is found by its question, whatever the language. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offlineEmbedder } from '../../../dist/src/llm/offline-embedder/embedder.js';
import { createLogger } from '../../../src/logger.js';
import { Embedding } from '../../../src/memory/embedding.js';
import { MemoryManager } from '../../../src/memory/memory-manager.js';
import { openLibsqlStore } from '../../../src/store/libsql/store.js';
import type { Store } from '../../../src/store/store.js';
import { message } from '../../contract/store.js';
import { temporaryFolder } from '../../store/folder.js';
import { arabic } from './arabic.js';
import { chinese } from './chinese.js';
import { german } from './german.js';
import { japanese } from './japanese.js';
import { linesOf } from './talk.js';

describe.each([
  [german, 9],
  [japanese, 7],
  [chinese, 9],
  [arabic, 8],
])('$language', (talk, least) => {
  const folder = temporaryFolder();
  let store: Store;
  beforeAll(async () => {
    store = await openLibsqlStore({ dataDir: folder.path, log: createLogger('silent') });
    const lines = linesOf(talk);
    expect(new Set(lines).size).toBe(300);
    await Promise.all(lines.map((text) => store.memories.append(message({ text, status: 'kept' }))));
  });
  afterAll(async () => {
    await store.close();
    folder.remove();
  });

  it(`[memory.6] finds at least ${least} of 10 by words alone, among five`, async () => {
    const missed: string[] = [];
    for (const [said, asked] of talk.pairs) {
      const found = await store.memories.search({ agentId: 'ada', scopes: ['s'], text: asked, limit: 5 });
      if (!found.some(({ memory }) => memory.content.text === said)) missed.push(asked);
    }
    expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(10 - least);
  });

  it('[memory.6] finds by words and meaning what words find, whatever the embedder makes of it', async () => {
    const embedder = offlineEmbedder();
    const { memories, notes } = store;
    const parts = { memories, notes, log: createLogger('silent') };
    const [words, hybrid] = [null, embedder].map((one) => new Embedding({ ...parts, embedder: one }));
    await hybrid!.fill();
    expect(await hybrid!.backlog()).toEqual({});
    const found = async (embedding: Embedding) => {
      const manager = new MemoryManager(memories, embedding);
      const hits: string[] = [];
      for (const [said, asked] of talk.pairs) {
        const scope = { agentId: 'ada', scopes: ['s'], exclude: new Set<string>(), limit: 5 };
        const { hits: recalled } = await manager.recall({ ...scope, questions: [asked] });
        if (recalled.some(({ memory }) => memory.content.text === said)) hits.push(asked);
      }
      return hits;
    };
    const byWords = await found(words!);
    expect(byWords.length).toBeGreaterThanOrEqual(least);
    expect(await found(hybrid!)).toEqual(byWords);
    await hybrid!.stop();
    await embedder.close();
  });
});
