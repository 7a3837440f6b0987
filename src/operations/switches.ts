import { z } from 'zod';
import type { Account } from '../access/account.js';
import { type Pausable, type Pause, pausable } from '../access/pause.js';
import { authorise, hubTenant, type Principal } from '../access/principal.js';
import { type Grant, isAtLeast, type Level, levelOf, levelParts, touches } from '../access/role.js';
import type { Held } from '../access/standing.js';
import { tokenConnector } from '../core/connector-settings.js';
import { length } from '../core/length.js';
import { FatalError } from '../errors.js';
import { ownRole } from './holding.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant, texts } from './shapes.js';

/** What of a level names each thing; what it may name besides narrows it. */
const named: Record<Pausable, { needs: (keyof Level)[]; may: (keyof Level)[] }> = {
  agent: { needs: ['agentId'], may: [] },
  place: { needs: ['connector'], may: ['agentId', 'tenant', 'channel'] },
  person: { needs: ['connector', 'userId'], may: ['agentId', 'tenant'] },
  tools: { needs: [], may: ['agentId', 'connector', 'tenant', 'channel'] },
};

const subject = {
  what: z.enum(pausable),
  agentId: id.optional().describe('absent: of all agents'),
  connector: id.optional(),
  tenant: id.optional().describe('absent: in all of them'),
  channel: id.optional().describe('a place without it is all of the tenant'),
  userId: id.optional(),
};

function checkSubject(given: { what: Pausable } & Level, context: z.RefinementCtx): void {
  const { needs, may } = named[given.what];
  for (const part of levelParts) {
    const message = needs.includes(part)
      ? given[part] === undefined && `is needed to pause or resume: ${given.what}`
      : !may.includes(part) && given[part] !== undefined && `does not go with: ${given.what}`;
    if (message) context.addIssue({ code: 'custom', path: [part], message });
  }
}

const longestMs = 366 * 86_400_000;
const Lasting = length.refine((ms) => ms <= longestMs, 'must be a year at most');

const Shown = z.object({
  what: z.enum(pausable),
  ...{ agentId: id.optional(), connector: id.optional(), tenant: id.optional() },
  ...{ channel: id.optional(), userId: id.optional(), reason: z.string().optional() },
  ...texts('by'),
  at: instant,
  until: instant.nullable().describe('when it ends by itself'),
});

export const listSwitches = defineOperation({
  name: 'switches.list',
  about: 'what is paused: agents, places, people, tools',
  permission: 'switches.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({ pauses: z.array(Shown) }),
  partly: true,
  async run(_input, { switches, seesPart }) {
    await switches.look();
    // As agents are: what is of no tenant is the hub's own.
    const seen = switches.list().filter(({ where }) => seesPart({ tenant: hubTenant, ...where }));
    return { pauses: seen.map(shown) };
  },
});

export const pauseSwitch = defineOperation({
  name: 'switches.pause',
  about:
    'stop an agent, a place, a person or tools at once, in every process, until resumed or for some time',
  permission: 'switches.change',
  input: z
    .strictObject({
      ...subject,
      reason: z.string().trim().min(1).max(200).optional().describe('people read it'),
      for: Lasting.optional().describe('such as 10m, 2h, 1d; absent: until it is resumed'),
    })
    .superRefine(checkSubject),
  example: { what: 'person', connector: 'http', userId: 'alice', reason: 'We look into it.', for: '10m' },
  output: Shown,
  concerns: levelOf,
  audit: ({ reason: _, for: ms, ...what }) => ({ ...what, ...(ms && { forMs: ms }) }),
  async run({ what, reason, for: ms, ...level }, circumstances) {
    const { switches, agents, principal } = circumstances;
    const where = levelOf(level);
    await requireMore(what, where, circumstances);
    if (where.agentId !== undefined) agents.get(where.agentId);
    const { kind, name } = namedIn(principal);
    const until = ms === undefined ? undefined : Date.now() + ms;
    const why = reason?.replace(/\s+/g, ' ');
    return shown(await switches.pause({ what, where, reason: why, by: `${kind} ${name}`, until }));
  },
});

