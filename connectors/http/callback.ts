/** Replies posted to the caller's own URL: signed, and never to a private address unless that is allowed. */
import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { FatalError, isPublicHost, RetryableError, retryAfterMs } from '../../src/extension-api.js';

interface CallbackOptions {
  allowPrivate: boolean;
}

export interface Callback {
  url: string;
  /** The same in every try; the receiver drops what it has seen before. */
  idempotencyKey: string;
  body: object;
  /** Key of its signature. */
  secret: string;
}

/** For the whole exchange; a receiver that has more to do answers first. */
const timeoutMs = 10_000;

/** Statuses that say "not now" rather than "not at all". */
const passing = new Set([408, 425, 429]);

/** Callback receivers recompute this over `X-Carrier-Timestamp`, a dot, and the body as it arrived. */
function signature(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/**
 * Refuses what is wrong on its face, so that the caller learns of it at once. Names are resolved, and their
 * addresses judged, when the connection is made: a name may point elsewhere by then.
 *
 * @throws FatalError `callback_refused`
 */
export function checkCallbackUrl(text: string, { allowPrivate }: CallbackOptions): void {
  if (!URL.canParse(text)) throw refused('is not a URL');
  const { protocol, username, password, hostname } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') throw refused('must begin with http:// or https://');
  if (username !== '' || password !== '') throw refused('must not contain a user name or password');
  if (!allowPrivate && !isPublicHost(hostname)) throw refused('points to an address that is not public');
}

function refused(problem: string, cause?: unknown): FatalError {
  const hint = 'Private addresses need CARRIER_CALLBACK_ALLOW_PRIVATE=true.';
  return new FatalError('callback_refused', `callbackUrl ${problem}. ${hint}`, {
    field: 'callbackUrl',
    cause,
  });
}

export class CallbackSender {
  readonly #options: CallbackOptions;
  readonly #http: RequestFilteringHttpAgent;
  readonly #https: RequestFilteringHttpsAgent;

  constructor(options: CallbackOptions) {
    this.#options = options;
    const filter = { allowPrivateIPAddress: options.allowPrivate, allowMetaIPAddress: options.allowPrivate };
    this.#http = new RequestFilteringHttpAgent(filter);
    this.#https = new RequestFilteringHttpsAgent(filter);
  }

  /** @throws FatalError for what will not change, RetryableError `delivery_failed` for what may. */
  async send(
    { url, idempotencyKey, body, secret }: Callback,
    signal: AbortSignal,
  ): Promise<{ status: number }> {
    checkCallbackUrl(url, this.#options);
    const text = JSON.stringify(body);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
      'User-Agent': 'carrier-hub',
      'X-Carrier-Timestamp': timestamp,
      'X-Carrier-Signature': signature(secret, timestamp, text),
      'Idempotency-Key': idempotencyKey,
    };
    const { status, retryAfter } = await this.#post(new URL(url), headers, text, signal);
    if (status >= 200 && status < 300) return { status };
    const { host } = new URL(url);
    const problem = `The callback at ${host} answered ${status}.`;
    if (passing.has(status) || status >= 500)
      throw new RetryableError('delivery_failed', problem, {
        retryAfterMs: retryAfterMs(retryAfter),
      });
    throw new FatalError('delivery_failed', problem);
  }

  stop(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #post(
    url: URL,
    headers: Record<string, string | number>,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; retryAfter: string | undefined }> {
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (secure ? requestHttps : requestHttp)(url, {
        method: 'POST',
        agent: secure ? this.#https : this.#http,
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      request.on('error', (cause) => reject(connectFailure(url, cause)));
      // Redirects are not followed: node:http never does.
      request.on('response', (response) => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
        // The status is all that counts; the rest of a long answer is not waited for.
        response.destroy();
      });
      request.end(body);
    });
  }
}

function connectFailure(url: URL, cause: Error): FatalError | RetryableError {
  // The filtering agent's errors have no code, only this sentence.
  if (/is not allowed\. Because/.test(cause.message))
    return refused('leads to an address that is not public', cause);
  const problem =
    cause.name === 'AbortError' ? 'did not answer in time' : `cannot be reached (${cause.message})`;
  return new RetryableError('delivery_failed', `The callback at ${url.host} ${problem}.`, { cause });
}
