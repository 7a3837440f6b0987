import { LRUCache } from 'lru-cache';
import type { Counted, RateCounter } from './rate.js';

/** Of each kind: whoever comes from more addresses than this is counted too low, and fills no memory. */
const maxKeys = 20_000;

interface Window {
  count: number;
  /** On this process's clock, in ms. */
  endsAt: number;
}

/** Counts for this process alone. Kinds have room of their own: many addresses make nobody forget what a person wrote. */
export class InProcessRates implements RateCounter {
  readonly #kinds = new Map<string, LRUCache<string, Window>>();

  async count(kind: string, key: string, windowSeconds: number, amount = 1): Promise<Counted> {
    const windows = this.#windowsOf(kind);
    const name = `${windowSeconds}:${key}`;
    const now = performance.now();
    let window = windows.get(name);
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + windowSeconds * 1000 };
      windows.set(name, window);
    }
    window.count += amount;
    return { count: window.count, leftMs: window.endsAt - now };
  }

  #windowsOf(kind: string): LRUCache<string, Window> {
    const known = this.#kinds.get(kind);
    if (known) return known;
    const made = new LRUCache<string, Window>({ max: maxKeys });
    this.#kinds.set(kind, made);
    return made;
  }
}
