/** Who asks for an operation, what it concerns, and whether they may. */
import type { Principal as TokenOwner } from '../connector/connector.js';
import { tokenConnector } from '../core/connector-settings.js';
import type { Principal as AuditedPrincipal } from '../store/audit-log.js';
import { type Permission, permissions } from './permissions.js';

/** Someone who writes to an agent, where they write. The hub fills this in; nothing of it is the person's own claim. */
export interface PersonPrincipal {
  kind: 'person';
  connector: string;
  tenant: string;
  userId: string;
  agentId: string;
  roomId: string;
  /** Whose memories are seen there. */
  scope: string;
  operator: boolean;
  /** Whether an operator has let them in by a code. */
  paired: boolean;
}

export type Principal = ({ kind: 'token' } & TokenOwner) | PersonPrincipal | { kind: 'system' };

/** What an operation concerns, as far as that is known; an absent part means "all". */
export interface Resource {
  agentId?: string;
  connector?: string;
  tenant?: string;
  roomId?: string;
  scope?: string;
  userId?: string;
  /** It is about a place where groups talk, not about a person. */
  place?: boolean;
}

/** The tenant whose tokens are the hub's own. */
const hubTenant = 'default';

/** The only place that decides. What nothing here allows is denied. */
export function authorise(principal: Principal, permission: Permission, resource: Resource): boolean {
  if (principal.kind === 'system') return true;
  const holders: readonly string[] = permissions[permission] ?? [];
  if (principal.kind === 'token') return holders.includes('admin') && isAdminOf(principal, resource);
  if (resource.agentId !== undefined && resource.agentId !== principal.agentId) return false;
  return (
    (holders.includes('self') && isOwn(principal, resource)) ||
    (holders.includes('operator') && principal.operator && isOperated(principal, resource)) ||
    (holders.includes('paired') && principal.paired && isPlaceBeside(principal, resource))
  );
}

function isAdminOf({ admin, tenant }: TokenOwner, resource: Resource): boolean {
  if (!admin) return false;
  return tenant === hubTenant || (resource.tenant === tenant && resource.connector === tokenConnector);
}

function isOwn(principal: PersonPrincipal, { roomId, userId, scope, ...where }: Resource): boolean {
  if (scope !== undefined && scope !== principal.scope) return false;
  if (roomId !== undefined && roomId !== principal.roomId) return false;
  if (userId === undefined) return roomId !== undefined;
  const { connector, tenant } = principal;
  return userId === principal.userId && where.connector === connector && where.tenant === tenant;
}

function isOperated(principal: PersonPrincipal, { roomId, scope, agentId, connector }: Resource): boolean {
  if (roomId === principal.roomId) return scope === undefined || scope === principal.scope;
  if (agentId !== principal.agentId) return false;
  // Whose another room is was looked up, or nothing stands in it.
  return connector === principal.connector || (connector === undefined && roomId === undefined);
}

/** A place that asks for the agent with which they were paired, on the same platform. */
function isPlaceBeside(principal: PersonPrincipal, { place, agentId, connector }: Resource): boolean {
  return place === true && agentId === principal.agentId && connector === principal.connector;
}

/** As audit rows name it: by ids alone. */
export function namedIn(principal: Principal): AuditedPrincipal {
  if (principal.kind === 'system') return { kind: principal.kind, name: 'the hub' };
  const { kind, tenant } = principal;
  if (kind === 'token') return { kind, name: principal.name, tenant };
  const { userId, connector, agentId, operator } = principal;
  return { kind, name: userId, tenant, connector, agentId, operator };
}
