import { z } from 'zod';
import { defineOperation } from './operation.js';
import { id, instant, page } from './shapes.js';

export const listAudit = defineOperation({
  name: 'audit.list',
  about: 'which operations were asked for, by whom, and how they ended, newest first',
  permission: 'audit.read',
  reads: true,
  input: z.strictObject({ operation: id.optional(), ...page }),
  output: z.object({
    rows: z.array(
      z.object({
        id: z.string(),
        at: instant,
        principal: z.looseObject({ kind: z.string(), name: z.string() }),
        operation: z.string(),
        target: z.record(z.string(), z.unknown()),
        outcome: z.enum(['done', 'denied', 'failed']),
        error: z.string().optional(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  async run({ limit, cursor: before, operation }, { store }) {
    const { items, nextCursor } = await store.audit.list({ limit, before, operation });
    return { rows: items, nextCursor };
  },
});
