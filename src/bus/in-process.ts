import type { TurnEvent } from '../core/events.js';
import type { EventBus, TurnListener } from './bus.js';

/** Tells watchers in this process; what is published before `subscribe` returns is not seen. */
export class InProcessBus implements EventBus {
  readonly #listeners = new Map<string, Set<TurnListener>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  publish(topic: string, event: TurnEvent): void {
    const listeners = this.#listeners.get(topic);
    if (!listeners) return;
    // A copy: a listener may end its own subscription while it is told.
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  async subscribe(topic: string, listener: TurnListener): Promise<() => void> {
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
