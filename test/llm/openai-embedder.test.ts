import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FatalError, RetryableError } from '../../src/errors.js';
import { openaiEmbedder } from '../../src/llm/openai/embedder.js';
import { embedderContract } from '../../src/testing/embedder.js';
import { json, type Received, type Script, scriptedServer, silence } from './scripted-server.js';
import { simulator } from './simulator.js';

const apiKey = 'sk-test-abcdefghijklmnop';
const meaningless = 'the fake server makes its vectors from a hash of the text';

embedderContract(
  'openai',
  async () => {
    const mock = await simulator();
    const embedder = openaiEmbedder({ apiKey, baseURL: `${mock.url}/v1`, model: 'text-embedding-3-small' });
    return { embedder, close: () => mock.stop() };
  },
  { meaningless },
);

/** Eight numbers from the text's hash, last text first, as the index is what counts. */
const backwards: Script = (response, { body }) => {
  const data = (body.input as string[]).map((text, index) => ({
    object: 'embedding',
    index,
    embedding: [...createHash('sha256').update(text).digest().subarray(0, 8)].map((byte) => byte - 127.5),
  }));
  return json(200, { object: 'list', data: data.reverse(), model: 'm', usage: {} })(response, {} as Received);
};

async function scripted(...scripts: Script[]) {
  const { url, received } = await scriptedServer(...scripts);
  const embedder = openaiEmbedder({ apiKey, baseURL: `${url}/v1`, model: 'nomic-embed-text' });
  onTestFinished(() => embedder.close());
  return { embedder, received };
}

describe('openai embedder', () => {
  test.each([
    ['text-embedding-3-small', 1536],
    ['text-embedding-3-large', 3072],
    ['text-embedding-ada-002', 1536],
    ['nomic-embed-text', 0],
  ])('%s has %d dimensions before the first call', (model, dimensions) => {
    expect(openaiEmbedder({ apiKey, model })).toMatchObject({ id: `openai:${model}`, dimensions });
  });

  test('learns an unknown model’s dimensions from the first call', async () => {
    const { embedder } = await scripted(backwards);
    await embedder.embed(['x']);
    expect(embedder.dimensions).toBe(8);
  });

  test('orders by index, and batches by number and by size', async () => {
    const { embedder, received } = await scripted(backwards);
    const texts = Array.from({ length: 600 }, (_, i) => `text ${i}`);
    const vectors = await embedder.embed(texts);
    expect(received.map(({ body }) => body.input.length)).toEqual([256, 256, 88]);
    expect(vectors[599]).toEqual((await embedder.embed(['text 599']))[0]);
    received.length = 0;
    await embedder.embed(Array.from({ length: 100 }, () => 'long '.repeat(10_000)));
    for (const { body } of received) {
      expect(Math.max(...body.input.map((text: string) => Buffer.byteLength(text)))).toBeLessThanOrEqual(
        8000,
      );
      expect(Buffer.byteLength(body.input.join(''))).toBeLessThanOrEqual(250_000);
    }
    expect(received).toHaveLength(4);
  });

  test('never sends an empty text', async () => {
    const { embedder, received } = await scripted(backwards);
    await embedder.embed(['', ' \n']);
    expect(received[0]?.body.input).toEqual(['.', '.']);
  });

  test('reads base64 from a server that sends it unasked', async () => {
    const bytes = Buffer.from(Float32Array.of(3, 4).buffer).toString('base64');
    const { embedder } = await scripted(json(200, { data: [{ index: 0, embedding: bytes }] }));
    const [vector] = await embedder.embed(['x']);
    expect([...(vector ?? [])]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)]);
  });

  test('refuses vectors that are too few or of another length', async () => {
    const two = [
      { index: 0, embedding: [1, 0] },
      { index: 1, embedding: [1, 0, 0] },
    ];
    const { embedder } = await scripted(json(200, { data: two.slice(0, 1) }), json(200, { data: two }));
    await expect(embedder.embed(['a', 'b'])).rejects.toBeInstanceOf(FatalError);
    await expect(embedder.embed(['a', 'b'])).rejects.toMatchObject({
      message: expect.stringContaining('OPENAI_EMBEDDING_MODEL'),
    });
  });

  test('tells what can be tried again from what cannot', async () => {
    const { embedder, received } = await scripted(
      json(429, { error: { message: 'slow down' } }, { 'retry-after': '2' }),
      json(401, { error: { message: `bad ${apiKey}` } }),
      backwards,
    );
    await expect(embedder.embed(['x'])).rejects.toMatchObject({ retryable: true, retryAfterMs: 2000 });
    await expect(embedder.embed(['x'])).rejects.toMatchObject({ code: 'model_refused', retryable: false });
    expect(await embedder.embed(['x'])).toHaveLength(1);
    expect(received).toHaveLength(3);
  });

  test('close ends what is under way', async () => {
    const { embedder } = await scripted(silence);
    const embedding = embedder.embed(['x']);
    setTimeout(() => embedder.close(), 50);
    await expect(embedding).rejects.toBeInstanceOf(RetryableError);
  });
});
