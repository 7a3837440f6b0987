import type { LanguageModel } from '../../dist/src/llm/llm.js';

/** A model that answers at once, so that what is measured is the hub. */
export const instantModel: LanguageModel = {
  id: 'instant:bench',
  abilities: { sees: false, hears: false, tools: true },
  async *stream() {
    yield { type: 'text', text: 'That is good to know, thank you.' };
    yield { type: 'end', finish: 'stop', usage: { inputTokens: 0, outputTokens: 8 } };
  },
};
