import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../../src/extension-api.js';

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Runs a job again and again, with growing pauses, until it succeeds.
 * Rejects when it cannot ever (`FatalError`), or when `signal` ends it.
 */
export async function untilDone(
  job: () => Promise<void>,
  signal: AbortSignal,
  waiting: (error: unknown, pauseMs: number) => void,
): Promise<void> {
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    signal.throwIfAborted();
    try {
      return await job();
    } catch (error) {
      if (error instanceof FatalError) throw error;
      signal.throwIfAborted();
      waiting(error, pause);
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}
