import { z } from 'zod';
import { agentUnknown } from '../core/character.js';
import { FatalError } from '../errors.js';
import type { Undelivered } from '../store/outbox.js';
import { each } from '../store/paging.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { seenPage } from './seen.js';
import { failure, id, instant, page, texts } from './shapes.js';

const noDelivery = {
  message: 'No such reply waits or was given up. deliveries.list names them.',
  field: 'deliveryId',
};
const OneDelivery = z.strictObject({ deliveryId: id });

export const listDeliveries = defineOperation({
  name: 'deliveries.list',
  about:
    'replies that are not with their platform: given up (`dead`), or still `waiting`; without their text',
  permission: 'deliveries.read',
  reads: true,
  input: z.strictObject({
    state: z.enum(['dead', 'waiting']).default('dead'),
    agentId: id.optional(),
    ...page,
  }),
  output: z.object({
    deliveries: z.array(
      z.object({
        ...texts('id', 'agentId', 'roomId', 'turnId', 'connector', 'tenant', 'channel'),
        attempts: z.number(),
        error: failure,
        createdAt: instant,
        /** Of the first failed try. */
        failingSince: instant.nullable(),
        /** When it is tried again; null: soon, or never. */
        nextTryAt: instant.nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  concerns: ({ agentId }) => ({ agentId }),
  partly: true,
  async run({ limit, cursor, ...of }, sight) {
    const { items, nextCursor } = await seenPage(
      sight,
      { limit, cursor },
      (page) => sight.store.outbox.list({ ...of, ...page }),
      whereOf,
    );
    const waits = of.state === 'waiting';
    const deliveries = items.map(({ to, failing, ...delivery }) => ({
      ...{ ...delivery, ...to, failingSince: failing?.since ?? null },
      nextTryAt: (waits && failing?.nextAt) || null,
    }));
    return { deliveries, nextCursor };
  },
});

export const sendAgain = defineOperation({
  name: 'deliveries.sendAgain',
  about: 'send a given-up reply again; parts of it that had arrived may arrive twice',
  permission: 'deliveries.change',
  input: OneDelivery,
  output: z.object({ deliveryId: z.string() }),
  concerns,
  unknown: noDelivery,
  audit: (input) => input,
  async run({ deliveryId }, { store, deliveryQueue }) {
    const found = await find(deliveryId, store);
    if (!found || !(await store.outbox.retry(deliveryId)))
      throw noSuch('No such reply was given up. deliveries.list names them.');
    await deliveryQueue.schedule(found.roomId);
    return { deliveryId };
  },
});

export const sendAllAgain = defineOperation({
  name: 'deliveries.sendAllAgain',
  about:
    'send all given-up replies of an agent again, in their order; parts that had arrived may arrive twice',
  permission: 'deliveries.changeAll',
  input: z.strictObject({ agentId: id }),
  output: z.object({ deliveries: z.number() }),
  concerns: ({ agentId }) => ({ agentId }),
  unknown: { of: ({ agentId }) => agentUnknown(agentId) },
  audit: (input) => input,
  async run({ agentId }, { store, deliveryQueue }) {
    const rooms = new Set<string>();
    const found: string[] = [];
    // Read to the end first: what is sent again leaves the list.
    for await (const { id, roomId } of each((page) =>
      store.outbox.list({ ...page, state: 'dead', agentId }),
    )) {
      found.push(id);
      rooms.add(roomId);
    }
    let deliveries = 0;
    for (const id of found) if (await store.outbox.retry(id)) deliveries += 1;
    for (const roomId of rooms) await deliveryQueue.schedule(roomId);
    return { deliveries };
  },
});

export const dropDelivery = defineOperation({
  name: 'deliveries.drop',
  about: 'never send a reply; it stays in history',
  permission: 'deliveries.change',
  input: OneDelivery,
  output: z.object({ deliveryId: z.string() }),
  concerns,
  unknown: noDelivery,
  audit: (input) => input,
  async run({ deliveryId }, { store }) {
    if (!(await store.outbox.drop(deliveryId))) throw noSuch(noDelivery.message);
    return { deliveryId };
  },
});

async function concerns({ deliveryId }: z.output<typeof OneDelivery>, parts: OperationParts) {
  const found = await find(deliveryId, parts.store);
  return found ? { ...(await placeOfRoom(found.roomId, parts)), ...whereOf(found) } : {};
}

function whereOf({ agentId, roomId, to: { connector, tenant, channel } }: Undelivered) {
  return { agentId, roomId, connector, tenant, channel };
}

async function find(deliveryId: string, { outbox }: OperationParts['store']): Promise<Undelivered | null> {
  for (const state of ['dead', 'waiting'] as const)
    for await (const item of each((page) => outbox.list({ ...page, state })))
      if (item.id === deliveryId) return item;
  return null;
}

function noSuch(message: string): FatalError {
  return new FatalError('not_found', message, { field: 'deliveryId' });
}
