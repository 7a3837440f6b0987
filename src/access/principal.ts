/**
 * Who asks, and whether they may. `authorise` is the only place that decides; what nothing here allows is denied.
 *
 * - **Token**: whoever has it. One of a tenant other than `default` reaches what is of that tenant alone; one for a user
 *   only what is that user's.
 * - **Person**: somebody who writes to an agent. They have the roles that were given to them, and anybody may do a few
 *   things for themselves. Who comes by a token may do nothing that the token may not.
 */
import { tokenConnector } from '../core/connector-settings.js';
import { type Permission, rowOf } from './permissions.js';
import {
  covers,
  type Grant,
  isAtLeast,
  type Level,
  type Resource,
  type Role,
  roleFor,
  touches,
} from './role.js';

/** Whose token a request came with. */
export interface TokenHolder {
  name: string;
  tenant: string;
  /** May do everything in the tenant; in `default`, everything. */
  admin?: boolean;
  /** Absent: `owner` of an administrator's, `member` of others. */
  role?: Role;
  /** Names its record. */
  id?: string;
  /** All that it may be used for; absent: whatever its role allows. */
  scopes?: readonly string[];
  /** The agents it is for; absent: all. */
  agents?: readonly string[];
  /** It speaks as this user alone, and sees nothing of others. */
  user?: string;
  /** Requests a minute; absent: the hub's setting. */
  ratePerMinute?: number;
  /** Unix ms; absent: never. */
  expiresAt?: number;
  /** Pages of these origins may send it; absent: those of none. */
  origins?: readonly string[];
  /** It is a hub's own, not issued: callbacks of its messages are signed with the hub's secret. */
  bootstrap?: boolean;
}

type TokenPrincipal = { kind: 'token' } & TokenHolder;

/** Someone who writes to an agent, where they write. The hub fills this in; nothing of it is the person's own claim. */
export interface PersonPrincipal {
  kind: 'person';
  connector: string;
  tenant: string;
  userId: string;
  agentId: string;
  roomId: string;
  channel: string;
  /** Whose memories are seen there. */
  scope: string;
  /** Given to them, to an account linked with theirs, or to a group that they are in. */
  grants: readonly Grant[];
  /** The token that they came by. */
  via?: TokenHolder;
}

export type Principal = TokenPrincipal | PersonPrincipal | { kind: 'system' };

/** The tenant whose tokens are the hub's own. */
export const hubTenant = 'default';

export function roleOfToken({ role, admin }: TokenHolder): Role {
  return role ?? (admin ? 'owner' : 'member');
}

/** For what a token has its role. */
export function grantsOfToken(token: TokenHolder): Grant[] {
  const { tenant, user, agents } = token;
  const bound = tenant !== hubTenant || user !== undefined;
  const within: Level = {
    ...(bound && { connector: tokenConnector, tenant }),
    ...(user !== undefined && { userId: user }),
  };
  const role = roleOfToken(token);
  if (agents === undefined) return [{ role, level: within }];
  return agents.map((agentId) => ({ role, level: { ...within, agentId } }));
}

/** Whether somebody may do something to all of a resource. */
export function authorise(principal: Principal, permission: Permission, resource: Resource): boolean {
  return allowed(principal, permission, resource, covers);
}

/** Whether they may do it to some of it: they see what they may, and nothing else. */
export function authorisePart(principal: Principal, permission: Permission, resource: Resource): boolean {
  return allowed(principal, permission, resource, touches);
}

/** The role that somebody has where they write. */
export function roleHere(principal: PersonPrincipal): Role {
  return roleFor(principal.grants, placed(principal, { roomId: principal.roomId })) ?? 'guest';
}

function allowed(
  principal: Principal,
  permission: Permission,
  resource: Resource,
  within: (level: Level, resource: Resource) => boolean,
): boolean {
  if (principal.kind === 'system') return true;
  const row = rowOf(permission);
  if (!row) return false;
  const holds = (grants: readonly Grant[], asked: Resource, least: Role) =>
    grants.some(({ role, level }) => isAtLeast(role, least) && within(level, asked));
  if (principal.kind === 'token')
    return inScope(principal, permission) && holds(grantsOfToken(principal), resource, row.least);
  const { grants, via } = principal;
  const asked = placed(principal, resource);
  if (row.self && isOwn(principal, resource))
    return !via || inScope(via, permission) || inScope(via, 'messages.send');
  if (via && !(inScope(via, permission) && grantsOfToken(via).some(({ level }) => within(level, asked))))
    return false;
  const least = asked.place ? (row.places ?? row.least) : row.least;
  return holds(grants, asked, least);
}

function inScope({ scopes }: TokenHolder, permission: Permission): boolean {
  return scopes === undefined || scopes.includes(permission);
}

/** What is known of the room somebody is in need not be looked up: nothing may stand in it yet. */
function placed(
  { roomId, agentId, connector, tenant, channel }: PersonPrincipal,
  resource: Resource,
): Resource {
  if (resource.roomId !== roomId) return resource;
  return { agentId, connector, tenant, channel, ...resource };
}

function isOwn(principal: PersonPrincipal, { roomId, userId, scope, agentId, ...where }: Resource): boolean {
  if (agentId !== undefined && agentId !== principal.agentId) return false;
  if (scope !== undefined && scope !== principal.scope) return false;
  if (roomId !== undefined && roomId !== principal.roomId) return false;
  if (userId === undefined) return roomId !== undefined;
  const { connector, tenant } = principal;
  return userId === principal.userId && where.connector === connector && where.tenant === tenant;
}
