/** Carries requests to operations: who asks is whose token came with the request. */
import { json, type Request, type RequestHandler, Router } from 'express';
import { authorisePart } from '../access/principal.js';
import type { HubRequest } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import type { Caller, InputOf, OperationName } from '../operations/operations.js';
import { sendJson } from './answer.js';
import { documentUpload } from './document-upload.js';
import { sendLines } from './lines.js';
import { refuseMethod, tellMethods } from './method.js';
import { carryOut } from './open-requests.js';
import { entityTag, versionsIn } from './precondition.js';
import { maxBodyBytes, type Route, routes } from './routes.js';

/**
 * Each first part of a path has a router of its own: one router would try more than a hundred paths for every request,
 * those of messages included, and Express lets others go first after a hundred.
 */
export function operationRoutes(operations: Caller): RequestHandler {
  const routers = new Map<string, Router>();
  const paths = new Set(routes.map(({ path }) => path));
  for (const path of paths) {
    const here = routes.filter((route) => route.path === path);
    const first = firstOf(path);
    const router = routers.get(first) ?? Router({ caseSensitive: true });
    routers.set(first, router);
    const at = router.route(path);
    for (const route of here) {
      const method = route.method.toLowerCase() as Lowercase<Route['method']>;
      at[method](...bodyOf(route), carry(route, operations));
    }
    const allow = here.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
    // An agent's paths have other methods, which connectors serve.
    at.all(first === '' ? tellMethods(allow) : refuseMethod(allow));
  }
  const ofAgents = routers.get('')!;
  // No agent is called as the first part of another path.
  return (req, res, next) => (routers.get(firstOf(req.path)) ?? ofAgents)(req, res, next);
}

/** Empty where it is an agent's id. */
function firstOf(path: string): string {
  const first = path.split('/', 2)[1]!;
  return first.startsWith(':') ? '' : first;
}

function bodyOf({ method, operation }: Route): RequestHandler[] {
  if (method === 'GET') return [];
  const types = method === 'PATCH' ? [...jsonTypes, 'application/merge-patch+json'] : jsonTypes;
  const body = [json({ limit: maxBodyBytes(operation), type: types }), requireJson(types)];
  return operation === 'documents.add' ? [mayAddDocuments, documentUpload, ...body] : body;
}

/** From whoever may not add any, no file is read, and no long body; the operation denies it, and writes so down. */
const mayAddDocuments: RequestHandler = (req, res, next) => {
  const { principal } = req as unknown as HubRequest;
  if (!principal || authorisePart({ kind: 'token', ...principal }, 'documents.add', {})) return next();
  if (!req.is('multipart/form-data')) return short(req, res, next);
  req.body = { agentId: 'unread', name: 'unread', text: 'unread' };
  next();
};

const short = json({ limit: 100_000 });

const jsonTypes = ['application/json'];

function requireJson(types: string[]): RequestHandler {
  return (req, _res, next) => {
    if (req.is('multipart/form-data') && req.body) return next();
    const sent = Number(req.headers['content-length'] ?? 0) > 0 || req.headers['transfer-encoding'];
    if (sent && !req.is(types))
      throw new FatalError('content_type_unsupported', `Send the body as ${types.join(' or ')}.`);
    next();
  };
}

function carry({ method, operation, versioned }: Route, operations: Caller): RequestHandler {
  return async (req, res) => {
    const request = req as unknown as HubRequest;
    const { principal, address } = request;
    if (!principal) throw new FatalError('token_missing', 'Send your token with the request.');
    const input: Record<string, unknown> = method === 'GET' ? { ...req.query, ...req.params } : withBody(req);
    const match = req.headers['if-match'];
    if (versioned && method !== 'GET' && match !== undefined) input.ifVersion = versionsIn(match);
    carryOut(request);
    const asker = { kind: 'token', ...principal } as const;
    const output = await operations.call(operation, input as InputOf<OperationName>, asker, address);
    res.setHeader('Cache-Control', 'no-store');
    if ('lines' in output) return sendLines(res, output);
    const version = versioned && 'version' in output ? output.version : null;
    if (typeof version === 'number') res.setHeader('ETag', entityTag(version));
    sendJson(res, 200, output);
  };
}

/** For routes of connectors. */
export async function operate(
  request: HubRequest,
  operations: Caller | null,
  name: string,
  input: object,
): Promise<unknown> {
  const { principal, address } = request;
  if (!principal) throw new FatalError('token_missing', 'Send your token with the request.');
  if (!operations) throw new FatalError('not_found', 'Nothing is managed here.');
  request.revoked?.throwIfAborted();
  const asker = { kind: 'token', ...principal } as const;
  return operations.call(name as OperationName, input as InputOf<OperationName>, asker, address);
}

function withBody({ body = {}, params }: Request): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new FatalError('invalid_field', 'The body must be a JSON object.');
  return { ...body, ...params };
}
