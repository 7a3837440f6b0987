import { z } from 'zod';
import { shown } from '../store/audit-chain.js';
import { type AuditLog, auditOutcomes } from '../store/audit-log.js';
import { verifyChain } from '../store/audit-verification.js';
import { unknownCursor } from '../store/paging.js';
import { defineOperation } from './operation.js';
import { id, instant, moment, page } from './shapes.js';

const text = z.string().optional();

const row = {
  id: z.string(),
  at: instant,
  principal: z.looseObject({ kind: z.string(), name: z.string() }),
  operation: z.string(),
  target: z.record(z.string(), z.unknown()),
  from: z
    .looseObject({ address: text, connector: text, roomId: text })
    .optional()
    .describe('absent: it is not known, or it was the hub'),
  outcome: z.enum(auditOutcomes),
  error: z.string().optional(),
  seq: z.number().optional().describe('its number in the chain; absent: an older hub wrote it'),
};

export const listAudit = defineOperation({
  name: 'audit.list',
  about: 'which operations were asked for, by whom, and how they ended, newest first; a page may be short',
  permission: 'audit.read',
  reads: true,
  input: z.strictObject({
    operation: id.optional(),
    principal: id.optional().describe('a name, or kind:name'),
    outcome: z.enum(auditOutcomes).optional(),
    since: moment.optional(),
    until: moment.optional(),
    ...page,
  }),
  output: z.object({ rows: z.array(z.object(row)), nextCursor: z.string().nullable() }),
  async run({ cursor: before, ...request }, { store }) {
    const { items, nextCursor } = await store.audit.list({ ...request, before });
    return { rows: items, nextCursor };
  },
});

export const exportAudit = defineOperation({
  name: 'audit.export',
  about: 'all rows of the audit log, oldest first, with their hashes; what is written meanwhile is not in it',
  permission: 'audit.read',
  reads: true,
  input: z.strictObject({ ...page, limit: z.coerce.number().int().min(1).max(1_000).default(500) }),
  output: z.object({
    // All there is in them: whoever has the export can make the hashes again.
    rows: z.array(z.looseObject({ ...row, previous: text, hash: text })),
    nextCursor: z.string().nullable(),
  }),
  async run({ limit, cursor }, { store: { audit } }) {
    const { older, after, end } = cursor === undefined ? await wholeOf(audit) : readPlace(cursor);
    if (older !== null) {
      const rows = await audit.older(older, limit);
      const rest = rows.length < limit ? null : rows.at(-1)!.id;
      return { rows: rows.map((one) => ({ ...one })), nextCursor: writePlace({ older: rest, after, end }) };
    }
    const links = (await audit.links(after, limit)).filter(({ seq }) => seq <= end);
    const rows = links.map((link) => ({ ...shown(link) }));
    const last = links.at(-1)?.seq ?? end;
    return { rows, nextCursor: last < end ? writePlace({ older, after: last, end }) : null };
  },
});

export const verifyAudit = defineOperation({
  name: 'audit.verify',
  about: 'whether every row of the audit log is there and as it was written, and which ones are not',
  permission: 'audit.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    ok: z.boolean(),
    rows: z.number().describe('of the chain, that are there'),
    head: z.object({ seq: z.number(), hash: z.string() }).nullable().describe('its last row'),
    older: z.number().describe('of older hubs, outside of the chain: nothing shows what became of them'),
    missing: z.number(),
    faults: z.array(
      z.object({
        kind: z.enum(['changed', 'missing', 'forked', 'behind']),
        from: z.number(),
        to: z.number(),
        about: z.string(),
      }),
    ),
    faultCount: z.number().describe('of all; the first hundred are in the list'),
  }),
  run: (_input, { store }) => verifyChain(store.audit),
});

/** Where an export is: first rows outside of the chain, behind this id, then those of the chain, up to its end of then. */
interface Place {
  older: string | null;
  after: number;
  end: number;
}

async function wholeOf(audit: AuditLog): Promise<Place> {
  return { older: '', after: 0, end: (await audit.last())?.seq ?? 0 };
}

function writePlace({ older, after, end }: Place): string {
  return `${end}.${older === null ? after : `older.${older}`}`;
}

function readPlace(cursor: string): Place {
  const [, end, after, older] = /^(\d{1,15})\.(?:(\d{1,15})|older\.([\w-]{1,64}))$/.exec(cursor) ?? [];
  if (end === undefined) throw unknownCursor('a page of this export');
  return { older: older ?? null, after: Number(after ?? 0), end: Number(end) };
}
