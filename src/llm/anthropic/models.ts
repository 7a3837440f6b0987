import type { ModelAbilities } from '../../extension-api.js';

/** Every Claude since version 3 sees and calls tools, with 200,000 tokens (docs.anthropic.com, models overview). */
export function abilitiesOf(_model: string): ModelAbilities {
  return { sees: true, hears: false, tools: true, contextTokens: 200_000 };
}
