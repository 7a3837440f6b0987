/**
 * Who may do what: the one table. An operation whose permission has no row does not compile, and nobody holds what
 * their row does not name.
 *
 * - **admin**: the bearer of an admin token. One of a tenant other than `default` holds it for that tenant alone.
 * - **operator**: who is listed under `operators` of an agent, for that agent on that platform.
 * - **paired**: whom an operator has let in by a code; for places alone.
 * - **self**: anybody, for themselves and for the room they are in.
 */
export type Holder = 'admin' | 'operator' | 'paired' | 'self';

export const permissions = {
  'agents.read': ['admin', 'operator'],
  'pairings.read': ['admin', 'operator'],
  'pairings.approve': ['admin', 'operator', 'paired'],
  'pairings.revoke': ['admin', 'operator'],
  'tokens.read': ['admin'],
  'tokens.revoke': ['admin'],
  'secrets.read': ['admin'],
  'secrets.change': ['admin'],
  'rooms.read': ['admin', 'operator'],
  'rooms.forget': ['admin', 'operator'],
  'rooms.status': ['admin', 'operator', 'self'],
  'rooms.renew': ['admin', 'operator', 'self'],
  'rooms.model': ['admin', 'operator'],
  'turns.read': ['admin', 'operator'],
  'turns.stop': ['admin', 'operator', 'self'],
  'turns.run': ['admin', 'operator'],
  'turns.decide': ['admin', 'operator'],
  'deliveries.read': ['admin', 'operator'],
  'deliveries.change': ['admin', 'operator'],
  /** Whatever platform they were for: an operator is one of a single platform. */
  'deliveries.changeAll': ['admin'],
  'people.forget': ['admin', 'operator', 'self'],
  'health.read': ['admin'],
  'audit.read': ['admin'],
} as const satisfies Record<string, readonly Holder[]>;

export type Permission = keyof typeof permissions;
