import { z } from 'zod';
import { concerned, eventTypes } from '../governance/event.js';
import { defineOperation } from './operation.js';
import { instant, page } from './shapes.js';

const text = z.string().optional();

const ShownEvent = z.object({
  id: z.string().describe('the cursor behind it'),
  type: z.string().describe(`one of ${eventTypes.join(', ')}, or what newer hubs tell of`),
  at: instant,
  ...{ agentId: text, roomId: text, connector: text, tenant: text },
  ...{ messageId: text, turnId: text, deliveryId: text, approvalId: text },
  status: text.describe('of a turn'),
  operation: text.describe('that was carried out'),
});

export const listEvents = defineOperation({
  name: 'events.list',
  about: 'what has happened, oldest first, by ids; as a stream with `Accept: text/event-stream`',
  permission: 'events.read',
  reads: true,
  input: z.strictObject({ ...page, limit: z.coerce.number().int().min(1).max(1000).default(200) }),
  output: z.object({
    events: z.array(ShownEvent),
    cursor: z.string().describe('where to go on reading, now or later'),
    reset: z
      .boolean()
      .describe('the cursor is not known any more, or events are missing behind it: look anew'),
  }),
  partly: true,
  async run({ limit, cursor }, { events, sees }) {
    const read = await events.read(cursor, limit);
    const seen = read.events.filter(({ event }) => sees(concerned(event)));
    return { ...read, events: seen.map(({ id, event }) => ({ ...event, id })) };
  },
});
