/** The console as the server sees it: its pages come before the tokens, and who is signed in comes with a cookie. */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { TokenHolder } from '../access/principal.js';
import type { HubRequest } from '../connector/connector.js';

export const consolePaths = ['/', '/console', '/console/'];

export interface ConsoleFace {
  /** Takes off what a proxy puts before all paths. */
  base: RequestHandler;
  /** Pages, and signing in: for everybody. */
  open: RequestHandler;
  /** For whoever is signed in, or has a token. */
  signed: RequestHandler;
  /**
   * Whose cookie came with a request without a token; null: none came.
   * @throws FatalError `token_invalid`; `permission_denied` for what a page of another origin sends.
   */
  holderOf(req: HubRequest): Promise<TokenHolder | null>;
  /** Ends streams that are open. */
  end(): void;
}

/** Of which the console has said that a page of the hub's own sent them, by its cookie. */
const bySession = new WeakSet<IncomingMessage>();

export function markSession(req: IncomingMessage): void {
  bySession.add(req);
}

export function isBySession(req: IncomingMessage): boolean {
  return bySession.has(req);
}
