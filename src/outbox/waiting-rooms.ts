import type { Failing } from '../store/outbox.js';
import type { Bot } from './bots.js';
import { dueAt } from './schedule.js';

/** A line that stands still in a room: the reply at its head has failed. */
export interface Held {
  bot: Bot;
  failing: Failing;
}

interface Waiting {
  held: Held[];
  at: number;
  timer: NodeJS.Timeout;
}

/** The longest that a timer of Node takes. */
const longestMs = 2 ** 31 - 1;
/** Between rooms that are tried because their bot is up again, in ms: a platform that has come back is not run over. */
const apartMs = 50;

/**
 * Rooms whose oldest reply is not due yet, each with a timer. Nothing is kept: after a crash the sweeper finds them
 * when they are due. They hold up no stop.
 */
export class WaitingRooms {
  readonly #rooms = new Map<string, Waiting>();
  readonly #of = new Map<Bot, Set<string>>();
  readonly #due: (roomId: string) => void;
  readonly #now: () => number;
  #stopped = false;

  /** @param due called when a room may be tried. */
  constructor(due: (roomId: string) => void, now: () => number) {
    this.#due = due;
    this.#now = now;
  }

  wait(roomId: string, held: Held[]): void {
    this.end(roomId);
    if (this.#stopped || held.length === 0) return;
    const at = Math.min(...held.map(({ failing, bot }) => dueAt(failing, bot)));
    this.#rooms.set(roomId, { held, at, timer: this.#timer(roomId, at) });
    for (const { bot } of held) this.#of.set(bot, (this.#of.get(bot) ?? new Set()).add(roomId));
  }

  end(roomId: string): void {
    const waiting = this.#rooms.get(roomId);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#rooms.delete(roomId);
    for (const { bot } of waiting.held) {
      const rooms = this.#of.get(bot);
      rooms?.delete(roomId);
      if (rooms?.size === 0) this.#of.delete(bot);
    }
  }

  /** The bot has taken a reply: what waits for it need not wait as long as was planned. */
  soon(bot: Bot): void {
    let woken = 0;
    for (const roomId of this.#of.get(bot) ?? []) {
      const waiting = this.#rooms.get(roomId)!;
      const at = Math.min(...waiting.held.map(({ failing, bot }) => dueAt(failing, bot)));
      if (at >= waiting.at) continue;
      clearTimeout(waiting.timer);
      waiting.at = at;
      waiting.timer = this.#timer(roomId, Math.max(at, this.#now() + woken * apartMs));
      woken += 1;
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const roomId of [...this.#rooms.keys()]) this.end(roomId);
  }

  #timer(roomId: string, at: number): NodeJS.Timeout {
    const ms = Math.min(Math.max(0, at - this.#now()), longestMs);
    return setTimeout(() => this.#due(roomId), ms).unref();
  }
}
