import { levelText, readAccount, readGroup, writtenAccount } from '../../access/account.js';
import { hubTenant, type PersonPrincipal } from '../../access/principal.js';
import { givableRoles } from '../../access/role.js';
import type { Caller, InputOf } from '../../operations/operations.js';
import { placeOf } from '../paired-places.js';
import type { Call, Command } from './command.js';

const usage = [
  'Write: /role ROLE USER, or /role none USER. ROLE is member, operator, admin or owner; USER is an id, as /whoami shows it to them, or CONNECTOR:USER for another platform, or group:ID.',
  'It counts for this agent; add "here" for this place alone, "platform" for this agent on this platform, or "hub" for all agents.',
].join('\n');

export function role(operations: Caller): Command {
  return {
    name: 'role',
    about: 'who has which role here; give or take one: /role ROLE USER, /role none USER',
    least: 'operator',
    // It must not give what was taken after it was given.
    unrepeatable: true,
    async run(call) {
      if (call.args === '') return { text: await listed(call) };
      const [wanted = '', user = '', where = 'agent', more] = call.args.split(/\s+/);
      const given = givableRoles.find((known) => known === wanted.toLowerCase());
      const subject = subjectOf(user, call.principal);
      if ((!given && wanted.toLowerCase() !== 'none') || !subject || more !== undefined)
        return { text: usage };
      const level = levelOf(where.toLowerCase(), call);
      if (typeof level === 'string') return { text: level };
      return { text: await changed({ given, subject, level }, call) };
    },
  };

  async function listed({ principal }: Call): Promise<string> {
    const { agentId, connector, tenant, channel } = principal;
    const input = { agentId, place: { connector, tenant, channel } };
    const found = (await operations.call('roles.list', input, principal)).roles;
    const lines = found.map(({ role, level, account, group, by }) => {
      const who = account
        ? writtenAccount(account)
        : `group ${group?.connector}/${group?.tenant}:${group?.group}`;
      return `- ${who}: ${role} for ${levelText(level)}${by === 'settings' ? ', by my settings' : ''}`;
    });
    return lines.length > 0
      ? ['Roles that count here, as far as you may see them:', ...lines].join('\n')
      : 'Nobody was given a role here.';
  }

  async function changed({ given, subject, level }: Wanted, { principal }: Call): Promise<string> {
    const input = { ...subject, ...level };
    const done = given
      ? await operations.call('roles.give', { role: given, ...input }, principal)
      : await operations.call('roles.take', input, principal);
    const { account, group } = done;
    const who = account ? writtenAccount(account) : `group ${group?.group}`;
    return given
      ? `${who} is ${given} for ${levelText(done.level)} now.`
      : `${who} is no longer ${done.role} for ${levelText(done.level)}.`;
  }
}

type At = Pick<InputOf<'roles.take'>, 'agentId' | 'place'>;
type Whose = Pick<InputOf<'roles.take'>, 'account' | 'group'>;
interface Wanted {
  given: (typeof givableRoles)[number] | undefined;
  subject: Whose;
  level: At;
}

/** As a platform writes who is meant, `<@id>` or `<@id|name>`; of a role, `<@&id>`, of a user group, `<!subteam^id>`. */
const mention = /^<(@!?|@&|!subteam\^)([^|>]+)(?:\|[^>]*)?>$/;

/** Null: it names nobody. A name is anybody's, so `@name` is no user. */
function subjectOf(user: string, { connector, tenant }: PersonPrincipal): Whose | null {
  const [, mark, id] = mention.exec(user) ?? [];
  if (id !== undefined) {
    const isUser = mark === '@' || mark === '@!';
    return isUser
      ? { account: { connector, tenant, userId: id } }
      : { group: { connector, tenant, group: id } };
  }
  const named = /^group:(.+)$/.exec(user)?.[1];
  if (named !== undefined) return { group: readGroup(named) ?? { connector, tenant, group: named } };
  if (user === '' || user.startsWith('@') || user.startsWith('<')) return null;
  return { account: readAccount(user) ?? { connector, tenant, userId: user } };
}

/** A text: what is wrong. Through a tenant's token it is within that tenant at most. */
function levelOf(where: string, { principal, message, agent }: Call): At | string {
  const { connector, via } = principal;
  const tenant = via && via.tenant !== hubTenant ? via.tenant : undefined;
  const bound = tenant === undefined ? {} : { place: { connector, tenant } };
  switch (where) {
    case 'hub':
      return bound;
    case 'agent':
      return { agentId: agent.id, ...bound };
    case 'platform':
      return { agentId: agent.id, place: { connector, ...(tenant !== undefined && { tenant }) } };
    case 'here': {
      if (message.direct) return 'A role for a place is given in that place: write it there.';
      const { agentId: _, ...place } = placeOf(agent.id, message.source);
      return { agentId: agent.id, place };
    }
    default:
      return usage;
  }
}
