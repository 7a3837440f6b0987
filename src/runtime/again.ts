import type { Receipt } from '../connector/connector.js';
import type { Rooms } from '../core/room.js';
import type { ShareOf } from '../core/share.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import { runAgain } from '../store/run-again.js';
import type { Store } from '../store/store.js';
import { outcomeOf } from './outcome.js';

interface AgainParts {
  store: Store;
  rooms: Rooms;
  turnQueue: RoomQueue;
  shareOf: ShareOf;
  log: Logger;
}

/**
 * A message came again from somebody who waits for its answer. Where its turn has failed, it waits for another one.
 * Not for what a platform redelivers: nobody asked there.
 */
export async function again(
  { store, rooms, turnQueue, shareOf, log }: AgainParts,
  receipt: Receipt,
): Promise<Receipt> {
  const { memory } = receipt;
  const outcome = memory.status === 'pending' ? null : await outcomeOf(store, memory.id);
  // Of one that ends the process each time, an operator decides: a program may send it again for ever.
  const may = outcome?.error && outcome.error.code !== 'turn_crashed';
  const roomId = may ? await runAgain({ turns: store.turns, rooms }, outcome.turnId) : null;
  if (roomId === null) return receipt;
  await turnQueue
    .schedule(roomId, { share: shareOf(memory) })
    .catch((err) => log.warn({ err, roomId }, 'a failed turn runs again, but is not scheduled yet'));
  return { ...receipt, memory: { ...memory, status: 'pending', turnId: null } };
}
