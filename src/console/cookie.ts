/** The cookie that says which browser is signed in. Scripts cannot read it, and other sites' forms do not send it. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const name = 'carrier_session';

/** All that a browser sends of that name: hubs below other paths of the host have theirs. */
export function sessionsIn({ headers }: IncomingMessage): string[] {
  return (headers.cookie ?? '').split(';').flatMap((part) => {
    const [key, value] = part.trim().split('=');
    return key === name && value ? [value] : [];
  });
}

export interface CookieScope {
  /** Where the hub lies; empty: at the root. */
  path: string;
  secure: boolean;
}

/** @param seconds how long the browser keeps it; 0: it is taken away. */
export function setSession(
  res: ServerResponse,
  value: string,
  seconds: number,
  { path, secure }: CookieScope,
): void {
  const parts = [`${name}=${value}`, `Path=${path}/`, `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Lax'];
  res.setHeader('Set-Cookie', [...parts, ...(secure ? ['Secure'] : [])].join('; '));
}
