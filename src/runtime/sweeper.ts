import type { Approvals } from '../approvals/approvals.js';
import type { Share, ShareOf } from '../core/share.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Forgetting } from '../memory/forgetting/forgetting.js';
import type { RoomQueue } from '../queue/queue.js';
import { decide } from '../store/decide.js';
import type { HeldDecisions } from '../store/held-decisions.js';
import type { MemoryStore } from '../store/memory-store.js';
import type { Outbox } from '../store/outbox.js';
import { shareIn } from '../store/share-in.js';
import type { TurnStore } from '../store/turn-store.js';
import type { Takeovers } from '../takeover/takeovers.js';
import type { Tasks } from '../tasks/tasks.js';

/** Rooms scheduled in one sweep, of each kind; the next sweep takes the rest. */
const batch = 1000;

/** So long after it was wished for, in ms. */
const soonMs = 50;

export interface SweeperParts {
  turns: TurnStore;
  memories: MemoryStore;
  outbox: Outbox;
  held: Pick<HeldDecisions, 'has' | 'release'>;
  approvals: Pick<Approvals, 'sweep' | 'goesOn'>;
  tasks: Pick<Tasks, 'sweep'>;
  forgetting: Pick<Forgetting, 'sweep'>;
  takeovers: Pick<Takeovers, 'sweep'>;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  shareOf: ShareOf;
  /** The age from which a waiting message counts as forgotten, in ms. */
  forgottenMs: number;
  now(): number;
  log: Logger;
}

const tooLate = { approve: false, expired: true } as const;

/**
 * Looks for rooms with work the queue does not know of, after a crash or when a queue was emptied, and schedules
 * them. Scheduling a room twice is harmless, so it may err on the eager side. Turns that wait for a decision are left
 * alone until their time is over.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  #soon: NodeJS.Timeout | undefined;
  /** Whose the rooms are that waited in the last sweep. */
  #shares = new Map<string, Share>();

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** Sweeps everything that waits, whatever its age, also replies that are to be tried later: their bot may be new. */
  async takeUp(): Promise<void> {
    const [found] = await Promise.all([this.#sweep(-1), this.#expire()]);
    if (found > 0) this.#parts.log.info({ rooms: found }, 'taking up what was left waiting');
  }

  /** The same, shortly; what is wished for meanwhile is one. */
  soon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.takeUp().catch((err) =>
        this.#parts.log.warn({ err }, 'what waits could not be looked for; the next sweep finds it'),
      );
    }, soonMs);
  }

  stop(): void {
    clearTimeout(this.#soon);
  }

  /** One sweep. */
  async sweep(): Promise<void> {
    const { forgottenMs, now } = this.#parts;
    await Promise.all([this.#sweep(forgottenMs, now()), this.#expire()]);
  }

  /** What was approved while tools were paused goes on; whose time to be decided is over goes on without. */
  async #expire(): Promise<void> {
    const { turns, held, approvals, tasks, forgetting, takeovers, turnQueue, now, log } = this.#parts;
    await takeovers.sweep();
    await forgetting.sweep();
    await approvals.sweep();
    await tasks.sweep();
    for (const room of await held.release()) await turnQueue.schedule(room, await shareIn(this.#parts, room));
    for (const turnId of await turns.expired(now(), batch)) {
      // Somebody has approved it in time.
      if (await held.has(turnId)) continue;
      const turn = await turns.get(turnId);
      if (turn && (await approvals.goesOn(turn))) continue;
      try {
        const roomId = await decide(this.#parts, turnId, tooLate);
        await turnQueue.schedule(roomId, await shareIn(this.#parts, roomId));
      } catch (err) {
        // Somebody was faster, or has forgotten it.
        if (!(err instanceof FatalError)) throw err;
        log.debug({ err, turnId }, 'nothing is left to expire');
      }
    }
  }

  /**
   * Schedules rooms whose work has waited longer than `age` (ms); returns how many.
   * @param dueBy without replies that are to be tried later than this, Unix ms.
   */
  async #sweep(age: number, dueBy?: number): Promise<number> {
    const { turns, outbox, turnQueue, deliveryQueue, now } = this.#parts;
    const [pending, undelivered] = await Promise.all([
      turns.waiting(Date.now() - age, batch),
      outbox.waiting(now() - age, batch, dueBy),
    ]);
    await this.#learn(pending);
    await Promise.all([
      ...pending.map((room) => turnQueue.schedule(room, { share: this.#shares.get(room) })),
      ...undelivered.map((room) => deliveryQueue.schedule(room)),
    ]);
    return pending.length + undelivered.length;
  }

  /** Whose rooms these are. What waits from one sweep to the next is looked up once. */
  async #learn(rooms: string[]): Promise<void> {
    const known = this.#shares;
    const heads = await this.#parts.turns.heads(rooms.filter((room) => !known.has(room)));
    this.#shares = new Map(heads.map((head) => [head.roomId, this.#parts.shareOf(head)]));
    for (const room of rooms) {
      const share = known.get(room);
      if (share) this.#shares.set(room, share);
    }
  }
}
