/** A token never has more than whoever asks for it: what it is given is theirs, or less. */
import { FatalError } from '../errors.js';
import { authorise, grantsOfToken, hubTenant, type Principal, type TokenHolder } from './principal.js';
import { type Grant, isAtLeast, type Role, roleFor } from './role.js';
import type { TokenDraft } from './tokens.js';

/** What is asked for; what is left out, is the maker's. */
export type WantedToken = Pick<TokenHolder, 'name' | 'scopes' | 'agents' | 'user' | 'origins'> &
  Pick<TokenHolder, 'ratePerMinute' | 'expiresAt'> & { role: Role; tenant?: string };

/**
 * @param usualRate requests a minute of tokens that have no rate of their own; 0: no limit.
 * @throws FatalError `permission_denied`, naming what would be more.
 */
export function boundedBy(maker: Principal, wanted: WantedToken, usualRate = 0): TokenDraft {
  const own = maker.kind === 'token' ? maker : maker.kind === 'person' ? maker.via : undefined;
  const draft = { ...wanted, tenant: wanted.tenant ?? own?.tenant ?? hubTenant };
  if (own) {
    draft.user ??= own.user;
    draft.scopes ??= own.scopes;
    draft.agents ??= own.agents;
    draft.expiresAt ??= own.expiresAt;
    draft.ratePerMinute ??= own.ratePerMinute;
    requireLess(draft, own, usualRate);
  }
  requireGrants(maker, draft);
  return withoutAbsent(draft);
}

function requireLess(draft: TokenDraft, own: TokenHolder, usualRate: number): void {
  if (own.tenant !== hubTenant && draft.tenant !== own.tenant) throw more('tenant');
  if (own.user !== undefined && draft.user !== own.user) throw more('user');
  requirePart('scopes', draft.scopes, own.scopes);
  requirePart('agents', draft.agents, own.agents);
  // One that no page may send may be made for pages.
  if (own.origins) requirePart('origins', draft.origins ?? [], own.origins);
  if (own.expiresAt !== undefined && draft.expiresAt! > own.expiresAt) throw more('expiresAt');
  const most = own.ratePerMinute ?? (isHubOwner(own) ? 0 : usualRate);
  if (most > 0 && draft.ratePerMinute! > most) throw more('ratePerMinute');
}

/** Whose the hub is, may let a program ask more often than is usual. */
function isHubOwner(token: TokenHolder): boolean {
  return grantsOfToken(token).some(({ role, level }) => role === 'owner' && Object.keys(level).length === 0);
}

function requirePart(field: string, asked: readonly string[] | undefined, own?: readonly string[]): void {
  const beyond = own && asked?.filter((one) => !own.includes(one));
  if (beyond && beyond.length > 0) throw more(field, beyond.join(', '));
}

/** Wherever the token would have its role, its maker has that role or a higher one, and may issue tokens. */
function requireGrants(maker: Principal, draft: TokenDraft): void {
  if (maker.kind === 'system') return;
  const grants: readonly Grant[] = maker.kind === 'token' ? grantsOfToken(maker) : maker.grants;
  for (const { level } of grantsOfToken(draft)) {
    const highest = roleFor(grants, level);
    if (!highest || !authorise(maker, 'tokens.issue', level)) throw more('agents', 'or tenant, or user');
    if (!isAtLeast(highest, draft.role)) throw more('role', draft.role);
  }
}

function more(field: string, what?: string): FatalError {
  return new FatalError(
    'permission_denied',
    `A token has no more than whoever asks for it; ${field}${what ? ` (${what})` : ''} would be more.`,
    { field },
  );
}

function withoutAbsent(draft: TokenDraft): TokenDraft {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as never;
}
