import type { RawFile, REST, RouteLike } from 'discord.js';
import { type CarrierError, FatalError, RetryableError } from '../../src/extension-api.js';

/** Rate limits longer than this, in ms, go back to the outbox, which has time; shorter ones are waited for here. */
const patienceMs = 10_000;

export const defaultApiUrl = 'https://discord.com/api';

export interface ApiOptions {
  token: string;
  /** Base of the REST API, without its version: `https://discord.com/api`. */
  apiUrl: string;
}

export interface ApiRequest {
  body?: unknown;
  files?: RawFile[];
  query?: URLSearchParams;
  signal?: AbortSignal;
  /** False for routes whose address holds their own secret. */
  auth?: boolean;
}

/** Discord's REST API. It waits for short rate limits; all it throws is a `CarrierError` that tells no secret. */
export class Api {
  readonly #rest: REST;
  readonly #token: string;

  private constructor(rest: REST, token: string) {
    this.#rest = rest;
    this.#token = token;
  }

  static async open({ token, apiUrl }: ApiOptions): Promise<Api> {
    const { REST } = await import('discord.js');
    const rest = new REST({
      version: '10',
      api: apiUrl,
      retries: 1,
      rejectOnRateLimit: ({ retryAfter }) => retryAfter > patienceMs,
    });
    return new Api(rest.setToken(token), token);
  }

  get<T>(route: RouteLike, request?: ApiRequest): Promise<T> {
    return this.#call(() => this.#rest.get(route, request)) as Promise<T>;
  }

  post<T>(route: RouteLike, request?: ApiRequest): Promise<T> {
    return this.#call(() => this.#rest.post(route, request)) as Promise<T>;
  }

  put<T>(route: RouteLike, request?: ApiRequest): Promise<T> {
    return this.#call(() => this.#rest.put(route, request)) as Promise<T>;
  }

  patch<T>(route: RouteLike, request?: ApiRequest): Promise<T> {
    return this.#call(() => this.#rest.patch(route, request)) as Promise<T>;
  }

  async delete(route: RouteLike, request?: ApiRequest): Promise<void> {
    await this.#call(() => this.#rest.delete(route, request));
  }

  /** Ends its timers. */
  close(): void {
    this.#rest.clearHashSweeper();
    this.#rest.clearHandlerSweeper();
  }

  async #call(request: () => Promise<unknown>): Promise<unknown> {
    try {
      return await request();
    } catch (error) {
      // The SDK forgets a token that was refused once; a proxy's mistake must not end all deliveries.
      this.#rest.setToken(this.#token);
      throw asDeliveryError(error);
    }
  }
}

/** Discord's code of a refusal, as in its documentation; null for errors of other kinds. */
export function refusalCode(error: unknown): number | null {
  return error instanceof Refusal ? error.discordCode : null;
}

/** Discord understood and said no. */
class Refusal extends FatalError {
  readonly discordCode: number;

  constructor(discordCode: number, message: string) {
    super('delivery_failed', message);
    this.discordCode = discordCode;
  }
}

// No `cause`: the SDK's errors carry addresses that hold the token of an interaction.
function asDeliveryError(error: unknown): CarrierError {
  const { name, message, status, code, retryAfter, timeToReset } = error as Partial<{
    name: string;
    message: string;
    status: number;
    code: number | string;
    retryAfter: number;
    timeToReset: number;
  }>;
  if (retryAfter !== undefined)
    return new RetryableError('delivery_failed', 'Discord limits the rate of messages.', {
      retryAfterMs: Math.max(retryAfter, timeToReset ?? 0),
    });
  if (status === 401)
    // It is the bot that is refused, and not the message: that can wait.
    return new RetryableError(
      'config_invalid',
      'Discord refuses the bot token: reset it and set DISCORD_TOKEN.',
    );
  if (status !== undefined && status < 500 && status !== 408)
    return new Refusal(Number(code) || 0, `Discord answered ${status}: ${message} (${code}).`);
  if (status !== undefined) return new RetryableError('delivery_failed', `Discord answered ${status}.`);
  const reason = name === 'AbortError' ? 'it took too long' : (code ?? name);
  return new RetryableError('delivery_failed', `Discord cannot be reached: ${reason}.`);
}
