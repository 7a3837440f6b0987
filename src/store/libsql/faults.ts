/** What goes wrong in SQLite, and how it is told to the caller. */
import { CarrierError, type ErrorCode, FatalError, RetryableError } from '../../errors.js';

/** Errors lose their class on the way between threads, so they travel as this. */
export interface Fault {
  code: ErrorCode;
  message: string;
  retryable: boolean;
}

/** What the file system or another program did to us: waiting or freeing space can help. */
const passing = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|NOMEM|PROTOCOL|INTERRUPT)/;
const damaged = /^SQLITE_(CORRUPT|NOTADB|FORMAT)/;

export function errorOf(error: unknown): CarrierError {
  return error instanceof CarrierError ? error : madeOf(faultOf(error), error);
}

export function faultOf(error: unknown): Fault {
  if (error instanceof CarrierError) {
    return { code: error.code, message: error.message, retryable: error.retryable };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  if (passing.test(code))
    return { code: 'store_unavailable', message: explain(code, message), retryable: true };
  if (damaged.test(code)) {
    return {
      code: 'store_unavailable',
      message: `The database file is damaged (${message}). Restore carrier.db from a backup.`,
      retryable: false,
    };
  }
  return { code: 'internal', message: `The store refused an operation: ${message}`, retryable: false };
}

export function madeOf({ retryable, code, message }: Fault, cause?: unknown): CarrierError {
  const Class = retryable ? RetryableError : FatalError;
  return new Class(code, message, { cause });
}

export function unavailable(message: string, cause?: unknown): CarrierError {
  return new RetryableError('store_unavailable', message, { cause });
}

function explain(code: string, message: string): string {
  if (code.startsWith('SQLITE_FULL')) return 'The disk that holds the data folder is full.';
  if (code.startsWith('SQLITE_READONLY'))
    return 'The database file cannot be written: check its permissions.';
  if (code.startsWith('SQLITE_CANTOPEN')) return `The database file cannot be opened (${message}).`;
  return `The database cannot be used right now (${message}, ${code}).`;
}