export const resumeSwitch = defineOperation({
  name: 'switches.resume',
  about: 'let go on what was paused so; what waits there is answered, in its order',
  permission: 'switches.change',
  input: z.strictObject(subject).superRefine(checkSubject),
  example: { what: 'person', connector: 'http', userId: 'alice' },
  output: z.object({ resumed: z.boolean().describe('false: it was not paused, or not so') }),
  concerns: levelOf,
  audit: (input) => input,
  async run({ what, ...level }, circumstances) {
    const where = levelOf(level);
    await requireMore(what, where, circumstances, { ends: true });
    return { resumed: (await circumstances.switches.resume(what, where)) !== null };
  },
});

/** Besides the permission: for what concerns all agents, for people with roles, and of who is paused themselves. */
async function requireMore(
  what: Pausable,
  where: Level,
  circumstances: OperationParts & { principal: Principal },
  { ends = false } = {},
): Promise<void> {
  const { principal, switches } = circumstances;
  const refuse = (why: string) => new FatalError('permission_denied', why, { field: 'what' });
  if (where.agentId === undefined && !authorise(principal, 'switches.changeAll', where))
    throw refuse('You may not do this for all agents (switches.changeAll).');
  const asker = accountOf(principal);
  if (asker && (await switches.isPerson({ agentId: where.agentId ?? '', ...asker })))
    throw refuse('You are paused, and may neither pause nor resume anything.');
  if (what !== 'person') return;
  const { grants, unknown } = await heldBy(where, circumstances);
  // Who became one since, or was linked with one, is let go.
  if (!ends && grants.some(({ role }) => role === 'owner')) throw refuse('An owner cannot be paused.');
  const own = ownRole(principal, where) ?? 'guest';
  const isAbove = ({ role }: Grant) => !isAtLeast(own, role);
  if (grants.some(isAbove)) throw refuse('They have a higher role than you.');
  if (unknown.some(isAbove))
    throw refuse('Their groups cannot be looked up now, and one of them may give a higher role than yours.');
}

/** Roles that count where somebody is to be paused, and those of which nobody knows now whether they have them. */
async function heldBy(where: Level, parts: OperationParts): Promise<Held> {
  const { standing, agents } = parts;
  const asked = where.agentId === undefined ? agents.list() : [agents.get(where.agentId)];
  const accounts = await accountsIn(where, parts);
  const held = await Promise.all(accounts.map((account) => standing.of({ account, agents: asked })));
  const isThere = ({ level }: Grant) => touches(level, where);
  return {
    grants: held.flatMap(({ grants }) => grants).filter(isThere),
    unknown: held.flatMap(({ unknown }) => unknown).filter(isThere),
  };
}

/** Without a tenant it is whoever has this id in any, as far as one of them may have a role. */
async function accountsIn(
  { connector = '', tenant, userId = '' }: Level,
  { people, grants }: OperationParts,
): Promise<Account[]> {
  const inTenant = (tenant: string) => ({ connector, tenant, userId });
  const first = inTenant(tenant ?? hubTenant);
  if (tenant !== undefined || people.isSame(first, inTenant(''))) return [first];
  const given = (await grants.list()).map(({ subject }) =>
    'account' in subject ? subject.account : { ...subject.group, userId },
  );
  const all = [...given, ...(await people.linked())];
  const tenants = all.flatMap((one) =>
    one.connector === connector && one.userId === userId ? [one.tenant] : [],
  );
  return [...new Set([first.tenant, ...tenants])].map(inTenant);
}

function accountOf(principal: Principal) {
  if (principal.kind === 'system') return null;
  if (principal.kind === 'person') {
    const { connector, tenant, channel, userId } = principal;
    return { source: { connector, tenant, channel }, userIds: [userId] };
  }
  const { tenant, user } = principal;
  return user === undefined
    ? null
    : { source: { connector: tokenConnector, tenant, channel: '' }, userIds: [user] };
}

function shown({ what, where, reason, by, at, until }: Pause) {
  return { what, ...where, ...(reason && { reason }), by, at, until: until ?? null };
}
