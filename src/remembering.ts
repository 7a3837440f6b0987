/** What agents remember besides what is said, put together. */
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import type { Conversations } from './memory/conversation/conversations.js';
import { factsOn, type KnownFacts } from './memory/facts/facts-on.js';
import { CharacterSources } from './memory/knowledge/character-sources.js';
import { documentReading } from './memory/knowledge/document-reading.js';
import { Knowledge } from './memory/knowledge/knowledge.js';
import type { MemoryManager } from './memory/memory-manager.js';
import type { Forgotten } from './store/forgotten.js';
import { conversationsOn, type SummarisingParts } from './summarising.js';
import type { HttpTools } from './tools/http/tools.js';

interface Parts extends SummarisingParts {
  config: Config;
  engines: Pick<Engines, 'store'>;
  characters: { get(id: string): Agent | undefined; list(): Agent[] };
  forgotten: Forgotten;
  httpTools: Pick<HttpTools, 'download'>;
  memoryManager: MemoryManager;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Remembering {
  facts: KnownFacts;
  knowledge: Knowledge;
  characterSources: CharacterSources;
  conversations: Conversations;
}

export function rememberingOn(parts: Parts): Remembering {
  const { config, engines, memoryManager, forgotten, now, log } = parts;
  const { store } = engines;
  const knowledge = new Knowledge({
    ...{ store, read: documentReading(), quota: config.files, now, log },
    alone: !config.cluster,
    reads: config.role !== 'gateway',
    written: () => memoryManager.nudge(),
  });
  const characterSources = new CharacterSources({
    ...{ documents: knowledge.documents, folder: config.charactersDir, web: parts.httpTools, now, log },
    agents: () => parts.characters.list(),
  });
  const facts = factsOn({ store, forgotten, log });
  return { facts, knowledge, characterSources, conversations: conversationsOn(parts) };
}
