import { destination, type Logger, pino } from 'pino';

export type { Logger };

/** Keys whose values are never written, wherever they stand in the first three levels of a log line. */
const secretKeys = ['token', 'apiKey', 'api_key', 'secret', 'password', 'authorization', 'cookie', 'hash'];
const redactedPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/**
 * Secrets inside strings: bearer headers, our tokens, those of providers and of Slack, credentials in URLs, tokens of
 * Telegram's bots (the number in front is public) and of Discord's.
 */
const secretShapes =
  /\b(Bearer\s+)\S+|\b(carrier_|sk-|xox[a-z][.-]|xapp-)[\w.-]{8,}|(:\/\/[^\s:/@]*:)[^\s@/]+(?=@)|(\d{4,12}:)[\w-]{30,}|()\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g;

/** The text with everything that looks like a secret replaced; for log lines and stored error messages. */
export function redact(text: string): string {
  return text.replace(
    secretShapes,
    (_, ...kept: (string | undefined)[]) =>
      `${kept.slice(0, 5).find((part) => part !== undefined)}[redacted]`,
  );
}

/** JSON lines on standard error, so that standard output stays the program's own. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: undefined,
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
      },
    },
    destination({ fd: 2, sync: false }),
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
