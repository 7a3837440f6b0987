/** Schedules, put together on one store. */
import type { Requesters } from '../access/requester.js';
import type { Role } from '../access/role.js';
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { ShareOf } from '../core/share.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Store } from '../store/store.js';
import { sayUnasked } from '../store/unasked.js';
import { DueSchedules } from './due.js';
import { Runs } from './runs.js';
import { scheduleRecord } from './schedule.js';
import { type Made, Schedules } from './schedules.js';

export interface SchedulesOnParts {
  store: Store;
  requesters: Pick<Requesters, 'of'>;
  /** Undefined: it does not run, now. */
  agent(id: string): Agent | undefined;
  turnQueue: RoomQueue;
  shareOf: ShareOf;
  deliveryQueue: RoomQueue;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface SchedulesOn {
  schedules: Schedules;
  due: DueSchedules;
}

export function schedulesOn(parts: SchedulesOnParts): SchedulesOn {
  const { store, agent, requesters, turnQueue, deliveryQueue, shareOf, now, log } = parts;
  const records = scheduleRecord.in(store.records, log);
  const roleOf = async (made: Made): Promise<Role | null> => {
    const running = agent(made.agentId);
    return running ? (await requesters.of(made, running)).role : null;
  };
  const left = (work: Promise<void>, roomId: string) =>
    work.catch((err) => log.warn({ err, roomId }, 'not scheduled yet; the next sweep finds it'));
  const runs = new Runs({
    memories: store.memories,
    // Groups of a platform are asked for anew.
    roleOf: (made) => roleOf({ ...made, asker: made.asker?.token && { token: made.asker.token } }),
    async say({ agentId, roomId, scope, source, taint }, text, once) {
      const room = { agentId, roomId, scope, source };
      await sayUnasked(store.turns, room, { text, once, ...(taint && { taint }) }, now());
      await left(deliveryQueue.schedule(roomId), roomId);
    },
    async schedule(trigger: Memory) {
      await left(turnQueue.schedule(trigger.roomId, { share: shareOf(trigger) }), trigger.roomId);
    },
  });
  const due: DueSchedules = new DueSchedules({
    ...{ records, now, log },
    run: (...what) => runs.run(...what),
    tellMissed: (...what) => runs.tellMissed(...what),
  });
  const schedules = new Schedules({
    records,
    roleOf: async (made) => (await roleOf(made)) ?? 'guest',
    changed: () => void due.look(),
    now,
  });
  return { schedules, due };
}
