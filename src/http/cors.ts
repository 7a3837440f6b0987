/** Pages of other origins: those that a token names may send it, and read the answers. */
import type { RequestHandler } from 'express';
import type { HubRequest } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import { isBySession } from './console-face.js';
import type { TokenVerifier } from './tokens.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const requestHeaders = [
  ...['accept', 'authorization', 'content-type', 'if-match', 'idempotency-key', 'x-carrier-room'],
  // Of MCP clients, and a stream that goes on.
  ...['mcp-protocol-version', 'mcp-session-id', 'last-event-id'],
];
/** What generated SDKs tell of themselves with each call, under names that change. */
const sdkHeader = /^x-stainless-[a-z-]+$/;
const answerHeaders = 'Allow, ETag, Mcp-Session-Id, Retry-After, WWW-Authenticate, X-Carrier-Room';
/** How long a browser need not ask again, in seconds. It asks whether it may ask; the token decides each time. */
const maxAge = 600;

/** Answers a browser that asks whether it may ask: such a request has no token, so some token must name its origin. */
export function answerPreflights(tokens: Pick<TokenVerifier, 'allows'>): RequestHandler {
  return async (req, res, next) => {
    res.setHeader('Vary', 'Origin');
    const { origin, 'access-control-request-method': method } = req.headers;
    if (req.method !== 'OPTIONS' || origin === undefined || method === undefined) return next();
    res.setHeader('Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
    if (!(await tokens.allows(origin))) throw refused();
    res.setHeader('Access-Control-Allow-Origin', origin);
    if (methods.includes(method)) res.setHeader('Access-Control-Allow-Methods', method);
    const asked = String(req.headers['access-control-request-headers'] ?? '').toLowerCase();
    const ours = asked
      .split(',')
      .map((name) => name.trim())
      .filter((name) => requestHeaders.includes(name) || sdkHeader.test(name));
    if (ours.length > 0) res.setHeader('Access-Control-Allow-Headers', ours.join(', '));
    res.setHeader('Access-Control-Max-Age', maxAge);
    res.writeHead(204).end();
  };
}

/** Behind the tokens. A request without an origin is no page's. */
export const requireOrigin: RequestHandler = (req, res, next) => {
  const { origin } = req.headers;
  // What a page of another origin may read, the browser asks: it is told of none.
  if (origin === undefined || isBySession(req)) return next();
  const { principal } = req as HubRequest;
  if (!principal?.origins?.includes(origin)) throw refused();
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Access-Control-Expose-Headers', answerHeaders);
  next();
};

function refused(): FatalError {
  return new FatalError(
    'permission_denied',
    'Pages of this origin may not call the hub with this token. A token names the origins it is for when it is issued.',
  );
}
