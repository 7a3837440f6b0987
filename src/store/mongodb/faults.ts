/** What goes wrong with a MongoDB server, as the hub's errors. The driver's labels say whether trying again can help. */
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { CarrierError, FatalError, RetryableError } from '../../errors.js';
import { redact } from '../../redaction.js';

const duplicateKey = 11000;

/** Wrong user or password, or a user without the rights (`error_codes.yml`; 8000 is Atlas's own). */
const refusedLogin = new Set([11, 13, 18, 334, 8000]);

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

/** Whether the server does not have what was asked for. Told by codes alone: their messages vary. */
export function isLacking(error: unknown): boolean {
  return error instanceof MongoServerError && unknown.has(Number(error.code));
}

/** Whether the same operation may succeed in a moment, and may have taken effect although it failed. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  // Bulk writes wrap what went wrong, a lost connection too.
  if (error instanceof MongoBulkWriteError && isPassing(error.errorResponse)) return true;
  if (isLostConnection(error) || error instanceof MongoWriteConcernError) return true;
  return passingLabels.some((label) => error.hasErrorLabel(label)) || passing.has(Number(error.code));
}

export function faultOf(error: unknown): CarrierError {
  if (error instanceof CarrierError) return error;
  // Driver messages name hosts, and may quote what they could not parse.
  const message = redact(error instanceof Error ? error.message : String(error));
  if (error instanceof MongoServerError && refusedLogin.has(Number(error.code))) {
    return new FatalError(
      'config_invalid',
      `MongoDB refuses the user (${message}). Check user, password and rights in MONGODB_URL.`,
      { field: 'MONGODB_URL' },
    );
  }
  if (isPassing(error)) return unavailable(`MongoDB cannot be used right now (${message}).`, error);
  return new FatalError('internal', `The store refused an operation: ${message}`, { cause: error });
}

export function unavailable(message: string, cause?: unknown): CarrierError {
  return new RetryableError('store_unavailable', message, { cause });
}

function isLostConnection(error: MongoError): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoServerClosedError ||
    error instanceof MongoOperationTimeoutError ||
    lostConnection.test(error.name)
  );
}
