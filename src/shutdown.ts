import { within } from './core/deadline.js';
import type { Logger } from './logger.js';

/** How long past its time a step is waited for that should have ended by itself, in ms. */
const graceMs = 1500;

/**
 * One after the other, whatever one of them throws or however long it hangs: what comes last closes the store.
 * @param left how long the step that begins may take, in ms.
 */
export async function shutDown(
  log: Logger,
  left: () => number,
  steps: Record<string, () => unknown>,
): Promise<void> {
  const failed: string[] = [];
  for (const [what, step] of Object.entries(steps)) {
    try {
      await within(left() + graceMs, step);
    } catch (err) {
      failed.push(what);
      log.error({ err, what }, 'not everything has stopped cleanly; the rest goes on stopping');
    }
  }
  if (failed.length > 0) log.error({ failed }, 'everything has stopped or was given up');
}
