/** The hub's one HTTP server: health, tokens, metrics, then whatever routes the connectors bring. */
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Express, type RequestHandler, Router } from 'express';
import type { Permission } from '../access/permissions.js';
import type { Resource } from '../access/role.js';
import type { Config } from '../config.js';
import type { Connector, HubRequest } from '../connector/connector.js';
import type { Readiness } from '../core/readiness.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Caller } from '../operations/operations.js';
import { addressOf } from './address.js';
import { below } from './below.js';
import { type ConsoleFace, consolePaths } from './console-face.js';
import { answerPreflights, requireOrigin } from './cors.js';
import { type EventFeed, type EventStreams, eventStreams, wantsStream } from './events.js';
import { answerFailures, answerUnparsable, noteOwnForms } from './failure.js';
import { setSecurityHeaders } from './headers.js';
import { alive, metricsOf, readiness } from './health.js';
import { requireHost } from './host.js';
import { HttpLimits, type HttpLimitsParts } from './limits.js';
import { refuseMethod } from './method.js';
import { OpenRequests } from './open-requests.js';
import { documentRoutes } from './openapi/serving.js';
import { operate, operationRoutes } from './operations.js';
import { closePipelined } from './pipelined.js';
import { type ResourceParts, signInRoutes } from './resource-metadata.js';
import { maySeeRoutes, requirePermission, requireToken, type TokenVerifier } from './tokens.js';

type Routes = NonNullable<Connector['routes']>;

export interface HttpServerOptions {
  config: Pick<Config['http'], 'host' | 'port'> & Partial<Pick<Config['http'], 'trustedProxies'>>;
  /** Those that run now; the routes of `own` access come before the tokens, those of `token` access behind them. */
  connectors(): Connector[];
  /** What plugins serve under their names at this moment. */
  plugins?: () => ({ name: string } & Routes)[];
  tokens: TokenVerifier;
  ready: () => Promise<Readiness>;
  /** In Prometheus' text format. */
  metrics: () => Promise<{ contentType: string; body: string }>;
  /** Absent or null: nothing is managed here. */
  operations?: Caller | null;
  /** What `/events` reads; absent: nothing is told of there. */
  events?: EventFeed;
  /** Of JWTs. */
  signIn?: Pick<ResourceParts, 'issuer' | 'publicUrl'>;
  /** Absent: there is no console. */
  console?: ConsoleFace;
  /** Absent: none. */
  limits?: Omit<HttpLimitsParts, 'log'>;
  log: Pick<Logger, 'error' | 'warn'>;
  patience?: Partial<Patience>;
}

export interface HttpServer {
  /** Where to reach it from this machine. */
  url: string;
  /** Takes no more connections, lets requests finish for `deadlineMs` (default 10,000), then cuts them off. */
  close(deadlineMs?: number): Promise<void>;
}

/** How long slow clients are waited for, in ms. */
interface Patience {
  /** Until the headers are in. */
  headersMs: number;
  /** Until the body is in: a large upload over a slow line takes its time. */
  requestMs: number;
  /** Until the next request of an idle connection; longer than the 60 s of usual load balancers. */
  keepAliveMs: number;
  /** Between looks for connections that are over their time. */
  checkMs: number;
}

const defaultPatience: Patience = {
  headersMs: 10_000,
  requestMs: 120_000,
  keepAliveMs: 65_000,
  checkMs: 5000,
};

/** @throws FatalError `config_invalid` when the address cannot be listened on. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { app, end } = compose(options);
  const patience = { ...defaultPatience, ...options.patience };
  const server = listener(app, patience, options.operations ?? null);
  await listen(server, options.config);
  server.on('error', (err) => options.log.error({ err }, 'the HTTP server cannot take a connection'));
  return {
    url: urlOf(server.address() as AddressInfo),
    close(deadlineMs = 10_000) {
      end();
      return close(server, deadlineMs);
    },
  };
}

/** @returns besides, what ends the streams that would never end by themselves. */
function compose(options: HttpServerOptions): { app: Express; end(): void } {
  const { config, connectors, plugins, tokens, ready, metrics, operations, log } = options;
  const limits = options.limits && new HttpLimits({ ...options.limits, log });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', config.trustedProxies ?? false);
  const { console: face } = options;
  app.use(closePipelined, setSecurityHeaders(), requireHost, setAddress);
  if (face) app.use(face.base);
  app.use(signInRoutes({ ...options.signIn, connectors }), noteOwnForms(connectors), refuseTools);
  app.route('/healthz').get(alive).all(refuseMethod('GET, HEAD'));
  app.route('/readyz').get(readiness(ready)).all(refuseMethod('GET, HEAD'));
  if (operations) app.use(below(['/openapi.json', '/docs', '/docs/'], documentRoutes(connectors)));
  if (face) app.use(below(consolePaths, limits ? Router().use(face.open, limits.refusals) : face.open));
  app.use(routesOf(connectors, 'own'));
  mountPlugins(app, plugins, 'own');
  app.use(answerPreflights(tokens), authenticated(tokens, limits, face), requireOrigin);
  if (limits) app.use(limits.rates);
  if (face && limits) app.use('/console/live', limits.streams);
  if (face) app.use(below(consolePaths, face.signed));
  app
    .route('/metrics')
    .get((req, _res, next) => {
      requirePermission(req, 'metrics.read', {});
      next();
    }, metricsOf(metrics))
    .all(refuseMethod('GET, HEAD'));
  const streams = operations && options.events && eventStreams(options.events, operations);
  if (streams) app.get('/events', ...streaming(streams, limits));
  if (operations) app.use(operationRoutes(operations));
  app.use(whileThere);
  if (limits) app.use(limits.streams);
  app.use(routesOf(connectors, 'token'));
  mountPlugins(app, plugins, 'token');
  app.use((req, res) => {
    const allow = res.getHeader('Allow');
    if (allow)
      throw new FatalError('method_not_allowed', `${req.method} is not possible here; use ${allow}.`);
    throw new FatalError('not_found', 'No such route. GET /openapi.json names all there are.');
  });
  app.use(answerFailures(log, options.limits?.limited));
  const end = () => {
    streams?.end();
    face?.end();
  };
  return { app, end };
}

