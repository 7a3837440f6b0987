/** What a worker knows of its models, and how long it waits for them, for tests without a hub. */
import { InProcessBus } from '../../src/bus/in-process.js';
import { createLogger } from '../../src/logger.js';
import { Cooling, type CoolingParts } from '../../src/runtime/cooling.js';
import { FakeNotes } from '../../src/testing/notes.js';

export const answerLimits = { wholeMs: 5000, firstMs: 5000, idleMs: 5000 };

/** One that nobody else tells anything, unless the test gives what they share. */
export function coolingWith(parts: Partial<CoolingParts> = {}): Cooling {
  return new Cooling({
    ...{ bus: new InProcessBus(() => {}), notes: new FakeNotes(), alone: false },
    ...{ now: Date.now, log: createLogger('silent') },
    ...parts,
  });
}
