import type { RawFile, REST, RESTOptions, RouteLike } from 'discord.js';
import { asDeliveryError, withRetryAfter } from './refusal.js';

/** Rate limits longer than this, in ms, go back to the outbox, which has time; shorter ones are waited for here. */
const patienceMs = 10_000;

export const defaultApiUrl = 'https://discord.com/api';

/** People copy the token with the word that stands before it in requests. */
export function bareToken(token: string): string {
  return token.trim().replace(/^Bot\s+/i, '');
}

export interface ApiOptions {
  token: string;
  /** Base of the REST API, without its version: `https://discord.com/api`. */
  apiUrl: string;
}

/** For the SDK's option `makeRequest`. */
export async function patientRequests(): Promise<RESTOptions['makeRequest']> {
  const { DefaultRestOptions } = await import('discord.js');
  return async (...request) => withRetryAfter(await DefaultRestOptions.makeRequest(...request));
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

  static async open({ token: given, apiUrl }: ApiOptions): Promise<Api> {
    const { REST } = await import('discord.js');
    const token = bareToken(given);
    const rest = new REST({
      version: '10',
      api: apiUrl,
      retries: 1,
      makeRequest: await patientRequests(),
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
