import type { OutputOf } from '../operations/operations.js';

type Admitted = Omit<OutputOf<'pairings.approve'>, 'pairing' | 'pairedAt'>;

/** Who or what was let in, in words. */
export function admitted({ agentId, connector, tenant, userId, name, channel }: Admitted): string {
  if (userId === undefined) return `the place ${channel ?? tenant} with ${agentId} on ${connector}`;
  const where = tenant === 'default' ? connector : `${connector}/${tenant}`;
  return `${named({ userId, name })} with ${agentId} on ${where}`;
}

/** By name where there is one. */
export function named({ userId, name }: { userId: string; name?: string }): string {
  return name === undefined ? userId : `${name} (${userId})`;
}
