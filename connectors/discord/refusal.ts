/** What Discord's API answers in place of a yes: what passes by itself, and what Discord refuses for good. */
import { type CarrierError, FatalError, RetryableError, retryAfterMs } from '../../src/extension-api.js';

/** Discord understood and said no. */
export class Refusal extends FatalError {
  /** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
  readonly discordCode: number;
  /** HTTP status. */
  readonly httpStatus: number;
  /** Fields of the body that it names as wrong: `message_reference`, `components`. */
  readonly fields: string[];

  constructor({ status, code, message, rawError }: Answer) {
    super('delivery_failed', `Discord answered ${status}: ${message} (${code}).`);
    this.discordCode = Number(code) || 0;
    this.httpStatus = status!;
    this.fields = Object.keys(rawError?.errors ?? {});
  }
}

/** What the SDK throws for an answer that is no success, and for none at all. */
type Answer = Partial<{
  name: string;
  message: string;
  status: number;
  code: number | string;
  rawError: { errors?: object };
  retryAfter: number;
  timeToReset: number;
}>;

/** Discord's code of a refusal; null for errors of other kinds. */
export function refusalCode(error: unknown): number | null {
  return error instanceof Refusal ? error.discordCode : null;
}

/** Refusals that say themselves that they pass: limits of writing, overload, an edge that blocks. */
const passing = new Set([
  20016, 20022, 20028, 20029, 40003, 40004, 40006, 40062, 40333, 110000, 110001, 130000,
]);

/** Whoever says it, a second try is as large. */
const tooLarge = 413;

/** Of the bot's own token: a general 401, and its name. That of an interaction has a code of its own. */
const tokenCodes = new Set([0, 40001, 50014]);

/** No `cause`: the SDK's errors carry addresses that hold the token of an interaction. */
export function asDeliveryError(error: unknown): CarrierError {
  const answer = error as Answer;
  const { name, message, status, code, retryAfter, timeToReset } = answer;
  if (retryAfter !== undefined)
    return new RetryableError('delivery_failed', 'Discord limits the rate of messages.', {
      retryAfterMs: Math.max(retryAfter, timeToReset ?? 0),
    });
  if (status === undefined) {
    const reason = name === 'AbortError' ? 'it took too long' : (code ?? name);
    return new RetryableError('delivery_failed', `Discord cannot be reached: ${reason}.`);
  }
  // An answer without Discord's own code is of something on the way: a proxy, the edge of its network.
  const own = typeof code === 'number' ? code : status === tooLarge ? 0 : null;
  if (status >= 500 || own === null || passing.has(own))
    return new RetryableError('delivery_failed', `Discord answered ${status}: ${message ?? 'no reason'}.`);
  if (status === 401 && tokenCodes.has(own))
    // It is the bot that is refused, and not the message: that can wait.
    return new RetryableError(
      'config_invalid',
      'Discord refuses the bot token: reset it and set DISCORD_TOKEN.',
    );
  return new Refusal(answer);
}

interface LimitedResponse {
  status: number;
  headers: { get(name: string): string | null; set(name: string, value: string): void };
  json(): Promise<unknown>;
}

/** The shortest and, where nothing is said, the usual pause after too many requests, in seconds. */
const leastPause = 0.25;
const usualPause = 30;

/**
 * The SDK knows the header alone, in seconds, and tries again at once where it is missing. Discord says the time in the
 * body as well; its edge sometimes says a date, or nothing.
 */
export async function withRetryAfter<T extends LimitedResponse>(response: T): Promise<T> {
  if (response.status !== 429) return response;
  const said = retryAfterMs(response.headers.get('retry-after')) ?? retryAfterMs(await inBody(response));
  const seconds = Math.max(leastPause, said === undefined ? usualPause : said / 1000);
  response.headers.set('retry-after', String(seconds));
  // Where the SDK takes the bucket for empty, it waits for this one instead.
  if (Number(response.headers.get('x-ratelimit-reset-after') ?? seconds) < seconds)
    response.headers.set('x-ratelimit-reset-after', String(seconds));
  return response;
}

async function inBody(response: LimitedResponse): Promise<number | undefined> {
  const body = (await response.json().catch(() => null)) as { retry_after?: unknown } | null;
  return typeof body?.retry_after === 'number' ? body.retry_after : undefined;
}
