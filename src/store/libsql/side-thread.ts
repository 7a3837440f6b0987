/** The hub's end of the line to the side thread (`side.ts`), which runs from the first call on. */
import { Worker } from 'node:worker_threads';
import type { DataKey } from '../../encryption/key-ring.js';
import { madeOf, unavailable } from './faults.js';
import type { Answer, Opened, Request, Side } from './side.js';

type Call = { resolve(value: unknown): void; reject(error: unknown): void };

export class SideThread {
  readonly #file: string;
  readonly #key: DataKey | null;
  #worker: Worker | null = null;
  #waiting = new Map<number, Call>();
  #lastId = 0;
  #closed = false;

  constructor(file: string, key: DataKey | null = null) {
    this.#file = file;
    this.#key = key;
  }

  /** Calls begin in their order; only searches take so long that others come in between. @throws RetryableError `store_unavailable` when the thread dies meanwhile. */
  call<K extends keyof Side>(
    operation: K,
    ...args: Parameters<Side[K]>
  ): Promise<Awaited<ReturnType<Side[K]>>> {
    if (this.#closed) return Promise.reject(unavailable('The store is closed.'));
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Call['resolve'], reject });
      worker.ref();
      worker.postMessage([id, operation, args] satisfies Request);
    });
  }

  /** Calls under way fail; later ones are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.kill('the store is closed');
  }

  /** Ends the thread, as a fault of its own would, and fails its calls at once; the next call starts another. */
  async kill(reason = 'it was ended'): Promise<void> {
    const worker = this.#worker;
    this.#fail(reason);
    await worker?.terminate();
  }

  #fail(reason: string): void {
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    for (const { reject } of waiting) reject(unavailable(`The store's side thread has stopped: ${reason}.`));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./side.js', import.meta.url), {
      name: 'store-side',
      workerData: { file: this.#file, key: this.#key } satisfies Opened,
      // Rows and words are small and short-lived, or lie outside of the heap.
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
    });
    let reason = 'it was ended';
    worker.on('error', (error: Error) => {
      reason = error.message;
    });
    worker.on('message', ([id, value, fault]: Answer) => {
      const call = this.#waiting.get(id);
      if (!call) return;
      this.#waiting.delete(id);
      if (fault) call.reject(madeOf(fault));
      else call.resolve(value);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.once('exit', () => {
      if (this.#worker === worker) this.#fail(reason);
    });
    worker.unref();
    return worker;
  }
}
