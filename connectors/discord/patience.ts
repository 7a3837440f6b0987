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
      await paused(pause, signal);
    }
  }
}

/** Resolves early when the signal says so. */
function paused(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
