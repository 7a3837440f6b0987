/** What goes wrong with a MongoDB server, as the hub's errors. The driver's labels say whether trying again can help. */
import {
  MongoCompatibilityError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoUnexpectedServerResponseError,
  MongoWriteConcernError,
} from 'mongodb';
import { CarrierError, FatalError, RetryableError } from '../../errors.js';
import { redact } from '../../redaction.js';

export const duplicateKey = 11000;

/** Wrong user or password, or a user without the rights (`error_codes.yml`). */
const refusedLogin = new Set([11, 13, 18, 334]);

/** Atlas's own, for all that it refuses: a login, a full quota, one collection too many. */
const ofAtlas = 8000;
const badLogin = /\bbad auth\b|authentication failed/i;

/** What the server has no room or no time for now, besides what the driver labels. */
const passing = new Set([
  ...[
    6, 7, 43, 50, 64, 89, 91, 100, 112, 133, 134, 189, 202, 237, 262, 290, 317, 358, 384, 462, 463, 473, 489,
  ],
  ...[9001, 10107, 11600, 11602, 13388, 13435, 13436, 14031],
]);

/**
 * A stage, option or command this server does not have: no such command, not supported, not implemented (238, and 303
 * of DocumentDB), no search node (31082, 6047401), no such stage (40324; FerretDB says 40234).
 */
const unknown = new Set([59, 115, 238, 303, 31082, 40234, 40324, 6047401]);

/** What the system says of a connection, wherever it stands in an error: in itself, as a cause, inside a bulk write. */
const ofNetwork = new Set([
  ...['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT', 'ENOTCONN', 'ESHUTDOWN'],
  ...[
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETUNREACH',
    'ENETDOWN',
    'ENETRESET',
    'EADDRNOTAVAIL',
    'EMFILE',
    'ENOBUFS',
  ],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ETIMEOUT', 'ESERVFAIL', 'ERR_SOCKET_CLOSED'],
  ...['ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_PREMATURE_CLOSE'],
  ...['ERR_SOCKET_CLOSED_BEFORE_CONNECTION', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
]);

/** A validator that is refused in one of these ways is one that the server cannot apply: bad value, failed to parse. */
const refusedValidator = new Set([2, 9, 14, 72, 73, 40415]);

const passingLabels = [
  'RetryableWriteError',
  'TransientTransactionError',
  'RetryableError',
  'SystemOverloadedError',
];

/** Names of driver errors that say the connection is gone or none was free; some classes are not exported. */
const lostConnection = /^Mongo(ClientClosed|PoolClosed|PoolCleared|WaitQueueTimeout|ExpiredSession)/;

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/**
 * The fields of the unique index that a duplicate key (11000) met, or its name where the server does not say them;
 * undefined: it says neither. Bulk writes keep the message alone.
 */
export function metKey(error: {
  keyPattern?: object;
  keyValue?: object;
  errmsg?: string;
  message?: string;
}): string | undefined {
  const { keyPattern, keyValue, errmsg, message } = error;
  const fields = Object.keys(keyPattern ?? keyValue ?? {});
  if (fields.length > 0) return fields.join(', ');
  return /\bindex:?\s+['"]?([^\s'",]+)/i.exec(errmsg ?? message ?? '')?.[1];
}

/** A document of that id is there. A key of another index says nothing of it. */
export function isTakenId(error: unknown): boolean {
  return isDuplicateKey(error) && hasTakenId(error as MongoServerError);
}

/** The same of one of the errors of a bulk write. */
export function hasTakenId(error: { code?: unknown } & Parameters<typeof metKey>[0]): boolean {
  return error.code === duplicateKey && ['_id', '_id_', undefined].includes(metKey(error));
}

/** Whether the server does not have what was asked for. Told by codes alone: their messages vary. */
export function isLacking(error: unknown): boolean {
  return error instanceof MongoServerError && unknown.has(Number(error.code));
}

/** As `isLacking`, of a validator: a server that has none may as well say that it cannot read it. */
export function isNoValidator(error: unknown): boolean {
  return isLacking(error) || (error instanceof MongoServerError && refusedValidator.has(Number(error.code)));
}

/** Whether the same operation may succeed in a moment, and may have taken effect although it failed. */
export function isPassing(error: unknown): boolean {
  return withinOf(error).some(
    (one) =>
      isLostConnection(one) ||
      (one instanceof MongoError && passingLabels.some((label) => one.hasErrorLabel(label))) ||
      (one instanceof MongoError && passing.has(Number(one.code))),
  );
}

export function faultOf(error: unknown): CarrierError {
  if (error instanceof CarrierError) return error;
  // Driver messages name hosts, and may quote what they could not parse.
  const message = redact(error instanceof Error ? error.message : String(error));
  const code = error instanceof MongoServerError ? Number(error.code) : undefined;
  const old = withinOf(error).find(
    (one) => one instanceof MongoCompatibilityError && /wire version/i.test(one.message),
  );
  if (old) {
    return new FatalError('config_invalid', `This MongoDB server cannot be used: ${redact(old.message)}`, {
      field: 'MONGODB_URL',
    });
  }
  if (refusedLogin.has(code!) || (code === ofAtlas && badLogin.test(message))) {
    return new FatalError(
      'config_invalid',
      `MongoDB refuses the user (${message}). Check user, password and rights in MONGODB_URL.`,
      { field: 'MONGODB_URL' },
    );
  }
  if (code === duplicateKey) {
    const key = metKey(error as MongoServerError) ?? 'unknown';
    return new FatalError('internal', `The store has the unique key "${key}" of a document already.`, {
      cause: error,
    });
  }
  if (code === ofAtlas) return unavailable(`Atlas refuses: ${message}`, error);
  if (isPassing(error)) return unavailable(`MongoDB cannot be used right now (${message}).`, error);
  return new FatalError('internal', `The store refused an operation: ${message}`, { cause: error });
}

export function unavailable(message: string, cause?: unknown): CarrierError {
  return new RetryableError('store_unavailable', message, { cause });
}

function isLostConnection(error: Error): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoServerClosedError ||
    error instanceof MongoOperationTimeoutError ||
    error instanceof MongoUnexpectedServerResponseError ||
    error instanceof MongoWriteConcernError ||
    lostConnection.test(error.name) ||
    ofNetwork.has(String((error as NodeJS.ErrnoException).code))
  );
}

/** The error and all that it wraps: causes, what a bulk write met, why no server could be selected. */
function withinOf(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const { cause, errorResponse, errors, reason } = error as Wrapping;
  const servers = [...(reason?.servers?.values() ?? [])].map((server) => server.error);
  const wrapped = [cause, errorResponse, ...(Array.isArray(errors) ? errors : []), ...servers];
  return [error, ...wrapped.flatMap((one) => withinOf(one, depth + 1))];
}

interface Wrapping extends Error {
  errorResponse?: unknown;
  errors?: unknown;
  reason?: { servers?: Map<string, { error: unknown }> };
}
