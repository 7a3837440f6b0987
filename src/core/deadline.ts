/** A time limit on one piece of work, joined to a wider cancellation. */
export interface Deadline {
  /** Aborts at the limit, or when the outer signal does. */
  readonly signal: AbortSignal;
  /** The work's outcome, or the signal's reason as soon as it aborts, even if the work ignores the signal. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Call when the work is over. */
  clear(): void;
}

/** `AbortSignal.any` and `AbortSignal.timeout` would do the same but hold on to memory until the outer signal dies. */
export function deadline(ms: number, outer: AbortSignal, reason: () => Error): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const follow = () => controller.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => controller.abort(reason()), ms);
  let reject: (reason: unknown) => void = () => {};
  const aborted = new Promise<never>((_, no) => {
    reject = no;
  });
  aborted.catch(() => {});
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return {
    signal,
    race: (work) => Promise.race([work, aborted]),
    clear() {
      clearTimeout(timer);
      outer.removeEventListener('abort', follow);
    },
  };
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
export async function within<T>(
  ms: number,
  work: (signal: AbortSignal) => T | Promise<T>,
  outer: AbortSignal = new AbortController().signal,
): Promise<T> {
  const limit = deadline(ms, outer, () => new Error(`took longer than ${ms} ms`));
  try {
    return await limit.race(Promise.resolve(work(limit.signal)));
  } finally {
    limit.clear();
  }
}
