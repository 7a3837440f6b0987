/** What a hub remembers with, by its role: put together from the store and the embedder. */
import { Embedding } from './memory/embedding.js';
import { MemoryManager } from './memory/memory-manager.js';
import type { ServingParts } from './memory/serving.js';
import type { Store } from './store/store.js';

interface RememberingParts extends Pick<ServingParts, 'embedder' | 'former' | 'log'> {
  engines: { store: Pick<Store, 'memories' | 'notes'> };
}

export interface Remembering {
  embedding: Embedding;
  recall: MemoryManager;
}

export function rememberingOf({ engines, embedder, former, log }: RememberingParts): Remembering {
  const { memories, notes } = engines.store;
  const embedding = new Embedding({ memories, notes, embedder, former, log });
  return { embedding, recall: new MemoryManager(memories, embedding) };
}
