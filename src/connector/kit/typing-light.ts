import { atMost } from '../../core/deadline.js';
import { RetryableError } from '../../errors.js';
import type { LiveSurface } from './live-message.js';

export interface TypingLightOptions {
  /** Typing is shown again after this long, in ms. */
  everyMs: number;
  /** How long a call that is under way at the end is waited for, in ms. */
  patienceMs: number;
  warn(err: unknown, message: string): void;
}

/** Whether someone is typing, in one room. What was lit is put out once, whatever became of the answer. */
export class TypingLight {
  readonly #options: TypingLightOptions;
  readonly #lit = new Set<LiveSurface>();
  #showing: Promise<void> | null = null;
  /** Of the performance clock: it need not, or must not, be shown again before. */
  #quietUntil = 0;

  constructor(options: TypingLightOptions) {
    this.#options = options;
  }

  /** Shows it there, unless it was shown a moment ago; undefined: nowhere. */
  show(surface: LiveSurface | undefined): void {
    if (this.#showing || performance.now() < this.#quietUntil) return;
    const shown = surface?.typing?.();
    if (!surface || !shown) return;
    const { everyMs, warn } = this.#options;
    this.#quietUntil = performance.now() + everyMs / 2;
    this.#lit.add(surface);
    this.#showing = shown
      .catch((err) => {
        const asked = err instanceof RetryableError ? err.retryAfterMs : undefined;
        this.#quietUntil = performance.now() + (asked ?? 5 * everyMs);
        warn(err, 'typing could not be shown');
      })
      .finally(() => {
        this.#showing = null;
      });
  }

  /** Nothing is waited for there any more. */
  async putOut(surface: LiveSurface): Promise<void> {
    if (!this.#lit.delete(surface)) return;
    const { patienceMs, warn } = this.#options;
    // Or it would be lit again by what is under way.
    await atMost(patienceMs, Promise.resolve(this.#showing));
    try {
      await surface.quiet?.();
    } catch (err) {
      warn(err, 'typing could not be ended');
    }
  }
}
