import type { Embedder } from '../llm/llm.js';
import { languageOf } from '../store/words.js';

/** Whether the text is in a language that the embedder reads. */
export function reads({ languages }: Pick<Embedder, 'languages'>, text: string): boolean {
  return languages === undefined || languages.includes(languageOf(text));
}
