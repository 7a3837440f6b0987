/**
 * Who may do what: the one table. What has no row here, nobody may do; an operation whose permission has no row does
 * not compile. `docs/operations.md` shows it.
 */
import type { Role } from './role.js';

interface Row {
  /** The least role, for what is concerned (`principal.ts`). */
  least: Role;
  /** Anybody, for themselves and for the room they are in. */
  self?: true;
  /** The least role of a person where it concerns a place in which groups talk. */
  places?: Role;
}

export const permissions = {
  /** Talk to agents, over the hub's own routes. */
  'messages.send': { least: 'guest' },
  /** Read rooms, files and turns over the routes by which messages are sent. */
  'messages.read': { least: 'guest' },
  /** Call routes behind the hub's tokens that connectors and plugins bring. */
  'routes.call': { least: 'member' },
  'metrics.read': { least: 'operator' },
  'agents.read': { least: 'operator' },
  /** Definitions in the store; a new one is the whole hub's. */
  'agents.change': { least: 'admin' },
  'pairings.read': { least: 'operator' },
  'pairings.approve': { least: 'operator', places: 'member' },
  'pairings.revoke': { least: 'operator' },
  'tokens.read': { least: 'admin' },
  'tokens.issue': { least: 'admin' },
  'tokens.revoke': { least: 'admin' },
  'secrets.read': { least: 'admin' },
  'secrets.change': { least: 'admin' },
  'tools.read': { least: 'admin' },
  'tools.change': { least: 'admin' },
  'tools.accept': { least: 'operator' },
  'policy.read': { least: 'operator' },
  'rooms.read': { least: 'operator' },
  'rooms.forget': { least: 'operator' },
  /** Take a room over, answer there, note something, hand it back. */
  'rooms.answer': { least: 'operator' },
  'rooms.status': { least: 'operator', self: true },
  'rooms.summary': { least: 'operator', self: true },
  'rooms.renew': { least: 'operator', self: true },
  'rooms.model': { least: 'operator' },
  'facts.read': { least: 'operator', self: true },
  'facts.change': { least: 'operator', self: true },
  'turns.read': { least: 'operator' },
  'turns.stop': { least: 'operator', self: true },
  'turns.run': { least: 'operator' },
  'turns.decide': { least: 'operator' },
  'approvals.read': { least: 'operator' },
  /** Besides, the rule that asks names the least role. */
  'approvals.decide': { least: 'member' },
  'tasks.read': { least: 'operator', self: true },
  'tasks.change': { least: 'operator', self: true },
  'deliveries.read': { least: 'operator' },
  'deliveries.change': { least: 'operator' },
  /** Whatever platform they were for. */
  'deliveries.changeAll': { least: 'admin' },
  'schedules.read': { least: 'operator', self: true },
  'schedules.add': { least: 'operator' },
  'schedules.change': { least: 'operator', self: true },
  /** Have an agent say something unasked. */
  'messages.post': { least: 'operator' },
  'documents.read': { least: 'operator', self: true },
  'documents.add': { least: 'operator' },
  /** Whoever keeps one for a room may take it away again. */
  'documents.change': { least: 'operator', self: true },
  'people.forget': { least: 'operator', self: true },
  'retention.read': { least: 'operator' },
  'people.export': { least: 'operator', self: true },
  'people.erase': { least: 'operator', self: true },
  'switches.read': { least: 'operator' },
  'switches.change': { least: 'operator' },
  /** Of all agents at once. */
  'switches.changeAll': { least: 'admin' },
  'people.read': { least: 'operator', self: true },
  'people.link': { least: 'admin' },
  'people.unlink': { least: 'admin', self: true },
  /** By whoever has the account alone, in a chat. */
  'people.linkOwn': { least: 'admin', self: true },
  'roles.read': { least: 'operator' },
  'roles.change': { least: 'operator' },
  'usage.read': { least: 'operator' },
  /** How replies fared. */
  'scores.read': { least: 'operator' },
  'turns.rate': { least: 'operator', self: true },
  'lessons.read': { least: 'operator' },
  'lessons.propose': { least: 'operator' },
  /** They are instructions of the agent then. */
  'lessons.approve': { least: 'admin' },
  'lessons.change': { least: 'operator' },
  'health.read': { least: 'admin' },
  'audit.read': { least: 'admin' },
  'events.read': { least: 'operator' },
  /** Search what agents remember. */
  'memories.read': { least: 'operator' },
  /** Sign in to the console as the owner of the hub. */
  'console.link': { least: 'owner' },
  /** By whoever has the account alone, in a chat. */
  'console.linkOwn': { least: 'owner', self: true },
  /** Which browsers are signed in, and ending that. */
  'console.sessions': { least: 'owner' },
  'encryption.read': { least: 'admin' },
  'encryption.rotate': { least: 'admin' },
} as const satisfies Record<string, Row>;

/** What somebody may do; the table above says who. */
export type Permission = keyof typeof permissions;

/** Undefined for what is no permission. */
export function rowOf(permission: string): Row | undefined {
  return Object.hasOwn(permissions, permission) ? permissions[permission as Permission] : undefined;
}
