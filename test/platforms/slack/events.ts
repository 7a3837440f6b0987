/** How the app is told: over its sockets, or with signed posts; again, when it does not acknowledge. */
import { createHmac } from 'node:crypto';
import type { Sockets } from './sockets.js';
import { app } from './world.js';

export type Kind = 'events_api' | 'slash_commands' | 'interactive';

export interface Answer {
  acked: boolean;
  /** What came with the acknowledgement. */
  body: unknown;
}

export interface DeliveryOptions {
  /** How long the app may take; Slack gives 3,000 ms. */
  ackMs: number;
  /** The pauses before an event is sent again, in ms. Slack: at once, after a minute, after five. */
  retriesMs: number[];
}

export class Events {
  /** The app's request URL; null: Socket Mode. */
  requestUrl: string | null = null;
  /** Deliveries that failed for good. */
  givenUp = 0;
  /** Deliveries under way. */
  open = 0;
  readonly #sockets: Sockets;
  readonly #options: DeliveryOptions;
  #stopped = false;

  constructor(sockets: Sockets, options: DeliveryOptions) {
    this.#sockets = sockets;
    this.#options = options;
  }

  /** Whether it was acknowledged in the end. */
  async deliver(payload: object): Promise<boolean> {
    this.open += 1;
    try {
      for (const [attempt, pauseMs] of [0, ...this.#options.retriesMs].entries()) {
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        if (this.#stopped) return false;
        if ((await this.once('events_api', payload, attempt)).acked) return true;
      }
      this.givenUp += 1;
      return false;
    } finally {
      this.open -= 1;
    }
  }

  /** One attempt; commands and interactions get no other. */
  async once(kind: Kind, payload: object, attempt = 0): Promise<Answer> {
    return this.requestUrl
      ? this.#post(this.requestUrl, kind, payload, attempt)
      : this.#sockets.send(kind, payload, attempt, this.#options.ackMs);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #post(url: string, kind: Kind, payload: object, attempt: number): Promise<Answer> {
    const body = bodyOf(kind, payload);
    const type = kind === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded';
    const retry = { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': 'http_timeout' };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': type, ...signed(body), ...(attempt > 0 ? retry : {}) },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#options.ackMs),
      });
      const text = await response.text();
      return { acked: response.ok, body: parsed(text) };
    } catch {
      return { acked: false, body: null };
    }
  }
}

export function bodyOf(kind: Kind, payload: object): string {
  if (kind === 'events_api') return JSON.stringify(payload);
  if (kind === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(payload as Record<string, string>).toString();
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signed(
  body: string,
  { secret = app.signingSecret, atSeconds = Math.floor(Date.now() / 1000) } = {},
): Record<string, string> {
  const hmac = createHmac('sha256', secret).update(`v0:${atSeconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(atSeconds), 'x-slack-signature': `v0=${hmac}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
