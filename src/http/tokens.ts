/** Bearer tokens: whose a request's is, and what that may not do. */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { KnownTokens } from '../access/known-tokens.js';
import type { Permission } from '../access/permissions.js';
import { authorise, authorisePart, type TokenHolder } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import type { HubRequest } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import type { TokenStore } from '../store/token-store.js';
import { type ConsoleFace, markSession } from './console-face.js';
import type { OpenRequests } from './open-requests.js';
import { challengeOf } from './resource-metadata.js';

/** See `KnownTokens`. */
export type TokenVerifier = Pick<KnownTokens, 'verify' | 'allows' | 'whyEnded' | 'refresh' | 'onChange'>;

/** Verifies against the tokens of hubs alone, where none is issued. */
export function tokenVerifier(records: Pick<TokenStore, 'list'>): TokenVerifier {
  return new KnownTokens({ records });
}

/** The `b64token` of RFC 6750, section 2.1; the scheme's case does not matter. */
const bearerHeader = /^Bearer +(\S+)$/i;

/**
 * Lets a request pass with a valid token, and puts its owner on `req.principal`. Only one without any may come by the
 * console's cookie.
 */
export function requireToken(
  tokens: TokenVerifier,
  open: OpenRequests,
  face?: Pick<ConsoleFace, 'holderOf'>,
): RequestHandler {
  return async (req, res, next) => {
    const token = bearerHeader.exec(req.headers.authorization ?? '')?.[1];
    const pass = (principal: TokenHolder) => {
      const request = req as HubRequest;
      request.principal = principal;
      request.revoked = open.add(req, res, principal);
      next();
    };
    const signedIn =
      req.headers.authorization === undefined ? await face?.holderOf(req as HubRequest) : undefined;
    if (signedIn) {
      markSession(req);
      return pass(signedIn);
    }
    if (token === undefined) {
      res.setHeader('WWW-Authenticate', challengeOf(req));
      throw new FatalError('token_missing', 'Send the header "Authorization: Bearer TOKEN" with your token.');
    }
    const refused = (error: FatalError) => {
      res.setHeader('WWW-Authenticate', challengeOf(req, 'invalid_token'));
      throw error;
    };
    const principal = await tokens.verify(token).catch((error) => {
      if (error instanceof FatalError && error.code === 'token_invalid') return refused(error);
      throw error;
    });
    if (!principal)
      return refused(
        new FatalError(
          'token_invalid',
          'This token is not known to the hub; check that it was copied whole, and not revoked or replaced since.',
        ),
      );
    pass(principal);
  };
}

/** @throws FatalError `token_missing`, `permission_denied`. */
export function requirePermission(
  req: IncomingMessage,
  permission: Permission,
  resource: Resource,
): TokenHolder {
  const { principal } = req as HubRequest;
  if (!principal) throw new FatalError('token_missing', 'Send your token with the request.');
  if (authorise({ kind: 'token', ...principal }, permission, resource)) return principal;
  throw new FatalError('permission_denied', `This token may not do this (${permission}).`);
}

/**
 * Whether there are routes for this token that do not ask themselves what it may. What binds it to a user or to agents
 * is nothing to them, so such a token must name them in its scopes.
 */
export function maySeeRoutes(principal: TokenHolder | undefined, agentId?: string): boolean {
  if (!principal) return false;
  const { user, agents, scopes } = principal;
  const isBound = user !== undefined || (agents !== undefined && agentId === undefined);
  if (isBound && !scopes?.includes('routes.call')) return false;
  return authorisePart(
    { kind: 'token', ...principal },
    'routes.call',
    agentId === undefined ? {} : { agentId },
  );
}
