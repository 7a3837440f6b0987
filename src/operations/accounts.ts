/** A person's accounts: whose they are, and linking them. */
import { z } from 'zod';
import { Account } from '../access/account.js';
import { Party } from '../access/links.js';
import { isWithin, type PersonPrincipal, type Principal, roleOfToken } from '../access/principal.js';
import { isAtLeast, type Role } from '../access/role.js';
import { tokenConnector } from '../core/connector-settings.js';
import { FatalError } from '../errors.js';
import { AccountInput } from './as-written.js';
import { holdsAll, tooMuch } from './holding.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant } from './shapes.js';

export const ShownLevel = z.object({
  agentId: z.string().optional(),
  connector: z.string().optional(),
  tenant: z.string().optional(),
  channel: z.string().optional(),
});
const OneAccount = z.strictObject({ account: AccountInput, agentId: id.optional() });

export const showPerson = defineOperation({
  name: 'people.show',
  about: 'the accounts that are linked with one, and all roles of the person, and where each is from',
  permission: 'people.read',
  reads: true,
  input: OneAccount,
  output: z.object({
    /** The one that was asked for first. */
    accounts: z.array(z.object({ ...Account.shape, linkedAt: instant.nullable() })),
    roles: z.array(
      z.object({
        role: z.string(),
        level: ShownLevel,
        by: z.enum(['settings', 'pairing', 'given', 'group', 'token']),
        /** Of another account of the person. */
        account: Account.optional(),
        group: z.string().optional(),
      }),
    ),
    /** Not all groups could be looked up, so that roles may be missing. */
    groupsUnknown: z.boolean(),
  }),
  concerns,
  audit: ({ account, agentId }) => ({ ...account, agentId }),
  async run({ account, agentId }, parts) {
    const { people, principal, sees } = parts;
    const own = isOwnOf(principal, account, parts);
    const all = own && doesSpeak(principal);
    const mayKnow = (other: Account) => all || people.isSame(other, account) || sees({ ...other, agentId });
    const linked = await people.linkedWith(account);
    const linkedAt = (one: Account) =>
      linked.find((other) => people.isSame(other.account, one))?.linkedAt ?? null;
    const held = own
      ? { grants: principal.grants, unknown: [] }
      : await parts.standing.of({ account, agents: agentsOf(agentId, parts) });
    const accounts = (await people.accountsOf(account)).filter(mayKnow);
    return {
      accounts: accounts.map((one) => ({ ...one, linkedAt: linkedAt(one) })),
      roles: held.grants.flatMap(({ role, level, from = { by: 'given' } }) =>
        from.account && !mayKnow(from.account) ? [] : [{ role, level, ...from }],
      ),
      groupsUnknown: held.unknown.length > 0,
    };
  },
});

const own = {
  permission: 'people.linkOwn' as const,
  concerns,
  audit: ({ account, agentId }: { account: Account; agentId: string }) => ({ ...account, agentId }),
};
const shownOther = { account: Account, name: z.string().optional() };

export const startLink = defineOperation({
  name: 'people.startLink',
  about: 'a code for linking another account with one’s own, or who has typed it and waits; in a chat alone',
  ...own,
  input: z.strictObject(Party.shape),
  output: z.object({
    code: z.string().optional(),
    asks: z.object({ ...shownOther, number: z.string() }).optional(),
  }),
  async run(party, parts) {
    await requireOwner(party.account, parts);
    const started = await parts.links.start(party);
    if ('code' in started) return started;
    const { number, typist } = started.question;
    return { asks: { account: typist.account, name: typist.name, number } };
  },
});

export const enterLink = defineOperation({
  name: 'people.enterLink',
  about: 'type the code that another account of one’s own was given; in a chat alone',
  ...own,
  // A code is as good as a key until it is used, so it is not written down.
  input: z.strictObject({ ...Party.shape, code: z.string().min(1).max(64) }),
  output: z.object(shownOther),
  async run({ code, ...party }, parts) {
    await requireOwner(party.account, parts);
    const question = await parts.links.enter(party, code);
    await parts.linking.ask(question);
    return question.giver;
  },
});

export const confirmLink = defineOperation({
  name: 'people.confirmLink',
  about: 'say whether the account that typed one’s code is one’s own, too; in a chat alone',
  ...own,
  input: z.strictObject({ account: Account, agentId: id, yes: z.boolean(), number: id.optional() }),
  output: z.object({ linked: z.boolean(), ...shownOther }),
  async run({ account, yes, number }, parts) {
    await requireOwner(account, parts);
    const question = await parts.links.answer(account, number);
    const { giver, typist } = question;
    if (yes) await parts.people.link(giver.account, typist.account, 'person');
    await parts.linking.answered(question, yes);
    return { linked: yes, ...typist };
  },
});

