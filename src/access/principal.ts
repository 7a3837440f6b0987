/**
 * Who asks, and whether they may. `authorise` is the only place that decides; what nothing here allows is denied.
 *
 * - **Token**: whoever has it. One of a tenant other than `default` reaches what is of that tenant alone; one for a user
 *   only what is that user's.
 * - **Person**: somebody who writes to an agent. They have the roles that were given to them, and anybody may do a few
 *   things for themselves. Who comes by a token may do nothing that the token may not.
 */
import { tokenConnector } from '../core/connector-settings.js';
import { consoleUser } from '../core/console-user.js';
import { writtenAccount } from '../core/written-account.js';
import { type Permission, permissions, rowOf } from './permissions.js';
import {
  common,
  covers,
  type Grant,
  isAtLeast,
  type Level,
  lowerOf,
  type Resource,
  type Role,
  roleFor,
  roles,
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
  /** What somebody holds who is signed in to the console, in the place of what a token's role gives. */
  grants?: readonly Grant[];
  /** As whom they write there, and nobody else; besides, they may do for themselves what people may in chats. */
  self?: string;
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
  if (token.grants) return [...token.grants];
  const bound = tenant !== hubTenant || user !== undefined;
  const within: Level = {
    ...(bound && { connector: tokenConnector, tenant }),
    ...(user !== undefined && { userId: user }),
  };
  const role = roleOfToken(token);
  if (agents === undefined) return [{ role, level: within }];
  return agents.map((agentId) => ({ role, level: { ...within, agentId } }));
}

/**
 * What is left of a person's grants where they come by a token: nothing that the token may not. One that keeps the hub
 * running answers for whom it names, and so they have what it has.
 */
export function grantsThrough(token: TokenHolder, own: readonly Grant[]): Grant[] {
  const from = { by: 'token' as const };
  if (token.user === undefined && isAtLeast(roleOfToken(token), 'operator'))
    return grantsOfToken(token).map((grant) => ({ ...grant, from }));
  return limitedBy(token, own);
}

/** Of what a person has by themselves, what counts where they come by a token. */
export function limitedBy(token: TokenHolder, own: readonly Grant[]): Grant[] {
  return own.flatMap((grant) => limited(token, grant));
}

/** Whether a token could do all that somebody may by a grant. */
export function isWithin(token: TokenHolder, grant: Grant): boolean {
  const whole = wholeRoleOf(token);
  return (
    isAtLeast(whole, grant.role) && limited(token, grant).some(({ level }) => covers(level, grant.level))
  );
}

/** The highest role of which a token may use all: one that is for a few things has no more than they are. */
export function wholeRoleOf(token: TokenHolder): Role {
  const mayAll = (role: Role) =>
    Object.entries(permissions).every(
      ([permission, { least }]) => !isAtLeast(role, least) || inScope(token, permission as Permission),
    );
  const own = roleOfToken(token);
  return roles.findLast((role) => isAtLeast(own, role) && mayAll(role)) ?? 'guest';
}

function limited(token: TokenHolder, { role, level, ...grant }: Grant): Grant[] {
  // Whose it is says who they are: what others have given them, they have.
  return grantsOfToken({ ...token, user: undefined }).flatMap((most) => {
    const both = common(level, most.level);
    return both ? [{ ...grant, role: lowerOf(role, most.role), level: both }] : [];
  });
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
  if (principal.kind === 'token') {
    if (row.self && isOwnInConsole(principal, resource)) return true;
    return inScope(principal, permission) && holds(grantsOfToken(principal), resource, row.least);
  }
  const { grants, via } = principal;
  const asked = placed(principal, resource);
  if (row.self && isOwn(principal, resource))
    return !via || inScope(via, permission) || inScope(via, 'messages.send');
  // As whom it speaks is who they are; where it is for, bounds what they are.
  const bounds = via && grantsOfToken({ ...via, user: undefined });
  if (via && !(inScope(via, permission) && bounds?.some(({ level }) => within(level, asked)))) return false;
  const least = asked.place ? (row.places ?? row.least) : row.least;
  return holds(grants, asked, least);
}

/** Their direct room with an agent that they may talk to, and what is theirs there. */
function isOwnInConsole(
  { self, tenant, grants = [] }: TokenHolder,
  { userId, connector, tenant: of, agentId }: Resource,
): boolean {
  if (self === undefined || userId === undefined) return false;
  const here = userId === self && connector === tokenConnector && of === tenant;
  // The account that they came from: what is theirs there is theirs here.
  const there =
    connector !== undefined &&
    of !== undefined &&
    self === consoleUser(writtenAccount({ connector, tenant: of, userId }));
  const inConsole = { agentId, connector: tokenConnector, tenant, userId: self };
  return (here || there) && grants.some(({ level }) => covers(level, inConsole));
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
