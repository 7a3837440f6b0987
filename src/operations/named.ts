import { authorise, type Principal, roleHere, roleOfToken } from '../access/principal.js';
import type { Author } from '../definitions/agent-definitions.js';
import type { AuditedPrincipal } from '../store/audit-log.js';

/** As audit rows name whoever asks: by ids alone. */
export function namedIn(principal: Principal): AuditedPrincipal {
  if (principal.kind === 'system') return { kind: principal.kind, name: 'the hub' };
  const { kind, tenant } = principal;
  if (kind === 'token') {
    const { name, bootstrap, self, user = self } = principal;
    // A hub's own is named by where its file is.
    const id = bootstrap ? undefined : principal.id;
    return { kind, name, tenant, role: roleOfToken(principal), ...(id && { id }), ...(user && { user }) };
  }
  const { userId, connector, agentId, via } = principal;
  const where = { tenant, connector, agentId, role: roleHere(principal) };
  return { kind, name: userId, ...where, ...(via && { via: via.id ?? via.name }) };
}

/** Whoever changes a definition. */
export function authorIn(principal: Principal): Author {
  const { kind, name } = namedIn(principal);
  return { by: `${kind} ${name}`, mayNameSecrets: authorise(principal, 'secrets.change', {}) };
}
