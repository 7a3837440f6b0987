/** How anything thrown on the way through the server becomes an answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Connector, FailureAnswer, HubRequest } from '../connector/connector.js';
import { CarrierError, type ErrorCode, FatalError, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Limited } from '../metrics.js';
import { redact } from '../redaction.js';
import { sendJson } from './answer.js';
import { challengeOf } from './resource-metadata.js';

/** Errors of body-parser and its like, which name their kind in `type`. */
const parserTypes: Record<string, ErrorCode> = {
  'entity.too.large': 'body_too_large',
  'parameters.too.many': 'body_too_large',
  'charset.unsupported': 'content_type_unsupported',
  'encoding.unsupported': 'content_type_unsupported',
};

const uploadLimits = new Set(['LIMIT_FILE_SIZE', 'LIMIT_FIELD_VALUE']);

/** How long a client that has its answer already may go on sending before the connection is cut. */
const lingerMs = 5000;

/** Of requests whose failures a connector answers in its own form. */
const ownForms = new WeakMap<IncomingMessage, FailureAnswer>();

/** Notes who answers a request's failures, before anything can fail. */
export function noteOwnForms(connectors: () => Connector[]): RequestHandler {
  return (req, _res, next) => {
    const mine = connectors().find(({ routes }) => isUnder(routes?.failures?.under, req.path));
    if (mine) ownForms.set(req, mine.routes!.failures!.answer);
    next();
  };
}

function isUnder(path: string | undefined, asked: string): boolean {
  return path !== undefined && (asked === path || asked.startsWith(`${path}/`));
}

/** @param limited is told of uploads for which there is no room. */
export function answerFailures(
  log: Pick<Logger, 'error' | 'warn'>,
  limited?: (limit: Limited) => void,
): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (thrown, req, res, _next) => {
    const error = asAnswer(thrown);
    if (error.code === 'uploads_full') limited?.('bytes');
    // It was told why it ends, and its handler went on for a moment.
    if (res.writableEnded && (req as HubRequest).revoked?.aborted) return;
    if (error.code === 'internal') log.error({ err: thrown, method: req.method }, 'request failed');
    else if (error.status >= 500) log.warn({ err: error, method: req.method }, 'request not served');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    sendFailure(req, res, error);
  };
}

export function sendFailure(req: IncomingMessage, res: ServerResponse, error: CarrierError): void {
  if (error instanceof RetryableError && error.retryAfterMs !== undefined)
    res.setHeader('Retry-After', Math.ceil(error.retryAfterMs / 1000));
  if (error.status === 401 && !res.hasHeader('WWW-Authenticate'))
    res.setHeader('WWW-Authenticate', challengeOf(req, 'invalid_token'));
  const { status, code, field } = error;
  const message = publicMessage(error);
  const own = ownForms.get(req)?.({ status, code, message, field });
  sendJson(res, own?.status ?? status, own?.body ?? { error: { code, message, field } });
  if (!req.complete) linger(req);
}

/** Closing while the client still sends would reset the connection before it has read the answer. */
function linger(req: IncomingMessage): void {
  req.resume();
  const timer = setTimeout(() => req.socket.destroy(), lingerMs).unref();
  req.once('close', () => clearTimeout(timer));
}

function publicMessage(error: CarrierError): string {
  if (error.code !== 'internal') return redact(error.message);
  return 'A fault in the hub; its log has the details. The same request may succeed if sent again.';
}

/** What is thrown by our own code passes; what the libraries throw about the request gets our code. */
function asAnswer(thrown: unknown): CarrierError {
  if (thrown instanceof CarrierError) return thrown;
  const cause = thrown;
  const { name, type, code, status, message } = (thrown ?? {}) as Record<string, unknown>;
  if (thrown instanceof URIError)
    return new FatalError('not_found', 'The path has a "%" that is not a valid escape.', { cause });
  if (name === 'MulterError') {
    const kind = uploadLimits.has(String(code)) ? 'body_too_large' : 'invalid_upload';
    return new FatalError(kind, `${message}.`, { cause });
  }
  if (typeof type === 'string' && typeof status === 'number' && status >= 400 && status < 500) {
    const kind = parserTypes[type] ?? 'invalid_json';
    return new FatalError(kind, `The body cannot be read: ${message}.`, { cause });
  }
  return new RetryableError('internal', String(message ?? thrown), { cause });
}

const unparsable: Record<string, [status: string, code: ErrorCode, message: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers_too_large',
    'The request line or its headers are longer than 16 KB.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    '413 Payload Too Large',
    'body_too_large',
    'The chunk extensions are too large.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'The request did not arrive in time.'],
};

/** Answers what is not HTTP; no request exists then, only the socket. */
export function answerUnparsable(error: NodeJS.ErrnoException, socket: Socket): void {
  // Where Node, too, looks whether a response is under way: nothing may be written into its middle.
  const { _httpMessage: response } = socket as Socket & { _httpMessage?: ServerResponse | null };
  if (error.code === 'ECONNRESET' || !socket.writable || response?.headersSent) {
    socket.destroy();
    return;
  }
  const [status, code, message] = unparsable[error.code ?? ''] ?? [
    '400 Bad Request',
    'invalid_request',
    'The request is not valid HTTP.',
  ];
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  // Closing while the client still sends would reset the connection before it has read the answer.
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(timer)).resume();
}
