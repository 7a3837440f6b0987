/** What every embedder does, whoever runs it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Embedder } from '../llm/llm.js';

/** An embedder to test; `close` ends what it was made with, a fake server say. */
export interface EmbedderSubject {
  embedder: Embedder;
  close?(): Promise<void>;
}

/** Differences between embedders that have a reason. */
export interface EmbedderContractOptions {
  /** Why meaning cannot be tested: a fake server's vectors have none. */
  meaningless?: string;
}

/**
 * Declares the tests of an embedder; call it at the top of a vitest file. `make` is called for each test.
 *
 * @example
 * embedderContract('the pebble embedder', async () => {
 *   const server = await startPebbleServer(); // Answers with a vector that depends on the text alone.
 *   return { embedder: pebbleEmbedder({ url: server.url }), close: () => server.close() };
 * }, { meaningless: 'the fake server makes vectors of letters' });
 */
export function embedderContract(
  name: string,
  make: () => Promise<EmbedderSubject>,
  options: EmbedderContractOptions = {},
): void {
  async function subject(): Promise<Embedder> {
    const { embedder, close } = await make();
    onTestFinished(async () => {
      await embedder.close();
      await close?.();
    });
    return embedder;
  }

  describe(`${name} as an embedder`, () => {
    test('makes one unit vector a text, of the length it states', async () => {
      const embedder = await subject();
      const vectors = await embedder.embed(['My dog is called Biscuit.', 'The shop closes at six.']);
      expect(vectors).toHaveLength(2);
      for (const vector of vectors) {
        expect(vector).toBeInstanceOf(Float32Array);
        expect(vector).toHaveLength(embedder.dimensions);
        expect(cosine(vector, vector)).toBeCloseTo(1, 4);
      }
      expect(embedder.id).toMatch(/^[a-z][a-z0-9-]*:.+/);
    });

    test('keeps the order, across batches and lengths', async () => {
      const embedder = await subject();
      const texts = Array.from(
        { length: 70 },
        (_, i) => `Text ${i} ${'of some length '.repeat((i * 7) % 11)}`,
      );
      const [all, first, last] = [
        await embedder.embed(texts),
        await embedder.embed(texts.slice(0, 1)),
        await embedder.embed(texts.slice(-1)),
      ];
      expect(all).toHaveLength(70);
      expect(cosine(all[0], first[0])).toBeCloseTo(1, 4);
      expect(cosine(all[69], last[0])).toBeCloseTo(1, 4);
      expect(cosine(all[0], all[69])).toBeLessThan(0.999);
    });

    test('gives the same text the same vector', async () => {
      const embedder = await subject();
      const [one, two] = [await embedder.embed(['Once more.']), await embedder.embed(['Once more.'])];
      expect(one).toEqual(two);
    });

    test('takes no texts, empty texts and strange ones', async () => {
      const embedder = await subject();
      expect(await embedder.embed([])).toEqual([]);
      const vectors = await embedder.embed([
        '',
        '   ',
        '\ud83d',
        '\u0000',
        '👩‍👩‍👧‍👦',
        '你好',
        'word '.repeat(20_000),
      ]);
      expect(vectors).toHaveLength(7);
      for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 4);
    });

    test('serves several callers at a time', async () => {
      const embedder = await subject();
      const texts = ['one', 'two', 'three', 'four'];
      const alone = await embedder.embed(texts);
      const together = await Promise.all(texts.map((text) => embedder.embed([text])));
      for (const [i, [vector]] of together.entries()) expect(cosine(vector, alone[i])).toBeCloseTo(1, 4);
    });

    test.skipIf(options.meaningless)('puts what is alike closer together', async () => {
      const embedder = await subject();
      const [question, answer, other] = await embedder.embed([
        'what is my dog called?',
        'my dog is named Biscuit',
        'the stock market fell sharply on Monday',
      ]);
      expect(cosine(question, answer)).toBeGreaterThan(cosine(question, other) + 0.2);
    });

    test('takes no more work once it is closed', async () => {
      const embedder = await subject();
      await embedder.close();
      await expect(embedder.embed(['late'])).rejects.toMatchObject({ code: 'shutting_down' });
      await embedder.close();
    });
  });
}

export function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b || a.length !== b.length) return Number.NaN;
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
