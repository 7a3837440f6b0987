/** What agents remember besides what is said, put together. */
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import { FileReader } from './files/reader.js';
import type { LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import type { Conversations } from './memory/conversation/conversations.js';
import { Embedding } from './memory/embedding.js';
import { FactExtraction } from './memory/facts/extraction.js';
import { factsOn, type KnownFacts } from './memory/facts/facts-on.js';
import { Forgetting } from './memory/forgetting/forgetting.js';
import { CharacterSources } from './memory/knowledge/character-sources.js';
import { documentReading } from './memory/knowledge/document-reading.js';
import { Knowledge } from './memory/knowledge/knowledge.js';
import { MemoryManager } from './memory/memory-manager.js';
import type { ServingParts } from './memory/serving.js';
import { generate } from './runtime/generate.js';
import { PromptFitter } from './runtime/prompt-fitter.js';
import type { Forgotten } from './store/forgotten.js';
import { conversationsOn, type SummarisingParts } from './summarising.js';
import type { HttpTools } from './tools/http/tools.js';

interface Parts extends SummarisingParts, Pick<ServingParts, 'embedder' | 'former'> {
  config: Config;
  engines: Pick<Engines, 'store'>;
  characters: { get(id: string): Agent | undefined; list(): Agent[] };
  models: { chain(agent: Agent): Promise<LanguageModel[]> };
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
  forgetting: Forgetting;
  extraction: FactExtraction;
  knowledge: Knowledge;
  characterSources: CharacterSources;
  conversations: Conversations;
}

export function rememberingOn(parts: Parts): Remembering {
  const { config, engines, embedder, former, forgotten, now, log } = parts;
  const { store } = engines;
  const { memories, notes } = store;
  const embedding = new Embedding({ memories, notes, embedder, former, log });
  const facts = factsOn({ store, forgotten, log });
  const knowledge = new Knowledge({
    ...{ store, read: documentReading(), quota: config.files, now, log },
    alone: !config.cluster,
    reads: config.role !== 'gateway',
    written: () => embedding.nudge(),
  });
  const characterSources = new CharacterSources({
    ...{ documents: knowledge.documents, folder: config.charactersDir, web: parts.httpTools, now, log },
    agents: () => parts.characters.list(),
  });
  return {
    ...{ embedding, memoryManager: new MemoryManager(memories, embedding) },
    forgetting: new Forgetting({ store, forgotten, log }),
    ...{ facts, extraction: extractionOn(parts, facts), knowledge, characterSources },
    conversations: conversationsOn(parts),
  };
}

function extractionOn(parts: Parts, { keeper }: KnownFacts): FactExtraction {
  const { config, engines, characters, models, cooling, purses, now, log } = parts;
  const { memories, records, files } = engines.store;
  const fitter = new PromptFitter(new FileReader(files), config.prompt);
  const understanding = async (agent: Agent) =>
    (await models.chain(agent)).filter(({ abilities }) => abilities.understands !== false);
  return new FactExtraction({
    ...{ memories, records, keeper, now, log },
    agent: (id) => characters.get(id),
    understands: async (agent) => (await understanding(agent)).length > 0,
    ask: async (agent, request, { source, author }, signal) =>
      generate(await understanding(agent), request, {
        ...{ limits: config.turns.model, signal, fitter, cooling, log },
        purse: purses().of({ agent, source, userId: author.id }),
        onText() {},
        onVoid() {},
      }),
  });
}
