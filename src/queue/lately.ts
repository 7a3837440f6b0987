import type { Share } from '../core/share.js';

/** How long a room counts, in ms, at least; twice that at most. */
const windowMs = 30_000;
/** Rooms remembered of one window; with more, it ends early. */
const mostRooms = 20_000;

/** What came in one window. */
class Window {
  readonly shares = new Map<string, Share>();
  /** How many rooms each person has. */
  readonly rooms = new Map<string, number>();
}

/** Whose rooms this process has heard of in the last minute, and how many each person has. */
export class Lately {
  readonly #now: () => number;
  #current = new Window();
  #previous = new Window();
  #until: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#until = now() + windowMs;
  }

  shareOf(roomId: string): Share | undefined {
    return this.#current.shares.get(roomId) ?? this.#previous.shares.get(roomId);
  }

  heard(roomId: string, share: Share): void {
    const late = this.#now() - this.#until;
    if (late >= 0 || this.#current.shares.size >= mostRooms) {
      this.#previous = late >= windowMs ? new Window() : this.#current;
      this.#current = new Window();
      this.#until = this.#now() + windowMs;
    }
    const { shares, rooms } = this.#current;
    const { person } = share;
    if (shares.get(roomId)?.person !== person) rooms.set(person, (rooms.get(person) ?? 0) + 1);
    shares.set(roomId, share);
  }

  /** Which of this person's rooms a further one is, from 0. */
  roundOf({ person }: Share): number {
    return Math.max(this.#current.rooms.get(person) ?? 0, this.#previous.rooms.get(person) ?? 0, 1) - 1;
  }
}
