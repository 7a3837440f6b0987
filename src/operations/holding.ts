/** What whoever asks holds themselves: nobody gives, takes or links more. */
import { grantsOfToken, type Principal, wholeRoleOf } from '../access/principal.js';
import { type Grant, isAtLeast, type Level, lowerOf, type Role, roleFor } from '../access/role.js';
import { FatalError } from '../errors.js';

/** Null: none for all of that level. Through a token, none that the token may not use all of. */
export function ownRole(principal: Principal, level: Level): Role | null {
  if (principal.kind === 'system') return 'owner';
  const token = principal.kind === 'token' ? principal : principal.via;
  const role = roleFor(principal.kind === 'token' ? grantsOfToken(principal) : principal.grants, level);
  return role && token ? lowerOf(role, wholeRoleOf(token)) : role;
}

/** Whether they have at least what each of these gives. */
export function holdsAll(principal: Principal, grants: readonly Grant[]): boolean {
  return grants.every(({ role, level }) => isAtLeast(ownRole(principal, level) ?? 'guest', role));
}

export function tooMuch(message: string): FatalError {
  return new FatalError('permission_denied', message, { field: 'role' });
}
