/**
 * Roles, and for what somebody has one.
 *
 * - **Role**: each may do what those below it may. `guest` is whoever talks to an agent; `member` was let in by name or
 *   code; `operator` keeps agents running; `admin` gives tokens and roles; `owner` may do everything.
 * - **Level**: for what a role counts. What a level does not name, it does not limit: `{}` is the whole hub.
 * - **Grant**: a role for a level.
 */
export const roles = ['guest', 'member', 'operator', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** A guest is whoever was given none. */
export const givableRoles = ['member', 'operator', 'admin', 'owner'] as const satisfies Role[];

export interface Level {
  agentId?: string;
  connector?: string;
  /** As in a message's source. */
  tenant?: string;
  channel?: string;
  /** One person's own things there. */
  userId?: string;
}

export interface Grant {
  role: Role;
  level: Level;
  /** For people to read; nothing is decided by it. */
  from?: Origin;
}

/** Why somebody has a role. */
export interface Origin {
  by: 'settings' | 'pairing' | 'given' | 'group' | 'token';
  /** Whose it is: of a person's accounts, the one that has it. */
  account?: { connector: string; tenant: string; userId: string };
  group?: string;
}

/** What an operation or a route concerns, as far as that is known; an absent part means "all". */
export interface Resource extends Level {
  roomId?: string;
  /** Whose memories. */
  scope?: string;
  /** It is about a place where groups talk, not about a person. */
  place?: boolean;
}

export function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

export function lowerOf(one: Role, other: Role): Role {
  return isAtLeast(one, other) ? other : one;
}

export const levelParts = [
  'agentId',
  'connector',
  'tenant',
  'channel',
  'userId',
] as const satisfies (keyof Level)[];

/** What of it says for what it is. */
export function levelOf(said: Level): Level {
  return Object.fromEntries(
    levelParts.flatMap((part) => (said[part] === undefined ? [] : [[part, said[part]]])),
  );
}

/** Whether all of it is within the level. */
export function covers(level: Level, resource: Resource): boolean {
  return levelParts.every((part) => level[part] === undefined || level[part] === resource[part]);
}

/** Whether some of it may be. */
export function touches(level: Level, resource: Resource): boolean {
  return levelParts.every(
    (part) => level[part] === undefined || resource[part] === undefined || level[part] === resource[part],
  );
}

/** The highest of those that cover a resource; null: none does. */
export function roleFor(grants: readonly Grant[], resource: Resource): Role | null {
  return grants
    .filter(({ level }) => covers(level, resource))
    .reduce<Role | null>((best, { role }) => (best && isAtLeast(best, role) ? best : role), null);
}

/** What is within both; null: nothing. */
export function common(one: Level, other: Level): Level | null {
  const differ = levelParts.some((part) => (other[part] ?? one[part]) !== (one[part] ?? other[part]));
  return differ ? null : { ...levelOf(one), ...levelOf(other) };
}
