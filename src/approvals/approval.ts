/**
 * Approval: a call that somebody is asked for, from the asking to the end.
 *
 * - **Open**: it can be decided. **Approved**, **denied**, **expired**, **stopped** (the turn was called off): settled.
 * - **Vote**: one person's approval. A call may need several; one denial settles it.
 * - **Digest**: what it holds for. A call that differs from it in one byte is another one.
 * - **Finished**: its turn goes on, or has nothing to go on with, and its cards say how it ended.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Resource, roles } from '../access/role.js';
import { type Memory, Source } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import type { TurnStep } from '../core/turn.js';
import { defineRecord } from '../store/record.js';
import type { AskTerms } from '../tools/policy/terms.js';

export const approvalStates = ['open', 'approved', 'denied', 'expired', 'stopped'] as const;
export type ApprovalState = (typeof approvalStates)[number];

const Account = z.looseObject({ connector: z.string(), tenant: z.string(), userId: z.string() });

/** Somebody who decides. */
export const Voter = z.looseObject({
  /** As the audit log names them: `person alice`. */
  name: z.string(),
  /** Absent: a token that is nobody's, or the hub itself. */
  account: Account.optional(),
  /** The token that they came by, by its id. */
  token: z.string().optional(),
  /** The token speaks for whomever its caller names, so it is who decides. */
  bearer: z.literal(true).optional(),
  /** Groups of the platform by which they had their role. */
  groups: z.array(z.string()).optional(),
});
export type Voter = z.infer<typeof Voter>;

const Vote = z.looseObject({
  ...Voter.shape,
  at: z.number(),
  /** All of whom it was, then; absent: one alone. Unlinked since, they are one person still. */
  accounts: z.array(Account).optional(),
});

/** Where a card is, or is to be. */
const Card = z.looseObject({
  /** `operators`: whoever has the role there decides, too. */
  room: z.enum(['asked', 'operators']),
  source: Source,
  direct: z.boolean(),
  /** Names it; absent: it was not sent. */
  turnId: z.string().optional(),
  /** What of the approval it shows, as `lookOf` says it. */
  shows: z.string().optional(),
});
export type Card = z.infer<typeof Card>;

const Approval = z.looseObject({
  id: z.string(),
  agentId: z.string(),
  roomId: z.string(),
  /** The turn that waits. */
  turnId: z.string(),
  step: z.number(),
  callId: z.string(),
  /** Ids of the messages that the turn answers. */
  asked: z.array(z.string()),
  /** The tool's key, and what models call it. */
  tool: z.string(),
  name: z.string(),
  /** Canonical JSON text; null: forgotten. */
  arguments: z.string().nullable(),
  digest: z.string(),
  /** Parts of the digest, to say what differs. */
  parts: z.looseObject({ tool: z.string(), arguments: z.string(), bound: z.string().optional() }),
  requester: z.looseObject({
    id: z.string(),
    name: z.string().optional(),
    /** The token by which they asked. */
    token: z.string().optional(),
    /** All of theirs, then; absent: the one alone. Unlinked since, they are theirs still. */
    accounts: z.array(Account).optional(),
  }),
  /** Where it was asked for. */
  source: Source,
  direct: z.boolean(),
  /** The rule that asks. */
  rule: z.string(),
  reason: z.string().optional(),
  taint: z.array(Origin).optional(),
  terms: z.looseObject({
    role: z.enum(roles),
    people: z.number(),
    fourEyes: z.boolean(),
    where: z.enum(['room', 'operators', 'both']),
  }),
  /** Rows of the audit log: of the asking, and of the end. */
  rows: z.looseObject({ asked: z.string(), settled: z.string().optional() }),
  state: z.enum(approvalStates),
  votes: z.array(Vote),
  cards: z.array(Card),
  /** Unix ms, as all that follow. */
  askedAt: z.number(),
  expiresAt: z.number(),
  settledAt: z.number().optional(),
  /** Who has settled it, as the audit log names them; absent: the time, or a `/stop`. */
  by: z.string().optional(),
  /** What whoever denied it had to say. */
  note: z.string().optional(),
  finished: z.literal(true).optional(),
  /** When somebody is to look at it again; absent: when it expires. */
  lookAt: z.number().optional(),
});
export type Approval = z.infer<typeof Approval>;

export const approvalRecord = defineRecord({
  kind: 'approval',
  schema: Approval,
  group: ({ roomId }) => roomId,
  due: ({ lookAt, expiresAt }) => lookAt ?? expiresAt,
});

/** A call that is asked for. */
export interface AskedCall {
  turnId: string;
  step: number;
  callId: string;
  agentId: string;
  /** The newest of what the turn answers, its author being whose call it is. */
  message: Memory;
  /** Ids of all that it answers. */
  asked: readonly string[];
  tool: { key: string; name: string; digest: string };
  /** As the model wrote them. */
  arguments: string;
  /** What else it holds for, such as the digest of a file that the call names. */
  bound?: string;
  terms: AskTerms;
  rule: string;
  reason?: string;
  taint?: readonly Origin[];
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const idChars = 10;

/** Short enough to be typed; the same for the same call of the same turn. */
export function approvalId({ turnId, step, callId }: Pick<AskedCall, 'turnId' | 'step' | 'callId'>): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([turnId, step, callId]))
    .digest();
  const chars = Array.from({ length: idChars }, (_, at) => alphabet[bytes[at]! % alphabet.length]);
  return `ap_${chars.join('')}`;
}

/** As somebody typed it; null: it is none. */
export function readApprovalId(typed: string): string | null {
  const id = typed.trim().toLowerCase();
  return /^ap_[a-z2-7]{10}$/.test(id) ? id : null;
}

/** Approvals of the calls that wait. */
export function awaitedIn(steps: readonly TurnStep[]): string[] {
  const actions = steps.flatMap((step) => step.actions);
  return actions.flatMap(({ state, approval }) => (state === 'awaiting' && approval ? [approval] : []));
}

/** What it concerns: whoever may decide has their role for that. */
export function placeAsked({ agentId, roomId, source, direct, requester }: Approval): Resource {
  const { connector, tenant, channel } = source;
  return { agentId, roomId, connector, tenant, channel, ...(direct && { userId: requester.id }) };
}

/** All places in one of which a role counts: where it was asked for, and the operators' room that has a card. */
export function placesOf(approval: Approval): Resource[] {
  const { agentId, cards } = approval;
  const operators = cards.filter(({ room }) => room === 'operators').map(({ source }) => source);
  return [
    placeAsked(approval),
    ...operators.map(({ connector, tenant, channel }) => ({ agentId, connector, tenant, channel })),
  ];
}

/** Changes whenever a card has to. */
export function lookOf({ state, votes, arguments: known }: Approval): string {
  const look = state === 'open' ? `open-${votes.length}` : state;
  return known === null ? `${look}-forgotten` : look;
}
