import type { TurnEvent } from '../core/events.js';
import type { BusEvent, EventBus } from './bus.js';

/** Tells watchers in this process; what is published before `subscribe` returns is not seen. */
export class InProcessBus implements EventBus {
  readonly #listeners = new Map<string, Set<(event: never) => void>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  publish(topic: string, event: BusEvent): void {
    const listeners = this.#listeners.get(topic);
    if (!listeners) return;
    // A copy: a listener may end its own subscription while it is told.
    for (const listener of [...listeners]) {
      try {
        // The topic decides which events there are.
        listener(event as never);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  async subscribe<E extends BusEvent = TurnEvent>(
    topic: string,
    listener: (event: E) => void,
  ): Promise<() => void> {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
