import type { Memory } from '../../core/memory.js';
import { type Stored, weightOf } from './row.js';

/** The newest memories of a line, exactly: nothing is missing between its oldest entry and the end of the line. */
export class Window {
  readonly #size: number;
  /** In the order of appends. */
  readonly #entries: Stored[];
  /** Whether the line has nothing older. */
  #complete: boolean;
  #weight: number;

  /** `entries` are the line's newest `size`, oldest first; fewer mean there are no more. */
  constructor(entries: Stored[], size: number) {
    this.#entries = entries;
    this.#size = size;
    this.#complete = entries.length < size;
    this.#weight = weightOfAll(entries);
  }

  /** How much it holds, in memories; long ones count for several. */
  get weight(): number {
    return this.#weight;
  }

  /** Whether it can tell the newest `limit`. */
  holds(limit: number): boolean {
    return this.#complete || this.#entries.length >= limit;
  }

  /** The newest `limit`, oldest first. */
  newest(limit: number): Memory[] {
    return this.stored(limit).map(({ memory }) => memory);
  }

  stored(limit: number): Stored[] {
    return limit > 0 ? this.#entries.slice(-limit) : [];
  }

  /** Mostly at the end, but not always: a message that had to wait joins the line where it was appended. */
  insert(stored: Stored): void {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0 && entries[at - 1]!.seq > stored.seq) at--;
    // Older than all that is held: others may lie between.
    if (at === 0 && entries.length > 0 && !this.#complete) return;
    entries.splice(at, 0, stored);
    this.#weight += weightOfAll([stored]);
    // Not at once when it is too long: every cut moves all that is left.
    if (entries.length > 1.5 * this.#size) {
      this.#weight -= weightOfAll(entries.splice(0, entries.length - this.#size));
      this.#complete = false;
    }
  }
}

export function weightOfAll(some: readonly Pick<Stored, 'memory'>[]): number {
  return some.reduce((sum, { memory }) => sum + weightOf(memory.content.text.length), 0);
}
