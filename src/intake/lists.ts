import type { ConnectorSettings } from '../core/connector-settings.js';
import { FatalError } from '../errors.js';
import { type Arrival, type Checked, isOperator, pass, type Rule, type Ruling } from './gate.js';

type Lists = ConnectorSettings['allow'];

/** Who and what is denied is not heard anywhere. What is allowed counts in groups; direct messages have their policy. */
export const lists: Rule = (arrival) => {
  const { message, settings } = arrival;
  const { allow, deny } = settings;
  if (isPerson(message, deny) || isPlace(message, deny)) return notAllowed();
  if (message.direct || isOperator(arrival)) return pass;
  const { channels, tenants } = allow;
  if (channels.length > 0 && !isPlace(message, { channels, tenants: [] })) return notAllowed();
  if (tenants.length > 0 && !tenants.includes(message.source.tenant)) return notAllowed();
  const people = allow.users.length + allow.roles.length;
  return people > 0 && !isAllowed(arrival) ? notAllowed() : pass;
};

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
