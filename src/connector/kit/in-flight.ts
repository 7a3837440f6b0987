import type { IncomingMessage } from 'node:http';
import { RetryableError } from '../../errors.js';
import type { HubRequest } from '../connector.js';

/** How long room is kept for a token that was refused, in ms: it was told to come back after three seconds. */
const waitingMs = 10_000;
const retryAfterMs = 3000;
/** Of so many that were refused it is known who they are. */
const maxWaiting = 1000;

/** Whose bytes they are: two tenants may have tokens of one name. */
export function tokenOwner(req: IncomingMessage): string {
  const { principal } = req as HubRequest;
  return JSON.stringify([principal?.tenant, principal?.id ?? principal?.name]);
}

/** Counts the bytes of requests that lie in memory: many at once must not fill it, and no token's keep out another's. */
export class InFlight {
  readonly #maxBytes: number;
  /** By owner. */
  readonly #held = new Map<string, number>();
  /** Who was refused, and has not come back yet, in that order. */
  readonly #waiting = new Map<string, { bytes: number; until: number }>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes room for a request. One that is alone always has room. One token may fill it all, but while another one
   * waits for room, half of it at most, and less where the other one needs more than the rest.
   * @param owner whose token it came with.
   * @returns gives the room back; to be called once it lies in memory no more, and harmless to call again.
   * @throws RetryableError `uploads_full`.
   */
  take(owner: string, bytes: number): () => void {
    const held = this.#held.get(owner) ?? 0;
    const full = this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes;
    if (full || (held > 0 && held + bytes > this.#share(owner))) {
      // A token that has its half already waits for nobody else's.
      if (held === 0 || held + bytes <= this.#maxBytes / 2) this.#wait(owner, bytes);
      throw new RetryableError(
        'uploads_full',
        'Too much is being received at once, by all or with this token; send this message again in a few seconds.',
        { retryAfterMs },
      );
    }
    this.#waiting.delete(owner);
    this.#bytes += bytes;
    this.#held.set(owner, held + bytes);
    let taken = true;
    return () => {
      if (taken) this.#giveBack(owner, bytes);
      taken = false;
    };
  }

  #wait(owner: string, bytes: number): void {
    this.#waiting.delete(owner);
    this.#waiting.set(owner, { bytes, until: performance.now() + waitingMs });
    for (const [longest, { until }] of this.#waiting) {
      if (until > performance.now() && this.#waiting.size <= maxWaiting) return;
      this.#waiting.delete(longest);
    }
  }

  /** How much of it this token may have now. */
  #share(owner: string): number {
    let share = this.#maxBytes;
    for (const [other, { bytes, until }] of this.#waiting)
      if (other !== owner && until > performance.now())
        share = Math.min(share, this.#maxBytes / 2, this.#maxBytes - bytes);
    return share;
  }

  #giveBack(owner: string, bytes: number): void {
    this.#bytes -= bytes;
    const left = this.#held.get(owner)! - bytes;
    if (left > 0) this.#held.set(owner, left);
    else this.#held.delete(owner);
  }
}