export const linkAccounts = defineOperation({
  name: 'people.link',
  about: 'make two accounts one person; not where one of them may do more than whoever asks',
  permission: 'people.link',
  input: z.strictObject({ account: AccountInput, other: AccountInput }),
  output: z.object({ account: Account, other: Account }),
  concerns,
  audit: (input) => input,
  async run({ account, other }, parts) {
    const { people, principal, sees } = parts;
    if (!sees(other)) throw tooMuch('The other account is none that you look after.');
    await requireHolding([account, other], parts);
    const { kind, name } = namedIn(principal);
    await people.link(account, other, `${kind} ${name}`);
    return { account, other };
  },
});

export const unlinkAccount = defineOperation({
  name: 'people.unlink',
  about: 'make an account a person by itself again, at once; or another one of the same person',
  permission: 'people.unlink',
  input: z.strictObject({ account: AccountInput, other: AccountInput.optional() }),
  output: z.object({ account: Account, unlinked: z.boolean() }),
  concerns: ({ account }) => account,
  audit: (input) => input,
  async run({ account, other }, parts) {
    const { people, principal, sees } = parts;
    const out = other ?? account;
    const known = await people.linkedWith(account);
    if (other && !known.some((linked) => people.isSame(linked.account, other)))
      throw new FatalError('not_found', 'These accounts are not linked.', { field: 'other' });
    if (!isOwnOf(principal, account, parts)) {
      if (!sees(out)) throw tooMuch('The other account is none that you look after.');
      await requireHolding([account], parts);
    } else if (other) await requireOwner(account, parts);
    else requireSpeaking(principal);
    return { account: out, unlinked: await people.unlink(out) };
  },
});

function concerns({ account, agentId }: { account: Account; agentId?: string | undefined }) {
  return { ...account, agentId };
}

export function isOwnOf(
  principal: Principal,
  account: Account,
  { people }: Pick<OperationParts, 'people'>,
): principal is PersonPrincipal {
  if (principal.kind !== 'person') return false;
  const { connector, tenant, userId } = principal;
  return people.isSame({ connector, tenant, userId }, account);
}

function agentsOf(agentId: string | undefined, { agents }: OperationParts) {
  return agentId === undefined ? agents.list() : [agents.get(agentId)];
}

export async function requireHolding(
  accounts: Account[],
  { standing, agents, principal }: OperationParts & { principal: Principal },
) {
  const held = await Promise.all(accounts.map((account) => standing.of({ account, agents: agents.list() })));
  const all = held.flatMap(({ grants, unknown }) => [...grants, ...unknown]);
  if (!holdsAll(principal, all)) throw tooMuch('One of the accounts may do more than you.');
}

const leastNaming: Role = 'operator';

/**
 * Behind the hub's tokens callers name the user, so only a token of that very user, or one of somebody who runs the hub,
 * speaks for the account; and through it nobody is given what the token itself may not.
 */
async function requireOwner(
  account: Account,
  parts: OperationParts & { principal: Principal },
): Promise<void> {
  const { principal, standing, agents } = parts;
  if (!isOwnOf(principal, account, parts))
    throw new FatalError('not_allowed', 'Only whoever has the account can ask for that, in a chat.');
  requireSpeaking(principal);
  const { via } = principal;
  if (!via) return;
  const { grants, unknown } = await standing.of({ account, agents: agents.list() });
  if (![...grants, ...unknown].every((grant) => isWithin(via, grant)))
    throw new FatalError(
      'link_refused',
      'You may do more than this token: link from another account, or ask an administrator.',
    );
}

/** Whether whoever asks is sure to be who they say. */
export function doesSpeak({ via, connector, userId }: PersonPrincipal): boolean {
  if (!via) return connector !== tokenConnector;
  return via.user === undefined ? isAtLeast(roleOfToken(via), leastNaming) : via.user === userId;
}

/** @throws FatalError `link_refused` */
function requireSpeaking(principal: PersonPrincipal): void {
  if (doesSpeak(principal)) return;
  throw new FatalError(
    'link_refused',
    'Anybody with this token could name you: accounts are linked and unlinked here with a token of your own, or by an administrator.',
  );
}
