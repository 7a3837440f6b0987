/** The hub's end of the line to the engine's thread. Calls of one tick go over in one message. */
import { Worker } from 'node:worker_threads';
import type { CarrierError } from '../../errors.js';
import type { Answer, Request } from './engine.js';
import { errorOf, unavailable } from './faults.js';
import type { Operations } from './operations.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  apply: ((value: never) => void) | undefined;
}

export class Link {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #outgoing: Request[] = [];
  #lastId = 0;
  /** Why no more calls are taken; null while they are. */
  #refusal: CarrierError | null = null;
  #closing: Promise<void> | null = null;

  /** `onDeath` is called once if the engine ends without having been asked to. */
  private constructor(file: string, onDeath: (error: CarrierError) => void) {
    this.#worker = new Worker(new URL('./engine.js', import.meta.url), {
      name: 'store',
      workerData: { file },
      // Its objects are small and short-lived: a small young generation keeps the hub's memory down.
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
    });
    this.#worker.on('message', (answers: Answer[]) => this.#take(answers));
    this.#worker.on('error', (error: Error) => {
      this.#refusal ??= unavailable(`The store's engine has died: ${error.message}`);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        const asked = this.#closing !== null;
        this.#refusal ??= unavailable("The store's engine has stopped.");
        for (const { reject } of this.#waiting.values()) reject(this.#refusal);
        this.#waiting.clear();
        if (!asked) onDeath(this.#refusal);
        resolve();
      });
    });
  }

  /** Resolves when the database is open; rejects with what keeps it shut. */
  static async open(file: string, onDeath: (error: CarrierError) => void): Promise<Link> {
    let open = false;
    const link = new Link(file, (error) => {
      if (open) onDeath(error);
    });
    try {
      await link.#expect(0);
    } catch (error) {
      await link.#ended;
      throw error;
    }
    open = true;
    return link;
  }

  /**
   * `apply` is called with the result before the promise resolves, and for all calls in the order the engine
   * carried them out: what keeps a copy of the database's state follows it there.
   */
  call<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    apply?: (value: ReturnType<Operations[K]>) => void,
  ): Promise<ReturnType<Operations[K]>> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    return this.#send(operation, args, apply as Waiting['apply']) as Promise<ReturnType<Operations[K]>>;
  }

  /** Everything asked for before is still done; calls made later are refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#refusal === null) {
      const closed = this.#send('close', []);
      this.#refusal = unavailable('The store is closed.');
      await closed.finally(() => this.#ended);
    }
    await this.#ended;
  }

  /** Ends the thread at once, as a fault of it would. For tests. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
    await this.#ended;
  }

  #send(operation: string, args: unknown[], apply?: Waiting['apply']): Promise<unknown> {
    const id = ++this.#lastId;
    // At the end of the tick: the answers of one group wake many callers, and their next calls go together.
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push([id, operation, ...args]);
    return this.#expect(id, apply);
  }

  #expect(id: number, apply?: Waiting['apply']): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, apply }));
  }

  #flush(): void {
    const requests = this.#outgoing;
    this.#outgoing = [];
    this.#worker.postMessage(requests);
  }

  #take(answers: Answer[]): void {
    for (const [id, value, fault] of answers) {
      const waiting = this.#waiting.get(id);
      if (!waiting) continue;
      this.#waiting.delete(id);
      if (fault) {
        waiting.reject(errorOf(fault));
      } else {
        waiting.apply?.(value as never);
        waiting.resolve(value);
      }
    }
  }
}