/** For those who want a stream; to others the route is an operation's. */
function streaming({ handler }: EventStreams, limits: HttpLimits | undefined): RequestHandler[] {
  const wanted: RequestHandler = (req, _res, next) =>
    next(wantsStream(req.headers.accept) ? undefined : 'route');
  return [wanted, whileThere, ...(limits ? [limits.streams] : []), handler];
}

/** Behind these handlers alone, since other programs' events are refused with the same errors before them. */
function authenticated(
  tokens: TokenVerifier,
  limits: HttpLimits | undefined,
  face: ConsoleFace | undefined,
): RequestHandler {
  const router = Router().use(requireToken(tokens, new OpenRequests(tokens), face));
  return limits ? router.use(limits.refusals) : router;
}

/**
 * Who left before their token and their rates were known is not served: their body can be read no more, and whatever
 * is given back when they leave would never be.
 */
const whileThere: RequestHandler = (_req, res, next) => {
  if (!res.destroyed) next();
};

/** What an agent is given to call addresses with must not reach the hub, which could then be told what to allow. */
const refuseTools: RequestHandler = (req, _res, next) => {
  if (req.headers['carrier-tool'] === undefined) return next();
  throw new FatalError('permission_denied', 'Tools of a hub do not call hubs.');
};

const setAddress: RequestHandler = (req, _res, next) => {
  (req as HubRequest).address = addressOf(req);
  next();
};

/** Express cannot take a route away again, and connectors come and go: each request asks those that run. */
function routesOf(connectors: () => Connector[], access: 'own' | 'token'): RequestHandler {
  return (req, res, next) => {
    const { principal } = req as HubRequest;
    const isSeen = ({ agentId, routes }: Connector) =>
      access === 'own' || routes?.authorises || maySeeRoutes(principal, agentId);
    const handlers = connectors()
      .filter((connector) => connector.routes?.access === access && isSeen(connector))
      .map(({ routes }) => routes!.handler);
    const pass = async (at: number, error?: unknown): Promise<void> => {
      const handler = handlers[at];
      if (error || !handler) return next(error);
      try {
        await handler(req, res, (failure) => void pass(at + 1, failure));
      } catch (failure) {
        next(failure);
      }
    };
    void pass(0);
  };
}

function mountPlugins(app: Express, plugins: HttpServerOptions['plugins'], access: 'own' | 'token'): void {
  app.use('/plugins/:name', (req, res, next) => {
    const found = plugins?.().find((plugin) => plugin.name === req.params.name && plugin.access === access);
    const isSeen = access === 'own' || maySeeRoutes((req as unknown as HubRequest).principal);
    return found && isSeen ? (found.handler as RequestHandler)(req, res, next) : next();
  });
}

/**
 * Express gives every request and response its own prototype, and changing an object's prototype after it is
 * made costs more (120 µs) than all else express does. Objects made with that prototype are left as they are.
 */
function listener(app: Express, patience: Patience, operations: Caller | null): Server {
  class Request extends IncomingMessage implements HubRequest {
    authorise(permission: Permission, resource: Resource): void {
      requirePermission(this, permission, resource);
    }

    operate(name: string, input: object): Promise<unknown> {
      return operate(this, operations, name, input);
    }
  }
  class Response<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  app.request = Request.prototype as unknown as typeof app.request;
  app.response = Response.prototype as unknown as typeof app.response;

  const server = createServer(
    {
      IncomingMessage: Request,
      ServerResponse: Response,
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      keepAliveTimeout: patience.keepAliveMs,
      connectionsCheckingInterval: patience.checkMs,
      maxHeaderSize: 16_384,
      // `requireHost` says so in the form of all errors.
      requireHostHeader: false,
    },
    app,
  );
  server.maxHeadersCount = 100;
  // What is expected besides `100-continue`, a server may pass over (RFC 9110, section 10.1.1).
  server.on('checkExpectation', app);
  server.on('clientError', (error, socket) => answerUnparsable(error, socket as Socket));
  return server;
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(listenFailure(error, host, port));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function listenFailure(cause: NodeJS.ErrnoException, host: string, port: number): FatalError {
  const [field, message] =
    cause.code === 'EADDRINUSE'
      ? ['CARRIER_PORT', `Port ${port} on ${host} is taken by another program. Stop it, or set CARRIER_PORT`]
      : cause.code === 'EACCES'
        ? ['CARRIER_PORT', `This user may not listen on port ${port}. Set CARRIER_PORT above 1023`]
        : [
            'CARRIER_HOST',
            `Cannot listen on ${host} (${cause.code}). Set CARRIER_HOST to 127.0.0.1 or 0.0.0.0`,
          ];
  return new FatalError('config_invalid', `${message}.`, { field, cause });
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (address === '::') return `http://[::1]:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

function close(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection turns idle when its request ends, and would otherwise be kept alive for the next one.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(deadline);
      resolve();
    });
  });
}
