import type { EventBus } from './bus/bus.js';
import type { Leases } from './lease/lease.js';
import type { Maintenance } from './maintenance/maintenance.js';
import type { RoomQueue } from './queue/queue.js';
import type { RateCounter } from './rate/rate.js';
import type { Store } from './store/store.js';

/** What a hub runs on. */
export interface Engines {
  store: Store;
  bus: EventBus;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  leases: Leases;
  rates: RateCounter;
  maintenance: Maintenance;
  /** Ends what is left once queues, maintenance and bus are closed. */
  close(): Promise<void>;
}
