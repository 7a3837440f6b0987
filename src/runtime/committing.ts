/** The end of a turn: the one write, and who is told of it. */
import { awaitedIn } from '../approvals/approval.js';
import type { Asking } from '../approvals/asking.js';
import type { TurnEvent } from '../core/events.js';
import type { Memory } from '../core/memory.js';
import type { ShareOf } from '../core/share.js';
import { outboundOf, type Turn } from '../core/turn.js';
import { whileAway } from '../core/while-away.js';
import type { Logger } from '../logger.js';
import type { RoomQueue, Run } from '../queue/queue.js';
import type { TurnStore } from '../store/turn-store.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import type { Takeovers } from '../takeover/takeovers.js';
import { withoutCeded } from './ceded.js';
import type { Work } from './work.js';

export interface CommittingParts {
  turns: TurnStore;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  shareOf: ShareOf;
  heldRooms: Pick<HeldRooms, 'of' | 'exactly'>;
  takeovers: Pick<Takeovers, 'keepDraft'>;
  asking: Pick<Asking, 'waits'>;
  publish(roomId: string, event: TurnEvent): void;
  /** Called after every commit: there may be memories to learn from. */
  committed(turn: Turn, reply: Memory | null, covered: readonly Memory[]): void;
  /** Most messages one turn covers. */
  maxMessages: number;
  now(): number;
  log: Logger;
}

export class Committing {
  readonly #parts: CommittingParts;

  constructor(parts: CommittingParts) {
    this.#parts = parts;
  }

  async commit({ roomId, hold, signal }: Run, work: Work, ended: Turn, said: Memory | null): Promise<void> {
    const { turns, turnQueue, deliveryQueue, publish, committed, maxMessages, log } = this.#parts;
    const sources = work.asked.map(({ source }) => source);
    const sent = said && outboundOf(said, ended.turnId, sources, this.#parts.now());
    const ending = { turn: ended, reply: said, outbound: sent };
    const { turn, reply, outbound } = await withoutCeded(
      ending,
      this.#parts.heldRooms,
      this.#parts.takeovers,
    );
    // An answer that was paid for is not asked for again.
    const won = await whileAway(signal, () => {
      hold();
      return turns.commit({ turn, reply, outbound });
    });
    const left = (err: unknown) => log.debug({ err, roomId }, 'left to the sweeper');
    // More may wait than this turn covered; a run for nothing is cheap.
    if (!won || work.more || work.covered.length >= maxMessages || turn.status === 'failed')
      await turnQueue.schedule(roomId, { share: work.next && this.#parts.shareOf(work.next) }).catch(left);
    if (!won) {
      log.warn(
        { turnId: turn.turnId, roomId },
        'this turn was committed by another worker; its reply is dropped here',
      );
      return;
    }
    const { turnId, covers, usage, error } = turn;
    const actions = turn.steps.flatMap((step) => step.actions);
    const told = reply && { memory: reply, actions, usage };
    publish(
      roomId,
      error
        ? { type: 'turn.failed', turnId, covers, reply: told, error }
        : { type: 'reply', turnId, covers, reply: told },
    );
    if (outbound) {
      // The reply is in the outbox: if it cannot be scheduled now, the sweeper will find it.
      await deliveryQueue
        .schedule(roomId)
        .catch((err) => log.warn({ err, roomId }, 'reply stored, not scheduled yet'));
    }
    committed(turn, reply, work.covered);
    if (turn.status === 'waiting')
      await this.#parts.asking
        .waits(awaitedIn(turn.steps))
        .catch((err) => log.warn({ err, turnId }, 'what waits is told of by the sweeper'));
  }
}
