import { z } from 'zod';
import { authorise } from '../access/principal.js';
import { isAtLeast, type Resource, roles } from '../access/role.js';
import {
  type Approval,
  approvalStates,
  placeAsked,
  placesOf,
  readApprovalId,
} from '../approvals/approval.js';
import { Origin } from '../core/origin.js';
import { FatalError } from '../errors.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { seenPage } from './seen.js';
import { instant, page, texts, truth } from './shapes.js';

const approvalId = z
  .string()
  .max(64)
  .meta({ pattern: '^ap_[a-z2-7]{10}$', examples: ['ap_k3x7mq2vbd'] })
  .transform((text, context) => {
    const id = readApprovalId(text);
    if (id === null)
      context.addIssue({ code: 'custom', message: 'must be the id of an approval, such as ap_k3x7mq2vbd' });
    return id ?? z.NEVER;
  });
const One = z.strictObject({ id: approvalId });
const noApproval = { message: 'There is no such approval.', field: 'id' };

const Shown = z.object({
  ...texts('id', 'agentId', 'roomId', 'turnId', 'connector', 'tenant', 'channel'),
  /** The tool's key. */
  tool: z.string(),
  /** Canonical JSON text; null: forgotten. */
  arguments: z.string().nullable(),
  /** SHA-256 over the tool as it is, the arguments, and what else the call names. */
  digest: z.string(),
  requester: z.object({ userId: z.string(), name: z.string().optional() }),
  rule: z.string(),
  reason: z.string().optional(),
  taint: z.array(Origin).optional(),
  /** Who may decide: the least role, how many people, and whether whoever asked may. */
  decides: z.object({ role: z.enum(roles), people: z.number(), fourEyes: z.boolean() }),
  state: z.enum(approvalStates),
  approvals: z.array(z.object({ by: z.string(), at: instant })),
  by: z.string().optional().describe('who settled it; absent: nobody did in time, or it was called off'),
  note: z.string().optional(),
  askedAt: instant,
  expiresAt: instant,
  settledAt: instant.optional(),
});

export const listApprovals = defineOperation({
  name: 'approvals.list',
  about: 'calls that wait for a decision, or that were decided; a page may be short although there is more',
  permission: 'approvals.read',
  reads: true,
  input: z.strictObject({
    agentId: z.string().min(1).max(512).optional(),
    state: z.enum([...approvalStates, 'all']).default('open'),
    ...page,
  }),
  output: z.object({ approvals: z.array(Shown), nextCursor: z.string().nullable() }),
  concerns: ({ agentId }) => ({ agentId }),
  partly: true,
  async run({ limit, cursor, agentId, state }, parts) {
    const { approvals, sees } = parts;
    const { items, nextCursor } = await seenPage(
      parts,
      { limit, cursor },
      async (page) => approvals.list(page),
      ({ value }) => ({ ...(placesOf(value).find(sees) ?? placeAsked(value)), roomId: value.roomId }),
      ({ value }) =>
        (state === 'all' || value.state === state) && (agentId === undefined || value.agentId === agentId),
    );
    return { approvals: items.map(({ value }) => shownOf(value)), nextCursor };
  },
});

export const showApproval = defineOperation({
  name: 'approvals.show',
  about: 'a call that is asked for: its arguments, who asked, the rule, who decides and who has',
  permission: 'approvals.read',
  reads: true,
  input: One,
  output: Shown,
  concerns: agentOf,
  partly: true,
  unknown: noApproval,
  audit: (input) => input,
  run: async ({ id }, parts) => shownOf(await seen(id, parts)),
});

export const decideApproval = defineOperation({
  name: 'approvals.decide',
  about: 'approve or deny a call that is asked for, once; who may is said by the rule that asks',
  permission: 'approvals.decide',
  input: One.extend({
    approve: truth,
    note: z.string().max(2000).optional().describe('why not: the model reads it'),
  }),
  output: z.object({
    ...texts('id', 'turnId', 'tool'),
    state: z.enum(approvalStates),
    missing: z.number().describe('so many people must approve it besides'),
    by: z.string().optional(),
    held: z.boolean().optional().describe('tools are paused: it goes on once they are not'),
  }),
  concerns: agentOf,
  partly: true,
  unknown: noApproval,
  audit: ({ id, approve }) => ({ id, approve }),
  async run({ id, approve, note }, parts) {
    const { approvals, held, principal } = parts;
    const { terms } = await seen(id, parts);
    // Who reads a card in a room learns why they may not; to a token, what it may neither read nor decide is not there.
    if (principal.kind === 'token' && isAtLeast(terms.role, 'operator'))
      await seen(id, { approvals, sees: (place) => authorise(principal, 'approvals.read', place) });
    const { kind, name } = namedIn(principal);
    const decided = await approvals.decide(id, { approve, note }, principal, `${kind} ${name}`);
    const { turnId, tool, state, by } = decided;
    const missing = await approvals.missing(decided);
    const isHeld = state !== 'open' && (await held.has(turnId));
    return { id, turnId, tool, state, missing, ...(by && { by }), ...(isHeld && { held: true }) };
  },
});

async function agentOf({ id }: { id: string }, { approvals }: OperationParts): Promise<Resource> {
  const found = await approvals.get(id);
  return found ? { agentId: found.agentId } : {};
}

/** What one may not see is not there. */
async function seen(
  id: string,
  { approvals, sees }: Pick<OperationParts, 'approvals'> & { sees(resource: Resource): boolean },
): Promise<Approval> {
  const found = await approvals.get(id);
  if (!(found ? placesOf(found) : [{}]).some(sees))
    throw new FatalError('permission_denied', noApproval.message);
  if (!found) throw new FatalError('not_found', noApproval.message, { field: noApproval.field });
  return found;
}

function shownOf({ source, requester, terms, votes, ...approval }: Approval): z.input<typeof Shown> {
  const { connector, tenant, channel } = source;
  const { role, people, fourEyes } = terms;
  const { name, id: userId } = requester;
  return {
    ...approval,
    ...{ connector, tenant, channel, requester: { userId, ...(name && { name }) } },
    decides: { role, people, fourEyes },
    approvals: votes.map((vote) => ({ by: vote.name, at: vote.at })),
  };
}
