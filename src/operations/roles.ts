/** Roles: who has which, and giving and taking them. */
import { z } from 'zod';
import { Account, Group } from '../access/account.js';
import type { Given, Subject } from '../access/grants.js';
import type { Principal } from '../access/principal.js';
import {
  type Grant,
  givableRoles,
  isAtLeast,
  type Level,
  levelOf,
  type Role,
  roleFor,
} from '../access/role.js';
import { settingsFor } from '../core/connector-settings.js';
import { FatalError } from '../errors.js';
import { ShownLevel } from './accounts.js';
import { AccountInput, GroupInput, PlaceInput } from './as-written.js';
import { holdsAll, ownRole, tooMuch } from './holding.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant } from './shapes.js';

/** For what: neither is the whole hub. */
const at = { agentId: id.optional(), place: PlaceInput.optional() };
type At = { agentId?: string | undefined; place?: z.output<typeof PlaceInput> | undefined };
const whose = { account: AccountInput.optional(), group: GroupInput.optional() };
const oneSubject = ({ account, group }: { account?: unknown; group?: unknown }) =>
  (account === undefined) !== (group === undefined);
const eitherOr = 'takes either account or group';

const ShownRole = z.object({
  role: z.string(),
  level: ShownLevel,
  account: Account.optional(),
  group: Group.optional(),
});
const listed = { by: z.string(), at: instant.nullable() };

const concerns = (input: At) => levelAt(input);

export const listRoles = defineOperation({
  name: 'roles.list',
  about: 'who was given which role; with an agent or a place, what counts there',
  permission: 'roles.read',
  reads: true,
  input: z.strictObject(at),
  /** `by`: who gave it, or `settings`. */
  output: z.object({ roles: z.array(ShownRole.extend(listed)) }),
  concerns,
  partly: true,
  async run(input, { grants, agents, sees }) {
    const here = levelAt(input);
    const counts = ({ level }: { level: Level }) => sees(level) && isIn(level, here);
    const given = (await grants.list()).map(({ subject, ...rest }) => ({ ...rest, ...subject }));
    const all = [...agents.list().flatMap(operatorsOf), ...given];
    return { roles: all.filter(counts).sort((a, b) => (a.at ?? 0) - (b.at ?? 0)) };
  },
});

export const giveRole = defineOperation({
  name: 'roles.give',
  about:
    'give a role to an account or a group, in the place of the one it has for the same; nobody gives more than they have',
  permission: 'roles.change',
  input: z.strictObject({ role: z.enum(givableRoles), ...whose, ...at }).refine(oneSubject, eitherOr),
  example: { role: 'operator', account: 'http:alice', agentId: 'assistant' },
  output: ShownRole,
  concerns,
  audit: ({ role, account, group, ...input }) => ({ role, ...account, ...group, level: levelAt(input) }),
  async run({ role, account, group, ...input }, parts) {
    const { grants, principal } = parts;
    const level = levelAt(input);
    const subject = subjectOf({ account, group });
    const why = account ? parts.sharedBy(account) : null;
    if (why !== null)
      throw new FatalError('invalid_field', `This account can have no role: ${why}.`, { field: 'account' });
    await requireAbove({ subject, level, role }, parts);
    const { kind, name } = namedIn(principal);
    const given: Given = { subject, role, level, by: `${kind} ${name}`, at: Date.now() };
    await keepingAnOwner(subject, level, parts, () => grants.give(given));
    return { role, level, ...subject };
  },
});

export const takeRole = defineOperation({
  name: 'roles.take',
  about: 'take a role that was given, for exactly this; nobody takes one from somebody who has more',
  permission: 'roles.change',
  input: z.strictObject({ ...whose, ...at }).refine(oneSubject, eitherOr),
  example: { account: 'http:alice', agentId: 'assistant' },
  output: ShownRole,
  concerns,
  audit: ({ account, group, ...input }) => ({ ...account, ...group, level: levelAt(input) }),
  async run({ account, group, ...input }, parts) {
    const level = levelAt(input);
    const subject = subjectOf({ account, group });
    await requireAbove({ subject, level, role: 'guest' }, parts);
    const taken = await keepingAnOwner(subject, level, parts, () => parts.grants.take(subject, level));
    if (!taken)
      throw new FatalError(
        'not_found',
        'No role was given to them for this. roles.list names those there are.',
      );
    return { role: taken.role, level, ...subject };
  },
});

function levelAt({ agentId, place }: At): Level {
  return levelOf({ ...(agentId !== undefined && { agentId }), ...place });
}

function subjectOf({
  account,
  group,
}: {
  account?: Account | undefined;
  group?: Group | undefined;
}): Subject {
  return account ? { account } : { group: group! };
}

/** Whether what counts for the level counts for all that is asked about. */
function isIn(level: Level, here: Level): boolean {
  return Object.entries(here).every(([part, value]) =>
    [undefined, value].includes(level[part as keyof Level]),
  );
}

function operatorsOf({ id: agentId, character }: ReturnType<OperationParts['agents']['list']>[number]) {
  return Object.keys(character.connectors).flatMap((connector) =>
    settingsFor(character, connector).operators.map((userId) => {
      const account = { connector, tenant: 'default', userId };
      return { role: 'operator', level: { agentId, connector }, account, by: 'settings', at: null };
    }),
  );
}

type Change = { subject: Subject; level: Level; role: Role };

/** Nobody gives or takes more than they have themselves for this, nor changes the role of somebody who has more. */
async function requireAbove(
  { subject, level, role }: Change,
  parts: OperationParts & { principal: Principal },
): Promise<void> {
  const { principal, standing, grants, agents } = parts;
  const mine = ownRole(principal, level) ?? 'guest';
  if (!isAtLeast(mine, role))
    throw tooMuch(`You cannot give the role ${role} there: you are ${mine} yourself.`);
  const before = await grants.given(subject, level);
  let held: readonly Grant[] = before ? [before] : [];
  if ('account' in subject)
    held = [...held, ...(await standing.of({ account: subject.account, agents: agents.list() })).grants];
  const theirs = roleFor(held, level);
  if ((theirs && !isAtLeast(mine, theirs)) || (before && !holdsAll(principal, [before])))
    throw tooMuch('You cannot change the role of somebody who has more than you.');
}

/** Of two owners who take each other's role at the same moment, one stays at least. */
async function keepingAnOwner<T>(
  subject: Subject,
  level: Level,
  { grants, principal }: OperationParts & { principal: Principal },
  change: () => Promise<T>,
): Promise<T> {
  const before = await grants.given(subject, level);
  // Whoever runs the hub has a token, and makes owners with it.
  const counts = principal.kind === 'person' && before && isOwner(before);
  if (!counts) return change();
  const owners = async () => (await grants.list()).filter(isOwner).length;
  if ((await owners()) === 1) throw lastOwner();
  const changed = await change();
  if ((await owners()) > 0) return changed;
  await grants.give(before);
  throw lastOwner();
}

function isOwner({ subject, role, level }: Given): boolean {
  return 'account' in subject && role === 'owner' && Object.keys(level).length === 0;
}

function lastOwner(): FatalError {
  return tooMuch('The hub has no other owner: make somebody else one first.');
}
