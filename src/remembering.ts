/** What agents remember besides what is said, put together. */
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import type { Conversations } from './memory/conversation/conversations.js';
import { Embedding } from './memory/embedding.js';
import { factsOn, type KnownFacts } from './memory/facts/facts-on.js';
import { documentReading } from './memory/knowledge/document-reading.js';
import { Knowledge } from './memory/knowledge/knowledge.js';
import { MemoryManager } from './memory/memory-manager.js';
import type { ServingParts } from './memory/serving.js';
import type { Forgotten } from './store/forgotten.js';
import { conversationsOn, type SummarisingParts } from './summarising.js';
import type { HttpTools } from './tools/http/tools.js';

interface Parts extends SummarisingParts, Pick<ServingParts, 'embedder' | 'former'> {
  config: Config;
  engines: Pick<Engines, 'store'>;
  characters: { get(id: string): Agent | undefined; list(): Agent[] };
  forgotten: Forgotten;
  httpTools: Pick<HttpTools, 'download'>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Remembering {
  embedding: Embedding;
  memoryManager: MemoryManager;
  facts: KnownFacts;
  knowledge: Knowledge;
  conversations: Conversations;
}

export function rememberingOn(parts: Parts): Remembering {
  const { config, engines, embedder, former, forgotten, now, log } = parts;
  const { store } = engines;
  const { memories, notes } = store;
  const embedding = new Embedding({ memories, notes, embedder, former, log });
  const knowledge = new Knowledge({
    ...{ store, read: documentReading(), now, log },
    alone: !config.cluster,
    reads: config.role !== 'gateway',
    written: () => embedding.nudge(),
  });
  return {
    ...{ embedding, memoryManager: new MemoryManager(memories, embedding) },
    ...{ facts: factsOn({ store, forgotten, log }), knowledge, conversations: conversationsOn(parts) },
  };
}
