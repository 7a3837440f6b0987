import { z } from 'zod';
import { FatalError } from '../errors.js';
import type { Undelivered } from '../store/outbox.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant, page } from './shapes.js';

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
        id: z.string(),
        agentId: z.string(),
        roomId: z.string(),
        turnId: z.string(),
        connector: z.string(),
        tenant: z.string(),
        channel: z.string(),
        attempts: z.number(),
        error: z.object({ code: z.string(), message: z.string() }).nullable(),
        createdAt: instant,
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  concerns: ({ agentId }) => ({ agentId }),
  async run(request, { store }) {
    const { items, nextCursor } = await store.outbox.list(request);
    return { deliveries: items.map(({ to, ...delivery }) => ({ ...delivery, ...to })), nextCursor };
  },
});

export const sendAgain = defineOperation({
  name: 'deliveries.sendAgain',
  about: 'send a given-up reply again; parts of it that had arrived may arrive twice',
  permission: 'deliveries.change',
  input: OneDelivery,
  output: z.object({ deliveryId: z.string() }),
  concerns,
  audit: (input) => input,
  async run({ deliveryId }, { store, deliveryQueue }) {
    const found = await find(deliveryId, store);
    if (!found || !(await store.outbox.retry(deliveryId)))
      throw unknown('No such reply was given up. deliveries.list names them.');
    await deliveryQueue.schedule(found.roomId);
    return { deliveryId };
  },
});

export const dropDelivery = defineOperation({
  name: 'deliveries.drop',
  about: 'never send a reply; it stays in history',
  permission: 'deliveries.change',
  input: OneDelivery,
  output: z.object({ deliveryId: z.string() }),
  concerns,
  audit: (input) => input,
  async run({ deliveryId }, { store }) {
    if (!(await store.outbox.drop(deliveryId)))
      throw unknown('No such reply waits or was given up. deliveries.list names them.');
    return { deliveryId };
  },
});

async function concerns({ deliveryId }: z.output<typeof OneDelivery>, { store }: OperationParts) {
  const found = await find(deliveryId, store);
  if (!found) return {};
  const { agentId, roomId, to } = found;
  return { agentId, roomId, connector: to.connector, tenant: to.tenant };
}

async function find(deliveryId: string, { outbox }: OperationParts['store']): Promise<Undelivered | null> {
  for (const state of ['dead', 'waiting'] as const) {
    let cursor: string | undefined;
    do {
      const page = await outbox.list({ state, limit: 200, cursor });
      const found = page.items.find((item) => item.id === deliveryId);
      if (found) return found;
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
  }
  return null;
}

function unknown(message: string): FatalError {
  return new FatalError('not_found', message, { field: 'deliveryId' });
}
