/** The cookie that says which browser is signed in. Scripts cannot read it, and other sites' forms do not send it. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const name = 'carrier_session';

export function sessionIn({ headers }: IncomingMessage): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=');
    if (key === name && value) return value;
  }
  return undefined;
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
