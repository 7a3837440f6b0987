/**
 * An embedder that needs no network: the Universal Sentence Encoder (lite, English), whose weights are in a
 * package. It lives in a thread that starts on first use and ends after a while without any, because it holds
 * some 200 MB.
 */
import { Worker } from 'node:worker_threads';
import { type Embedder, RetryableError } from '../../extension-api.js';
import type { EmbedAnswer, EmbedOrder } from './thread.js';

export interface OfflineEmbedderOptions {
  /** How long the thread may be idle before it ends, in ms. Default 5 minutes. */
  idleMs?: number;
}

/** The model reads 128 tokens, about 600 characters of English, and nothing after. */
const longestText = 640;
/** Texts of one batch are padded to the longest; time and memory go with the product. */
const batch = { texts: 32, characters: 2560 };

export function offlineEmbedder({ idleMs = 5 * 60_000 }: OfflineEmbedderOptions = {}): Embedder {
  let thread: EmbedThread | undefined;
  let idle: NodeJS.Timeout | undefined;
  let users = 0;
  let closed = false;

  async function end(): Promise<void> {
    const ending = thread;
    thread = undefined;
    await ending?.end();
  }

  const embedder: Embedder = {
    id: 'offline:universal-sentence-encoder-lite',
    dimensions: 512,
    // Measured: all Chinese and Japanese is one vector to it, and what else is not English mostly letters.
    languages: ['en'],
    async embed(texts) {
      clearTimeout(idle);
      users++;
      try {
        const vectors = new Array<Float32Array>(texts.length);
        for (const indices of batches(texts)) {
          if (closed) throw new RetryableError('shutting_down', 'The embedder is closed.');
          if (!thread?.alive) thread = new EmbedThread();
          const made = await thread.embed(indices.map((i) => prepared(texts[i] ?? '')));
          for (const [at, i] of indices.entries()) vectors[i] = made[at] as Float32Array;
        }
        return vectors;
      } finally {
        users--;
        if (users === 0 && !closed) {
          clearTimeout(idle);
          idle = setTimeout(end, idleMs).unref();
        }
      }
    },
    async wake() {
      if (!thread?.alive) await embedder.embed(['.']);
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      await end();
    },
  };
  return embedder;
}

/** Indices of texts of like length, so that a short text is not padded to a long one. */
function* batches(texts: string[]): Generator<number[]> {
  const lengths = texts.map((text) => Math.min(text.length, longestText));
  const order = [...texts.keys()].sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  while (order.length > 0) {
    const longest = Math.max(1, lengths[order[0] ?? 0] ?? 0);
    yield order.splice(0, Math.min(batch.texts, Math.max(1, Math.floor(batch.characters / longest))));
  }
}

/** The model fails on no tokens at all, and halves of a surrogate pair are not text. */
function prepared(text: string): string {
  return (
    text
      .slice(0, longestText)
      .replace(/\p{Cs}/gu, ' ')
      .trim() || ' '
  );
}

interface Waiting {
  resolve(vectors: Float32Array[]): void;
  reject(error: Error): void;
}

/** One life of the thread. When it dies, everyone waiting is told to try again. */
class EmbedThread {
  alive = true;
  // Its output is kept from the hub's, and not read: a stream that is read would keep the process alive.
  private readonly worker = new Worker(new URL('./thread.js', import.meta.url), {
    name: 'offline-embedder',
    stdout: true,
    stderr: true,
  });
  private readonly waiting = new Map<number, Waiting>();
  private orders = 0;

  constructor() {
    this.worker.on('message', (answer: EmbedAnswer) => this.settle(answer));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('messageerror', (error) => this.fail(error));
    this.worker.on('exit', (code) => this.fail(new Error(`the thread exited with code ${code}`)));
    this.worker.unref();
  }

  embed(texts: string[]): Promise<Float32Array[]> {
    return new Promise((resolve, reject) => {
      const order: EmbedOrder = { id: this.orders++, texts };
      this.waiting.set(order.id, { resolve, reject });
      this.worker.postMessage(order);
    });
  }

  async end(): Promise<void> {
    this.alive = false;
    await this.worker.terminate();
  }

  private settle(answer: EmbedAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('vectors' in answer) waiting?.resolve(answer.vectors);
    else
      waiting?.reject(
        new RetryableError('model_unavailable', `The offline embedder failed: ${answer.error}`),
      );
  }

  private fail(cause: Error): void {
    this.alive = false;
    for (const { reject } of this.waiting.values())
      reject(
        new RetryableError('model_unavailable', `The offline embedder stopped: ${cause.message}`, { cause }),
      );
    this.waiting.clear();
    void this.worker.terminate();
  }
}
