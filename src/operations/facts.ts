import { z } from 'zod';
import type { Account } from '../access/account.js';
import type { Principal } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import { Author, type Memory } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import { FatalError } from '../errors.js';
import { blockOf, holds, isDenied, isOf } from '../memory/facts/known.js';
import { whoseIs as ownerOf } from '../memory/forgetting/whose.js';
import { scopesOf } from '../memory/scopes.js';
import { all } from '../store/paging.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant, page, texts } from './shapes.js';

const noFact = { message: 'There is no such fact.', field: 'id' };

const Listing = z
  .strictObject({
    agentId: id,
    /** One conversation; absent: every one that the person has facts in. */
    roomId: id.optional(),
    connector: id.optional(),
    tenant: id.default('default'),
    userId: id.optional(),
    state: z.enum(['now', 'past', 'all']).default('now'),
    ...page,
  })
  .refine(({ roomId, userId }) => roomId !== undefined || userId !== undefined, 'roomId: or userId is needed')
  .refine(
    ({ userId, connector }) => userId === undefined || connector !== undefined,
    'userId: needs its connector',
  );
type Listing = z.output<typeof Listing>;

const Shown = z.object({
  ...texts('id', 'agentId', 'roomId', 'connector', 'tenant', 'channel', 'text'),
  /** Whose it is. */
  owner: Author,
  /** `past`: it held once. `denied`: its owner has said that it never was so. */
  state: z.enum(['now', 'past', 'denied']),
  how: z.enum(['asked', 'found', 'corrected']),
  confidence: z.number(),
  /** How often it was said. */
  said: z.number(),
  /** The messages that say it. */
  from: z.array(z.string()),
  at: instant,
  since: instant.optional(),
  until: instant.optional(),
  /** Facts that say otherwise, where nobody knows which one holds. */
  disputes: z.array(z.string()).optional(),
  taint: z.array(Origin).optional(),
});

export const listFacts = defineOperation({
  name: 'facts.list',
  about: 'what an agent knows of a person, or of those who talk in a room, oldest first',
  permission: 'facts.read',
  reads: true,
  input: Listing,
  example: { agentId: 'assistant', connector: 'http', userId: 'alice' },
  output: z.object({ facts: z.array(Shown), nextCursor: z.string().nullable() }),
  // Of a room it is what everybody there has said of themselves, and so nobody's own.
  concerns: ({ agentId, roomId, connector, tenant, userId = '' }) => ({
    ...{ agentId, roomId, userId },
    ...(connector !== undefined && { connector, tenant }),
  }),
  partly: true,
  audit: ({ agentId, roomId, userId }) => ({ agentId, roomId, userId }),
  async run(wanted, parts) {
    const { state, limit, cursor = '' } = wanted;
    const every = await factsOf(wanted, parts);
    const standing = new Set(every.filter((fact) => stateOf(fact) === 'now').map(({ id }) => id));
    const found = every
      .filter((fact) => isOneself(wanted, parts.principal) || parts.sees(placeOf(fact)))
      .map((fact) => ({ fact, state: stateOf(fact) }))
      .filter((one) => state === 'all' || one.state === state)
      .sort((a, b) => (a.fact.id < b.fact.id ? -1 : 1))
      .filter(({ fact }) => fact.id > cursor);
    const facts = found.slice(0, limit);
    const nextCursor = found.length > limit ? facts.at(-1)!.fact.id : null;
    return { facts: facts.map(({ fact, state }) => shownOf(fact, state, standing)), nextCursor };
  },
});

export const correctFact = defineOperation({
  name: 'facts.correct',
  about: 'say what is right: the fact never was so, and another one holds',
  permission: 'facts.change',
  input: z.strictObject({ id, text: z.string().trim().min(1).max(1000) }),
  output: Shown,
  concerns: concernsOne,
  unknown: noFact,
  audit: ({ id }) => ({ id }),
  async run({ id, text }, { facts, now }) {
    const corrected = await facts.keeper.correct(id, text, now());
    return shownOf(corrected, stateOf(corrected));
  },
});

export const removeFact = defineOperation({
  name: 'facts.remove',
  about: 'forget a fact, with the messages that say it and what was made of them',
  permission: 'facts.change',
  input: z.strictObject({ id }),
  output: z.object(texts('id')),
  concerns: concernsOne,
  unknown: noFact,
  audit: (input) => input,
  async run({ id }, parts) {
    const fact = await factAt(id, parts);
    if (!fact) throw new FatalError('not_found', noFact.message, { field: 'id' });
    await parts.forgetting.forget(ownerOf(fact), { what: 'memories', ids: [id], reach: 'topic' });
    return { id };
  },
});

