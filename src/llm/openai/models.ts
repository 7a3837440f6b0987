import type { ModelAbilities } from '../../extension-api.js';

/**
 * What OpenAI publishes of its models (platform.openai.com/docs/models, read 2026-11); the longest beginning of a
 * model's name counts.
 */
const known: [begins: string, abilities: Partial<ModelAbilities>][] = [
  ['gpt-4.1-mini', { contextTokens: 1_047_576, price: { input: 0.4, output: 1.6 } }],
  ['gpt-4.1-nano', { contextTokens: 1_047_576, price: { input: 0.1, output: 0.4 } }],
  ['gpt-4.1', { contextTokens: 1_047_576, price: { input: 2, output: 8 } }],
  ['gpt-4o-mini', { contextTokens: 128_000, price: { input: 0.15, output: 0.6 } }],
  ['gpt-4o', { contextTokens: 128_000, price: { input: 2.5, output: 10 } }],
  ['gpt-5', { contextTokens: 400_000 }],
  ['o3', { contextTokens: 200_000 }],
  ['o4-mini', { contextTokens: 200_000 }],
  ['gpt-3.5', { sees: false, contextTokens: 16_385, price: { input: 0.5, output: 1.5 } }],
];

/** Open models that see, by what their makers call them; other servers serve them under these names. */
const seeing =
  /llava|bakllava|vision|[-_.]vl\b|\dvl\b|moondream|minicpm-v|gemma-?3(?!.*\b(1b|270m)\b)|llama-?4|pixtral|internvl|gpt-4o|gpt-4\.1|gpt-5|claude|gemini/i;

/** A request may have 50 MB and 500 images (platform.openai.com/docs, images and vision); larger ones are scaled down there. */
const officialImages: ModelAbilities['images'] = { most: 20, maxBytes: 15_000_000, maxPixels: 16_000_000 };

/** @param official OpenAI's own server: its models see unless it is known that they do not. */
export function abilitiesOf(model: string, official: boolean): ModelAbilities {
  const [, found] = official ? (known.find(([begins]) => model.startsWith(begins)) ?? []) : [];
  const images = official && { images: officialImages };
  return { sees: official || seeing.test(model), hears: false, tools: true, ...images, ...found };
}
