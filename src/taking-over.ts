/** Rooms that people take over from their agents, put together. */
import type { Config } from './config.js';
import type { Rooms } from './core/room.js';
import type { ShareOf } from './core/share.js';
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import { HeldRooms } from './takeover/held-rooms.js';
import { holdRecord } from './takeover/hold.js';
import { Takeovers } from './takeover/takeovers.js';

interface Parts {
  config: Pick<Config, 'cluster'>;
  engines: Pick<Engines, 'store' | 'bus' | 'turnQueue' | 'deliveryQueue'>;
  rooms: Rooms;
  shareOf: ShareOf;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface TakingOver {
  heldRooms: HeldRooms;
  takeovers: Takeovers;
}

export function takingOverOn({ config, engines, ...parts }: Parts): TakingOver {
  const { now, log } = parts;
  const holds = holdRecord.in(engines.store.records, log);
  const heldRooms = new HeldRooms({ records: holds, bus: engines.bus, alone: !config.cluster, now, log });
  const takeovers = new Takeovers({ ...engines, ...parts, holds, held: heldRooms });
  return { heldRooms, takeovers };
}
