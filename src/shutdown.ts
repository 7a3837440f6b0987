import type { Logger } from './logger.js';

/** One after the other, whatever one of them throws: what comes last closes the store. */
export async function shutDown(log: Logger, steps: Record<string, () => unknown>): Promise<void> {
  for (const [what, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (err) {
      log.error({ err, what }, 'not everything has stopped cleanly; the rest goes on stopping');
    }
  }
}
