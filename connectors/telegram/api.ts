/** The Bot API through telegraf's client: its errors in the hub's words. The token stands in every URL, so no error of the client goes further. */
import type { Telegram } from 'telegraf';
import type { Telegram as Methods, Opts } from 'telegraf/types';
import { FatalError, RetryableError } from '../../src/extension-api.js';

export interface ApiOptions {
  /** From @BotFather, `123456:ABC…`. */
  token: string;
  /** Where the Bot API is; default https://api.telegram.org. */
  apiUrl?: string;
}

/** Telegram understood the call and will not carry it out. */
export class Refused extends FatalError {
  /** Telegram's HTTP-like code. */
  readonly refusal: number;
  /** The group's new id, where it has become a supergroup. */
  readonly migratedTo: number | undefined;

  constructor(method: string, refusal: number, description: string, migratedTo?: number) {
    // It is the bot that is refused then, and not the message: that can wait. 404: a token of no bot.
    const noBot = refusal === 401 || (refusal === 404 && description === 'Not Found');
    super(noBot ? 'config_invalid' : 'delivery_failed', `Telegram refuses ${method}: ${description}`);
    this.refusal = refusal;
    this.migratedTo = migratedTo;
  }

  /** Inherited, it would take every fatal error for one. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.isPrototypeOf.call(Refused.prototype, Object(value));
  }
}

/** A second poller, or a webhook where we poll. */
export class Conflict extends RetryableError {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.isPrototypeOf.call(Conflict.prototype, Object(value));
  }
}

const callTimeoutMs = 30_000;

export class Api {
  readonly #options: ApiOptions;
  #client: Promise<Telegram> | null = null;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** The account's id, which is no secret, from the token. */
  get botId(): string {
    return this.#options.token.split(':')[0]!;
  }

  get root(): URL {
    const url = this.#options.apiUrl ?? 'https://api.telegram.org';
    return new URL(url.endsWith('/') ? url : `${url}/`);
  }

  /** Where a file's bytes are. The URL holds the token: not for logs. */
  fileUrl(path: string): URL {
    return new URL(`./file/bot${this.#options.token}/${path}`, this.root);
  }

  /** @throws Refused, Conflict, RetryableError `delivery_failed`. */
  async call<M extends keyof Methods>(
    method: M,
    payload: Opts<M>,
    options: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<ReturnType<Methods[M]>> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? callTimeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const client = await this.#connected();
    try {
      return await client.callApi(method, payload, { signal: signal as never });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw failure(method, error);
    }
  }

  /** telegraf is loaded with the first call, so that a hub without Telegram starts without it. */
  #connected(): Promise<Telegram> {
    this.#client ??= import('telegraf').then(({ Telegram: Client }) => {
      return new Client(this.#options.token, { apiRoot: this.root.href, webhookReply: false });
    });
    return this.#client;
  }
}

interface TelegramFailure {
  response?: {
    ok?: unknown;
    error_code?: unknown;
    description?: unknown;
    parameters?: { retry_after?: number; migrate_to_chat_id?: number };
  };
  code?: unknown;
  type?: unknown;
  name?: unknown;
}

/** Faults of Telegram's own, whatever code they come with. */
const passing = /FLOOD_WAIT|RPC_CALL_FAIL|RPC_MCGET_FAIL|internal server error|try again later/i;

/**
 * Only what Telegram says in its own form is its last word: proxies and edge servers answer 403 and 404, too. Made
 * anew, without a cause: the client's messages and stacks have URLs in them.
 */
function failure(method: string, error: unknown): FatalError | RetryableError {
  const { response, code, type, name } = error as TelegramFailure;
  const { ok, error_code: status, description } = response ?? {};
  if (ok !== false || typeof status !== 'number' || typeof description !== 'string') {
    const why = name === 'AbortError' ? 'no answer in time' : String(status ?? code ?? type ?? name);
    return new RetryableError('delivery_failed', `Telegram cannot be reached for ${method} (${why}).`);
  }
  const said = description.slice(0, 500);
  const { retry_after, migrate_to_chat_id } = response?.parameters ?? {};
  if (status === 429)
    return new RetryableError('delivery_failed', `Telegram asks to slow down ${method}: ${said}`, {
      retryAfterMs: (retry_after ?? 1) * 1000,
    });
  if (status === 409) return new Conflict('delivery_failed', `Telegram refuses ${method}: ${said}`);
  if (status >= 500 || passing.test(said))
    return new RetryableError('delivery_failed', `Telegram failed at ${method} (${status} ${said}).`);
  return new Refused(method, status, said, migrate_to_chat_id);
}
