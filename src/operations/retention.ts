import { z } from 'zod';
import { defineOperation } from './operation.js';
import { id, instant, page } from './shapes.js';

export const retentionReport = defineOperation({
  name: 'retention.report',
  about: 'what went because it was kept long enough: how much, by agent, day and rule; a page may be short',
  permission: 'retention.read',
  reads: true,
  input: z.strictObject({ agentId: id.optional(), ...page }),
  output: z.object({
    days: z.array(
      z.object({
        agentId: z.string(),
        day: z.string().describe('UTC'),
        went: z.record(z.string(), z.number()).describe('by rule: days, place, messagesPerRoom, files'),
        at: instant.describe('when something went last'),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  concerns: ({ agentId }) => (agentId === undefined ? {} : { agentId }),
  partly: true,
  async run(request, { governing, sees }) {
    const { items, nextCursor } = await governing.report.list(request);
    return { days: items.filter(({ agentId }) => sees({ agentId })), nextCursor };
  },
});
