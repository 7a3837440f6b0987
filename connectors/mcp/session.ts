/**
 * Ids of sessions, for clients of revisions with a handshake. Nothing is kept of a session but its id, which is signed for
 * the token that opened it: it is good in every process, and for no other token.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** @param owner whose token it is */
export function sessionId(owner: string, key: string): string {
  const name = randomUUID();
  return `${name}.${signature(name, owner, key)}`;
}

export function isSessionOf(id: string, owner: string, key: string): boolean {
  const [name = '', signed = ''] = id.split('.', 2);
  const right = Buffer.from(signature(name, owner, key));
  const given = Buffer.from(signed);
  return given.length === right.length && timingSafeEqual(given, right);
}

function signature(name: string, owner: string, key: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([name, owner]))
    .digest('base64url');
}
