import type { Share } from '../core/share.js';
import type { Slots } from './slots.js';

/** While nobody gets a slot, somebody new is looked for so often, in ms. */
const lookMs = 10;
/** How long one waits at most, in ms, where nobody else does: another process may have a slot for it. */
const longestMs = { first: 500, again: 50 };

interface Guest {
  share: Share;
  /** When it goes back, where nobody else waits. */
  until: number;
  /** @param isIn false: it is to go back */
  answer(isIn: boolean): void;
}

export interface DoorParts {
  slots: Slots;
  /** Of those who have a slot and those who wait, together. */
  places: number;
  /** Looks behind those who wait here: whoever may have a slot comes next then. */
  lift(): Promise<'lifted' | 'none' | 'nobody'>;
}

/**
 * Lets in whatever has come as far as this process and may have a slot. The rest waits here: a slot that gets free is
 * taken at once then. Whoever waits keeps a place that somebody new may need, and goes back for that one.
 */
export class Door {
  readonly #parts: DoorParts;
  /** In the order they came. */
  readonly #guests = new Set<Guest>();
  #timer: NodeJS.Timeout | undefined;
  /** When somebody last came, was let in, or went back. */
  #movedAt = 0;
  #shut = false;

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /**
   * True: it has a slot until `leave`. False: it is to come again later.
   * @param again it went back before, and may have come to this process once more
   */
  enter(share: Share, signal: AbortSignal, again: boolean): Promise<boolean> | boolean {
    const { slots } = this.#parts;
    if (this.#shut || signal.aborted) return false;
    if (slots.mayBegin(share)) {
      slots.begin(share);
      return true;
    }
    return new Promise((resolve) => {
      const answer = (isIn: boolean) => {
        this.#guests.delete(guest);
        signal.removeEventListener('abort', lost);
        this.#movedAt = performance.now();
        resolve(isIn);
      };
      const lost = () => answer(false);
      this.#movedAt = performance.now();
      const until = this.#movedAt + (again ? longestMs.again : longestMs.first);
      const guest: Guest = { share, until, answer };
      signal.addEventListener('abort', lost);
      this.#guests.add(guest);
      this.#timer ??= setTimeout(() => this.#look(), lookMs);
    });
  }

  leave(share: Share): void {
    const { slots } = this.#parts;
    slots.end(share);
    for (let next = this.#next(); next; next = this.#next()) {
      slots.begin(next.share);
      next.answer(true);
    }
  }

  /** Everybody goes back, and nobody comes in, until `open`. */
  shut(): void {
    this.#shut = true;
    for (const guest of this.#guests) guest.answer(false);
  }

  open(): void {
    this.#shut = false;
  }

  /** Of those who may begin, whoever has least, then who came first. */
  #next(): Guest | null {
    const { slots } = this.#parts;
    let found: Guest | null = null;
    for (const guest of this.#guests) {
      if (!slots.mayBegin(guest.share)) continue;
      if (!found || slots.runningOf(guest.share.person) < slots.runningOf(found.share.person)) found = guest;
    }
    return found;
  }

  async #look(): Promise<void> {
    const { slots, places, lift } = this.#parts;
    const isStill = performance.now() - this.#movedAt >= lookMs - 1;
    if (isStill && this.#guests.size > 0) {
      const isFull = slots.running + this.#guests.size >= places;
      // Where places are free, whoever waits elsewhere is on the way here.
      const found = isFull ? await lift().catch(() => 'none' as const) : 'nobody';
      const now = performance.now();
      if (found === 'lifted') [...this.#guests].at(-1)?.answer(false);
      else if (found === 'nobody')
        for (const guest of this.#guests) if (guest.until <= now) guest.answer(false);
    }
    this.#timer = this.#guests.size > 0 ? setTimeout(() => this.#look(), lookMs) : undefined;
  }
}
