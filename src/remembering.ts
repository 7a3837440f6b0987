/** What agents remember besides what is said, put together. */
import type { Purses } from './budgets/purses.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import { FileReader } from './files/reader.js';
import type { LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import { FactExtraction } from './memory/facts/extraction.js';
import { factsOn, type KnownFacts } from './memory/facts/facts-on.js';
import type { Cooling } from './runtime/cooling.js';
import { generate } from './runtime/generate.js';
import { PromptFitter } from './runtime/prompt-fitter.js';
import type { Forgotten } from './store/forgotten.js';

interface Parts {
  config: Config;
  engines: Pick<Engines, 'store'>;
  characters: { get(id: string): Agent | undefined };
  models: { chain(agent: Agent): Promise<LanguageModel[]> };
  forgotten: Pick<Forgotten, 'has'>;
  /** Asked once something is spent. */
  spending(): { purses: Pick<Purses, 'of'>; cooling: Cooling };
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Remembering {
  facts: KnownFacts;
  extraction: FactExtraction;
}

export function rememberingOn(parts: Parts): Remembering {
  const { config, engines, characters, models, forgotten, spending, now, log } = parts;
  const { store } = engines;
  const facts = factsOn({ store, forgotten, log });
  const fitter = new PromptFitter(new FileReader(store.files), config.prompt);
  const understanding = async (agent: Agent) =>
    (await models.chain(agent)).filter(({ abilities }) => abilities.understands !== false);
  const extraction = new FactExtraction({
    ...{ memories: store.memories, records: store.records, keeper: facts.keeper, now, log },
    agent: (id) => characters.get(id),
    understands: async (agent) => (await understanding(agent)).length > 0,
    async ask(agent, request, { source, author }, signal) {
      const { purses, cooling } = spending();
      return generate(await understanding(agent), request, {
        ...{ limits: config.turns.model, signal, fitter, cooling, log },
        purse: purses.of({ agent, source, userId: author.id }),
        onText() {},
        onVoid() {},
      });
    },
  });
  return { facts, extraction };
}
