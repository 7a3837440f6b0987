import type { Doc } from './query/values.js';

/** The codes of a real server (`error_codes.yml`) that this one answers with. */
const codes = {
  InternalError: 1,
  BadValue: 2,
  HostUnreachable: 6,
  HostNotFound: 7,
  UnknownError: 8,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  CommandNotFound: 59,
  WriteConcernFailed: 64,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  IndexAlreadyExists: 68,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  NetworkTimeout: 89,
  ShutdownInProgress: 91,
  UnsatisfiableWriteConcern: 100,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  CommandFailed: 125,
  InvalidPipelineOperator: 168,
  CannotIndexParallelArrays: 171,
  PrimarySteppedDown: 189,
  InvalidIndexSpecificationOption: 197,
  TransactionTooOld: 225,
  NotImplemented: 238,
  ExceededTimeLimit: 262,
  SocketException: 9001,
  NotWritablePrimary: 10107,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  InterruptedAtShutdown: 11600,
  InterruptedDueToReplStateChange: 11602,
  NotPrimaryNoSecondaryOk: 13435,
  NotPrimaryOrSecondary: 13436,
  SearchNotEnabled: 31082,
  IDLUnknownField: 40415,
} as const;

export type CodeName = keyof typeof codes;

const names = new Map<number, string>(Object.entries(codes).map(([name, code]) => [code, name]));

/** What the driver may retry a write after: the server itself says so, with a label. */
const retryable = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

export function isRetryable(code: number): boolean {
  return retryable.has(code);
}

export function codeName(code: number): string {
  return names.get(code) ?? `Location${code}`;
}

export class ServerError extends Error {
  readonly code: number;
  readonly extra: Doc;

  constructor(code: number | CodeName, message: string, extra: Doc = {}) {
    super(message);
    this.code = typeof code === 'number' ? code : codes[code];
    this.extra = extra;
  }

  /** As the reply of a command that failed. */
  reply(): Doc {
    return { ok: 0, errmsg: this.message, code: this.code, codeName: codeName(this.code), ...this.extra };
  }

  /** As an entry of `writeErrors`. */
  writeError(index: number): Doc {
    return { index, code: this.code, ...this.extra, errmsg: this.message };
  }
}

export function fail(code: number | CodeName, message: string, extra?: Doc): never {
  throw new ServerError(code, message, extra);
}

/** What a real server has and this one does not: refused, so that a test never rests on it. */
export function notImplemented(what: string): never {
  fail('NotImplemented', `${what} is not implemented by this test server`);
}

export function asServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.constructor.name === 'MingoError')
    return new ServerError('BadValue', message);
  return new ServerError('InternalError', error instanceof Error ? (error.stack ?? message) : message);
}
