import { FatalError } from '../errors.js';
import type { Embedder } from '../llm/llm.js';
import type { Logger } from '../logger.js';

/** One text that an embedder refuses must not hold up those beside it. */
export class Refusals {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * The vectors of the texts; null for one that is refused by itself, too.
   * @throws what the embedder throws, where it is no single text's fault
   */
  async around(embedder: Embedder, texts: string[]): Promise<(Float32Array | null)[]> {
    try {
      return await embedder.embed(texts);
    } catch (error) {
      if (!isOfText(error)) throw error;
      // Where this is refused, too, every text would be.
      await embedder.embed(['hello']);
      if (texts.length === 1) return [this.#refused(embedder, texts[0]!, error)];
    }
    const vectors: (Float32Array | null)[] = [];
    for (const text of texts) vectors.push(await this.#alone(embedder, text));
    return vectors;
  }

  async #alone(embedder: Embedder, text: string): Promise<Float32Array | null> {
    try {
      return (await embedder.embed([text]))[0] ?? null;
    } catch (error) {
      if (isOfText(error)) return this.#refused(embedder, text, error);
      throw error;
    }
  }

  #refused({ id }: Embedder, text: string, err: unknown): null {
    const about = { err, embedder: id, letters: text.length };
    this.#log.warn(about, 'the embedder refuses a text: only its words will find it');
    return null;
  }
}

/** A refusal that names a setting is every text's. */
function isOfText(error: unknown): boolean {
  return (
    error instanceof FatalError &&
    error.field === undefined &&
    (error.code === 'model_refused' || error.code === 'prompt_too_long')
  );
}
