/** A server that speaks OpenAI's embeddings, as those of others do: in its own way. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface EmbeddingServer {
  url: string;
  /** What was asked, oldest first. */
  requests: { input: string[]; encoding_format?: string; dimensions?: number }[];
  /** May be changed at any time. */
  manner: Manner;
}

interface Manner {
  /** Length of a vector. */
  dimensions: number;
  /** What it sends, whatever is asked for. */
  sends: 'float' | 'base64';
  /** Tokens of a text that it takes: here a letter is one. */
  window: number;
  /** It answers 503; a name: where this model is asked. */
  down: boolean | string;
  /** It refuses such texts whatever their length. */
  refuses?: RegExp;
  /** What means the same has the same key; by default a text's first word. */
  keyOf(text: string): string;
}

export async function embeddingServer(manner: Partial<Manner> = {}): Promise<EmbeddingServer> {
  const it: EmbeddingServer = {
    ...{ url: '', requests: [] },
    manner: {
      ...{ dimensions: 256, sends: 'float', window: 10_000, down: false },
      keyOf: (text) => text.split(' ')[0] ?? '',
      ...manner,
    },
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const { window, down, refuses, dimensions, sends, keyOf } = it.manner;
    const answer = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const asked = JSON.parse(body) as { input: string[] | string; model: string };
    if (down === true || down === asked.model) return answer(503, { error: { message: 'starting' } });
    const input = [asked.input].flat();
    it.requests.push({ ...asked, input });
    if (input.some((text) => text.length > window))
      return answer(400, { error: { message: 'the input length exceeds the context length' } });
    if (input.some((text) => refuses?.test(text)))
      return answer(400, { error: { message: 'cannot encode the input' } });
    const data = input.map((text, index) => {
      let seed = hash(keyOf(text));
      const vector = Float32Array.from({ length: dimensions }, () => {
        seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
        return seed / 2 ** 31 - 1;
      });
      const embedding = sends === 'float' ? [...vector] : Buffer.from(vector.buffer).toString('base64');
      return { object: 'embedding', index, embedding };
    });
    answer(200, { object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  it.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  onTestFinished(() => void server.close().closeAllConnections());
  return it;
}

function hash(text: string): number {
  return [...text].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) % 99_991, 7);
}
