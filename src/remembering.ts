/** What agents remember besides what is said, put together. */
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import { CharacterSources } from './memory/knowledge/character-sources.js';
import { documentReading } from './memory/knowledge/document-reading.js';
import { Knowledge } from './memory/knowledge/knowledge.js';
import type { MemoryManager } from './memory/memory-manager.js';
import type { HttpTools } from './tools/http/tools.js';

interface Parts {
  config: Config;
  engines: Pick<Engines, 'store'>;
  characters: { list(): Agent[] };
  httpTools: Pick<HttpTools, 'download'>;
  memoryManager: MemoryManager;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Remembering {
  knowledge: Knowledge;
  characterSources: CharacterSources;
}

export function rememberingOn(parts: Parts): Remembering {
  const { config, engines, memoryManager, now, log } = parts;
  const knowledge = new Knowledge({
    ...{ store: engines.store, read: documentReading(), quota: config.files, now, log },
    alone: !config.cluster,
    reads: config.role !== 'gateway',
    written: () => memoryManager.nudge(),
  });
  const characterSources = new CharacterSources({
    ...{ documents: knowledge.documents, folder: config.charactersDir, web: parts.httpTools, now, log },
    agents: () => parts.characters.list(),
  });
  return { knowledge, characterSources };
}
