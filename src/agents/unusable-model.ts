import type { ModelAbilities } from '../core/model-abilities.js';
import type { LanguageModel } from '../llm/llm.js';

const none: ModelAbilities = { sees: false, hears: false, tools: false };

/** Stands in a chain for a model that cannot be made: it says why when it is asked, and the next one is. */
export const unusable = (id: string, reason: unknown): LanguageModel => ({
  id,
  abilities: none,
  // biome-ignore lint/correctness/useYield: it has nothing to say.
  async *stream() {
    throw reason;
  },
});
