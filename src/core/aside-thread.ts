/** The thread of `aside.ts`: calls functions of one module, one call at a time. */
import { parentPort, workerData } from 'node:worker_threads';

export interface Order {
  name: string;
  args: unknown[];
}

export type Answer = { loaded: true } | { value: unknown } | { error: string };

// The hub's output is its own, and a stream with something to read would keep the process alive.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (...args: unknown[]) => {
    const written = args.at(-1);
    if (typeof written === 'function') queueMicrotask(() => written());
    return true;
  };
}

const module = (await import(workerData as string)) as Record<string, (...args: unknown[]) => unknown>;

parentPort?.on('message', async ({ name, args }: Order) => {
  try {
    answer({ value: await module[name]!(...args) });
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
});
answer({ loaded: true });

function answer(message: Answer): void {
  parentPort?.postMessage(message);
}
