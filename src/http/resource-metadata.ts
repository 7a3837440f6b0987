/**
 * Where clients of the hub sign in, for those that look for it: protected-resource metadata (RFC 9728), as MCP clients do.
 * The hub is a resource, and so is each root below which a connector answers in a form of its own (`/mcp`, `/v1`).
 */
import type { IncomingMessage } from 'node:http';
import { type Request, type RequestHandler, Router } from 'express';
import type { Connector } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import { sendJson } from './answer.js';
import { below } from './below.js';
import { refuseMethod } from './method.js';

const wellKnown = '/.well-known/oauth-protected-resource';

export interface ResourceParts {
  /** Absent: people have the hub's own tokens, and sign in nowhere. */
  issuer?: string | undefined;
  /** CARRIER_PUBLIC_URL; absent: as the client has asked. */
  publicUrl?: string | undefined;
  connectors(): Connector[];
}

/** Where a request that is refused is told of its metadata. */
const metadataUrls = new WeakMap<IncomingMessage, () => string | undefined>();

/** For everybody, so before the tokens. */
export function signInRoutes(parts: ResourceParts): RequestHandler[] {
  const metadata = below([wellKnown, `${wellKnown}/`], metadataRoutes(parts));
  return parts.issuer === undefined ? [metadata] : [noteResource(parts), metadata];
}

/** Notes what a request that is refused is to be told, before it can be. */
function noteResource(parts: ResourceParts): RequestHandler {
  return (req, _res, next) => {
    metadataUrls.set(req, () => {
      const address = addressOf(req, parts);
      return address && `${address}${wellKnown}${rootOf(req.path, parts)}`;
    });
    next();
  };
}

/** Of a request without a token that is good: RFC 6750, section 3, and RFC 9728, section 5.1. */
export function challengeOf(req: IncomingMessage, error?: 'invalid_token'): string {
  const url = metadataUrls.get(req)?.();
  const told = [
    ...(error ? [`error="${error}"`] : []),
    ...(url === undefined ? [] : [`resource_metadata="${url}"`]),
  ];
  return ['Bearer', told.join(', ')].filter(Boolean).join(' ');
}

/** Open, to pages of any origin too: it holds nothing but addresses. */
function metadataRoutes(parts: ResourceParts): RequestHandler {
  const router = Router({ caseSensitive: true });
  router
    .route([wellKnown, `${wellKnown}/*root`])
    .all((_req, res, next) => {
      res.setHeader('Access-Control-Allow-Origin', '*');
      next();
    })
    .get((req, res) => {
      const asked = req.path.slice(wellKnown.length).replace(/\/$/, '');
      if (parts.issuer === undefined)
        throw new FatalError(
          'not_found',
          'This hub has no identity provider (CARRIER_JWT_ISSUER): ask whoever runs it for a token.',
        );
      if (asked !== rootOf(asked, parts)) throw new FatalError('not_found', 'There is no such resource.');
      const address = addressOf(req, parts);
      if (address === undefined)
        throw new FatalError('invalid_request', 'The header "Host" must name where the hub was asked.');
      // It may say what the client has said.
      res.setHeader('Cache-Control', 'no-store');
      sendJson(res, 200, {
        resource: `${address}${asked || '/'}`,
        authorization_servers: [parts.issuer],
        bearer_methods_supported: ['header'],
        resource_name: 'Carrier',
      });
    })
    .options((req, res, next) => {
      // A browser asks whether it may, since MCP clients say which revision they speak.
      if (req.headers['access-control-request-method'] === undefined) return next();
      res.setHeader('Access-Control-Allow-Methods', 'GET');
      res.setHeader('Access-Control-Allow-Headers', 'mcp-protocol-version');
      res.writeHead(204).end();
    })
    .all(refuseMethod('GET, HEAD'));
  return router;
}

/** Empty: it is the hub itself. */
function rootOf(path: string, { connectors }: ResourceParts): string {
  const roots = connectors().flatMap(({ routes }) => routes?.failures?.under ?? []);
  return roots.find((root) => path === root || path.startsWith(`${root}/`)) ?? '';
}

/** Undefined: the client has named no place at which it could ask again. */
function addressOf(req: IncomingMessage, { publicUrl }: ResourceParts): string | undefined {
  if (publicUrl !== undefined) return publicUrl;
  // By X-Forwarded-Proto and -Host where a trusted proxy says so.
  const { protocol, host } = req as Request;
  const asked = `${protocol}://${host}`;
  const origin = URL.canParse(asked) ? new URL(asked).origin : '';
  // Quotes would end the text that it stands in.
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? origin : undefined;
}
