/** Tasks, put together. */
import type { Approvals } from '../approvals/approvals.js';
import type { EventBus } from '../bus/bus.js';
import type { Agent } from '../core/character.js';
import { stopTopic } from '../core/events.js';
import { type Author, isDirect, roomIdOf, type Source } from '../core/memory.js';
import type { ShareOf } from '../core/share.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Store } from '../store/store.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import type { TaskLimits } from './starting.js';
import { taskRecord } from './task.js';
import { Tasks } from './tasks.js';
import { Tending } from './tending.js';

/** What tells people, as notices of the hub are told. */
interface Teller {
  tell(
    to: { agentId: string; source: Source; direct: boolean; author: Author },
    notice: { text: string },
    once: string,
    place: { replaces?: string },
  ): Promise<{ turnId: string }>;
}

interface Parts {
  store: Store;
  bus: EventBus;
  turnQueue: RoomQueue;
  shareOf: ShareOf;
  notices: Teller;
  approvals: Pick<Approvals, 'stopped'>;
  heldRooms: Pick<HeldRooms, 'of'>;
  /** Undefined: it does not run, now. */
  agent(id: string): Agent | undefined;
  limits: TaskLimits;
  /** Of agents that say nothing of it. */
  retentionDays: number | undefined;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

const dayMs = 86_400_000;
/** The longest that one is kept once it is over. */
const mostDays = 90;

export function tasksOn(parts: Parts): Tasks {
  const { store, bus, turnQueue, shareOf, notices, approvals, heldRooms, agent, limits, now, log } = parts;
  const records = taskRecord.in(store.records, log);
  const tending = new Tending({
    ...{ records, memories: store.memories, turns: store.turns, now, log },
    async show({ agentId, source, scope, author }, text, once, replaces) {
      // A program is sent answers alone.
      if (source.answersOnly) return '';
      // People answer there: how far it is, is shown with the next step.
      if (await heldRooms.of(roomIdOf(agentId, source))) return '';
      const to = { agentId, source, author, direct: isDirect(scope) ?? false };
      return (await notices.tell(to, { text }, once, replaces ? { replaces } : {})).turnId;
    },
    async schedule(trigger) {
      await turnQueue
        .schedule(trigger.roomId, { share: shareOf(trigger) })
        .catch((err) =>
          log.warn({ err, roomId: trigger.roomId }, 'not scheduled yet; the next sweep finds it'),
        );
    },
    keptMs(id) {
      const days = agent(id)?.character.memory.retentionDays ?? parts.retentionDays ?? mostDays;
      return Math.min(mostDays, days) * dayMs;
    },
  });
  return new Tasks({
    ...{ records, memories: store.memories, tending, limits, now },
    async endTurn(turnId, roomId, stopped) {
      const turn = await store.turns.get(turnId);
      if (turn && (await store.turns.stopWaiting(turnId))) await approvals.stopped(turn);
      if (stopped) bus.publish(stopTopic, { type: 'turn.stop', turnId, roomId });
    },
  });
}
