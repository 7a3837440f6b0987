/**
 * What ends one piece of work from outside, also when a wider cancellation does. It makes a signal once somebody asks for
 * one: most work is over before, and making one costs more than the rest of it.
 */
export class Interruption {
  readonly #outer: AbortSignal | undefined;
  readonly #follow = () => this.end(this.#outer?.reason);
  readonly #racing = new Set<(reason: unknown) => void>();
  #controller: AbortController | undefined;
  #ended: { reason: unknown } | undefined;

  constructor(outer?: AbortSignal) {
    this.#outer = outer;
    if (outer?.aborted) this.#follow();
    else outer?.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#ended) this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** The first reason counts. */
  end(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = { reason };
    this.#controller?.abort(reason);
    for (const reject of this.#racing) reject(reason);
  }

  /** The work's outcome, or the reason as soon as it is ended, even if the work goes on. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended) reject(this.#ended.reason);
      this.#racing.add(reject);
      work.then(
        (value) => {
          this.#racing.delete(reject);
          resolve(value);
        },
        (error) => {
          this.#racing.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** Call when the work is over. */
  clear(): void {
    this.#outer?.removeEventListener('abort', this.#follow);
  }
}

/** A time limit on one piece of work. */
export class Deadline extends Interruption {
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, outer: AbortSignal | undefined, reason: () => Error) {
    super(outer);
    this.#timer = setTimeout(() => this.end(reason()), ms);
  }

  override clear(): void {
    clearTimeout(this.#timer);
    super.clear();
  }
}

/** Waits for work so long at most: then undefined, while the work goes on. */
export async function atMost<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Work of others with a time limit of its own; it gets a signal that aborts then, or when the outer one does.
 * @throws Error saying how long it took, as soon as the limit is reached, even if the work goes on.
 */
export function within<T>(
  ms: number,
  work: (signal: AbortSignal) => T | Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  return limited(ms, ({ signal }) => work(signal), outer);
}

/** The same for work that may not ask for its signal. */
export async function limited<T>(
  ms: number,
  work: (limit: { readonly signal: AbortSignal }) => T | Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const limit = new Deadline(ms, outer, () => new Error(`took longer than ${ms} ms`));
  try {
    return await limit.race(Promise.resolve(work(limit)));
  } finally {
    limit.clear();
  }
}
