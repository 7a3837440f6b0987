import type { TurnStep } from '../core/turn.js';

/** Writes down how a step stands, one write at a time, so that none that is late stands in the place of a newer one. */
export class StepRecord {
  readonly #write: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(write: () => Promise<void>) {
    this.#write = write;
  }

  /** What stands when it is called is durable when it resolves. Calls that come together share one write. */
  write(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#running = this.#write();
        return this.#running;
      });
    return this.#next;
  }
}

/** Keys of the tools whose calls have begun. */
export function begunIn(steps: readonly TurnStep[]): string[] {
  const actions = steps.flatMap((step) => step.actions);
  return actions.flatMap(({ startedAt, tool, name }) => (startedAt > 0 ? [tool ?? name] : []));
}
