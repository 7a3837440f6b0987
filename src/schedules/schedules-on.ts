/** Schedules, put together on one store. */

import { isTokenId } from '../access/issued-token.js';
import type { TokenHolder } from '../access/principal.js';
import type { Requesters } from '../access/requester.js';
import type { Role } from '../access/role.js';
import type { Tokens } from '../access/tokens.js';
import type { Checks } from '../checks/checks.js';
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { ShareOf } from '../core/share.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Store } from '../store/store.js';
import { sayUnasked } from '../store/unasked.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import { DueSchedules } from './due.js';
import { Runs } from './runs.js';
import { scheduleRecord } from './schedule.js';
import { type Made, Schedules } from './schedules.js';

export interface SchedulesOnParts {
  store: Store;
  requesters: Pick<Requesters, 'of'>;
  tokens: Pick<Tokens, 'list'>;
  checks: Pick<Checks, 'on'>;
  /** Undefined: it does not run, now. */
  agent(id: string): Agent | undefined;
  turnQueue: RoomQueue;
  shareOf: ShareOf;
  heldRooms: Pick<HeldRooms, 'of' | 'onChange'>;
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
  const { store, agent, requesters, tokens, checks, turnQueue, deliveryQueue, shareOf, now, log } = parts;
  const records = scheduleRecord.in(store.records, log);
  const running = (agentId: string): Agent => {
    const found = agent(agentId);
    if (!found) throw new FatalError('agent_unknown', `The agent "${agentId}" does not run now.`);
    return found;
  };
  const roleOf = async (made: Made): Promise<Role> => {
    const { token } = made.asker ?? {};
    if (token && !(await isKnown(token))) return 'guest';
    return (await requesters.of(made, running(made.agentId))).role;
  };
  /** Of those that were issued here; a hub's own one may have been made anew. */
  const isKnown = async ({ id, name }: Pick<TokenHolder, 'id' | 'name'>) => {
    if (id === undefined || !isTokenId(id)) return true;
    const known = (await tokens.list()).find((one) => one.id === id || (one.bootstrap && one.name === name));
    return known !== undefined && (known.expiresAt ?? Number.POSITIVE_INFINITY) > now();
  };
  const left = (work: Promise<void>, roomId: string) =>
    work.catch((err) => log.warn({ err, roomId }, 'not scheduled yet; the next sweep finds it'));
  const runs = new Runs({
    memories: store.memories,
    // Groups of a platform are asked for anew.
    roleOf: (made) => roleOf({ ...made, asker: made.asker?.token && { token: made.asker.token } }),
    async say({ agentId, roomId, scope, source, taint, ...schedule }, words, once) {
      // What was asked for in a turn that had read things from outside vouches for no link.
      const vouched = () => (taint ? [] : [schedule.text]);
      const text = checks.on(running(agentId), { turnId: once, taint: taint ?? [] }, vouched).words(words);
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
    rests: async ({ roomId }) => (await parts.heldRooms.of(roomId)) !== null,
  });
  const schedules = new Schedules({
    records,
    roleOf,
    changed: () => void due.look(),
    now,
  });
  return { schedules, due };
}