/** Where its owner asks, it is theirs by whichever of their accounts they said it. */
async function concernsOne(
  { id }: { id: string },
  parts: OperationParts & { principal: Principal },
): Promise<Resource> {
  const fact = await factAt(id, parts);
  if (!fact) return {};
  const { principal } = parts;
  if (principal.kind !== 'person' || principal.agentId !== fact.agentId) return placeOf(fact);
  const { connector, tenant, userId, agentId } = principal;
  const accounts = await parts.people.accountsOf({ connector, tenant, userId });
  const isTheirs = accounts.some((account) => isOf(fact, whoseIs(fact, account)));
  return isTheirs ? { agentId, connector, tenant, userId } : placeOf(fact);
}

async function factAt(id: string, { store }: Pick<OperationParts, 'store'>): Promise<Memory | null> {
  const found = await store.memories.get(id);
  return found?.kind === 'fact' ? found : null;
}

/** Of a room, whoever said them there. */
export async function factsIn(
  { agentId, roomId }: { agentId: string; roomId: string },
  { store, facts }: Pick<OperationParts, 'store' | 'facts'>,
): Promise<Memory[]> {
  const [newest] = (await store.memories.history(roomId, { limit: 1, order: 'newest' })).items;
  if (newest?.agentId !== agentId) return [];
  return facts.told.every(agentId, { recalled: [], facts: [newest.scope], person: [] });
}

async function factsOf(wanted: Listing, parts: OperationParts): Promise<Memory[]> {
  const { agentId, roomId, connector, tenant, userId } = wanted;
  const { memories } = parts.store;
  if (roomId === undefined) {
    const person = { agentId, connector: connector!, tenant, userId: userId! };
    const own = await all((page) => memories.ofPerson(person, page));
    return own.filter(({ kind }) => kind === 'fact');
  }
  if (userId === undefined) return factsIn({ agentId, roomId }, parts);
  const [newest] = (await memories.history(roomId, { limit: 1, order: 'newest' })).items;
  if (newest?.agentId !== agentId) return [];
  const account = { connector: connector!, tenant, userId };
  const accounts = await parts.people.accountsOf(account);
  const agent = parts.agents.list().find((one) => one.id === agentId);
  const asked = [{ ...newest, author: { id: userId } }];
  // Of a room somebody else's, nothing is theirs.
  const scopes = agent
    ? await scopesOf(agent, asked, async () => ({ role: 'guest', accounts }))
    : { recalled: [], facts: [newest.scope], person: [] };
  const found = await parts.facts.told.every(agentId, scopes);
  const whose = scopes.person.length > 0 ? accounts : [account];
  return found.filter((fact) => whose.some((one) => isOf(fact, whoseIs(fact, one))));
}

function whoseIs({ source }: Memory, { connector, tenant, userId }: Account) {
  return { author: { id: userId }, source: { ...source, connector, tenant } };
}

/** Also of their other accounts, as far as they are seen there. */
function isOneself({ agentId, connector, tenant, userId }: Listing, principal: Principal): boolean {
  return (
    principal.kind === 'person' &&
    principal.agentId === agentId &&
    principal.connector === connector &&
    principal.tenant === tenant &&
    principal.userId === userId
  );
}

export function placeOf({ agentId, roomId, source, author }: Memory): Resource {
  const { connector, tenant, channel } = source;
  return { agentId, roomId, connector, tenant, channel, userId: author.id };
}

export function stateOf(fact: Memory): 'now' | 'past' | 'denied' {
  if (isDenied(fact)) return 'denied';
  return holds(fact, Date.now()) ? 'now' : 'past';
}

/** @param standing ids of those that hold: only they are a doubt */
function shownOf(
  memory: Memory,
  state: 'now' | 'past' | 'denied',
  standing?: ReadonlySet<string>,
): z.input<typeof Shown> {
  const { id, agentId, roomId, source, author: owner, content, createdAt: at, taint } = memory;
  const { connector, tenant, channel } = source;
  const { how, confidence, said, from, since, until, disputes: all } = blockOf(memory);
  const disputes = standing ? all?.filter((one) => state === 'now' && standing.has(one)) : all;
  return {
    ...{ id, agentId, roomId, connector, tenant, channel, text: content.text, owner, state },
    ...{ how, confidence, said, from, at },
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(disputes && disputes.length > 0 && { disputes }),
    ...(taint && { taint }),
  };
}
