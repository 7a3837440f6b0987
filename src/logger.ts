import { type DestinationStream, type Logger, pino } from 'pino';
import { redact, redactValues } from './redaction.js';
import { standardError } from './standard-error.js';
import { traceIdNow } from './tracing.js';

export type { Logger };

/** Keys whose values are never written, wherever they stand in the first three levels of a log line. */
const secretKeys = ['token', 'apiKey', 'api_key', 'secret', 'password', 'authorization', 'cookie', 'hash'];
const redactedPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** JSON lines on standard error, so that standard output stays the program's own; or wherever `to` writes them. */
export function createLogger(level: string, to: DestinationStream = standardError): Logger {
  return pino(
    {
      level,
      base: undefined,
      mixin() {
        const traceId = traceIdNow();
        return traceId === undefined ? {} : { traceId };
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactedPaths, censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: {
        logMethod(args, method) {
          const last = args.length - 1;
          if (typeof args[last] === 'string') args[last] = redact(args[last] as string);
          method.apply(this, args);
        },
        // Whatever was put into the line, under whichever name.
        streamWrite: redactValues,
      },
    },
    to,
  );
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: redact(String(error)) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    code,
    message: redact(error.message),
    stack: redact(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
