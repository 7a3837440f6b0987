/** What whoever asks holds themselves: nobody gives, takes or links more. */
import { grantsOfToken, type Principal } from '../access/principal.js';
import { type Grant, isAtLeast, type Level, type Role, roleFor } from '../access/role.js';
import { FatalError } from '../errors.js';

/** Null: none for all of that level. */
export function ownRole(principal: Principal, level: Level): Role | null {
  if (principal.kind === 'system') return 'owner';
  return roleFor(principal.kind === 'token' ? grantsOfToken(principal) : principal.grants, level);
}

/** Whether they have at least what each of these gives. */
export function holdsAll(principal: Principal, grants: readonly Grant[]): boolean {
  return grants.every(({ role, level }) => isAtLeast(ownRole(principal, level) ?? 'guest', role));
}

export function tooMuch(message: string): FatalError {
  return new FatalError('permission_denied', message, { field: 'role' });
}
