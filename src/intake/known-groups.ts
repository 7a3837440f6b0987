import { asCarrierError } from '../errors.js';
import { type Arrival, pass, type Rule, type Ruling } from './gate.js';
import type { PlatformGroups } from './group-lookup.js';
import { isPlace } from './lists.js';

/**
 * Which groups the author is in, where the agent's lists name groups and the platform did not say. Where that cannot be
 * known, no group lets them in, and who may be denied is.
 */
export function knownGroups(groups: Pick<PlatformGroups, 'ofAuthor'>): Rule {
  return (arrival) => {
    if (arrival.message.roles || !doMatter(arrival)) return pass;
    const { allow, deny } = arrival.settings;
    const found = groups.ofAuthor(arrival.message, [...allow.roles, ...deny.roles]);
    if (!(found instanceof Promise)) return take(arrival, found);
    return found.then(
      (roles) => take(arrival, roles),
      (error): Ruling => {
        arrival.rolesUnknown = asCarrierError(error);
        const mayBeDenied = deny.roles.length > 0;
        return mayBeDenied ? { kind: 'drop', error: arrival.rolesUnknown } : take(arrival, []);
      },
    );
  };
}

function take(arrival: Arrival, roles: string[]): Ruling {
  arrival.message = { ...arrival.message, roles };
  arrival.rolesAsked = true;
  return pass;
}

/** Not where the other rules know without. */
function doMatter({ message, settings: { allow, deny, operators, dm } }: Arrival): boolean {
  const { author, direct } = message;
  if (deny.users.includes(author.id) || isPlace(message, deny)) return false;
  if (deny.roles.length > 0) return true;
  if (allow.roles.length === 0 || (direct && dm === 'open')) return false;
  return !allow.users.includes(author.id) && !operators.includes(author.id);
}
