import type { ConnectorSettings } from '../core/connector-settings.js';
import { FatalError } from '../errors.js';
import { type Arrival, type Checked, pass, type Rule, type Ruling } from './gate.js';
import type { Roles } from './grants.js';

type Lists = ConnectorSettings['allow'];

/** Who and what is denied is not heard anywhere. What is allowed counts in groups; direct messages have their policy. */
export function lists(roles: Pick<Roles, 'isAtLeast'>): Rule {
  return (arrival) => {
    const { message, settings } = arrival;
    const { deny } = settings;
    if (isPerson(message, deny) || isPlace(message, deny)) return notAllowed();
    if (message.direct || isAllowedHere(arrival)) return pass;
    const operator = roles.isAtLeast(arrival, 'operator');
    return operator instanceof Promise ? operator.then(passes) : passes(operator);
  };
}

function passes(may: boolean): Ruling {
  return may ? pass : notAllowed();
}

function isAllowedHere(arrival: Arrival): boolean {
  const { message, settings } = arrival;
  const { channels, tenants, users, roles } = settings.allow;
  if (channels.length > 0 && !isPlace(message, { channels, tenants: [] })) return false;
  if (tenants.length > 0 && !tenants.includes(message.source.tenant)) return false;
  return users.length + roles.length === 0 || isAllowed(arrival);
}

/** Whether the lists let this person in. */
export function isAllowed({ message, settings: { allow } }: Arrival): boolean {
  return isPerson(message, allow);
}

function isPerson({ author, roles = [] }: Checked, list: Pick<Lists, 'users' | 'roles'>): boolean {
  return list.users.includes(author.id) || roles.some((role) => list.roles.includes(role));
}

/** A thread counts as its channel does. */
export function isPlace(
  { source }: Checked,
  { channels, tenants }: Pick<Lists, 'channels' | 'tenants'>,
): boolean {
  const { channel, thread, tenant } = source;
  return (
    channels.includes(channel) ||
    (thread !== undefined && channels.includes(thread)) ||
    tenants.includes(tenant)
  );
}

export function notAllowed(): Ruling {
  const error = new FatalError('not_allowed', 'This agent does not talk to you here. Ask who runs it.');
  return { kind: 'drop', error };
}
