/** The HTTP API as a connector: posts come in; answers go back on the same request, as a stream, or to a callback. */
import { LRUCache } from 'lru-cache';
import { type Connector, type Host, type OutboundMessage, RetryableError } from '../../src/extension-api.js';
import { CallbackSender } from './callback.js';
import { callbackUrlOf, callerIds, connectorName } from './normalize.js';
import { callbackBody } from './render.js';
import { apiRoutes, type Running } from './routes.js';
import { Waiters } from './wait.js';

export interface HttpConnectorOptions {
  maxBodyBytes: number;
  maxFileBytes: number;
  maxFiles: number;
  /** Most bytes of uploads in memory at once; one more upload is answered 503. */
  maxUploadingBytes: number;
  /** Requests that may wait for their replies at once; one more is answered 429. */
  maxBacklog: number;
  /** How long a request waits for its reply. */
  replyTimeoutMs: number;
  /** Lets callbacks go to private addresses: for development, or a closed network. */
  callbackAllowPrivate: boolean;
  /** Key of the callbacks' HMAC-SHA256 signature. */
  callbackSecret: string;
  /** Between looks into the store for a reply whose event was lost; default 2,000. */
  pollMs?: number;
}

export function httpConnector(options: HttpConnectorOptions): Connector {
  const { replyTimeoutMs: timeoutMs, pollMs = 2000 } = options;
  const callbacks = new CallbackSender({
    secret: options.callbackSecret,
    allowPrivate: options.callbackAllowPrivate,
  });
  /** Callbacks that went well before another of the same reply failed: they are not sent again with it. */
  const delivered = new LRUCache<string, true>({ max: 10_000 });
  let state: Running | null = null;

  function running(): Running {
    if (state) return state;
    throw new RetryableError('shutting_down', 'The hub takes no messages just now; send it again shortly.', {
      retryAfterMs: 5000,
    });
  }

  return {
    name: connectorName,
    routes: { access: 'token', handler: apiRoutes(options, running) },

    async start(host: Host) {
      state ??= { host, waiters: new Waiters(host, { timeoutMs, pollMs }) };
    },

    async stop() {
      state?.waiters.stop();
      state = null;
      callbacks.stop();
    },

    /** Of two callers, one may be away while the other is not. */
    receiver: ({ answers }) => {
      const urls = answers.map(callbackUrlOf).filter((url) => url !== null);
      return [...new Set(urls.map((url) => new URL(url).origin))].sort().join(' ');
    },

    /** Every message of the turn that asked for a callback gets its own. */
    async deliver(outbound: OutboundMessage, signal: AbortSignal) {
      const turn = await running().host.turn(outbound.turnId);
      const sends = outbound.answers.map(async (source, index) => {
        const url = callbackUrlOf(source);
        const idempotencyKey = index === 0 ? outbound.id : `${outbound.id}.${index}`;
        if (url === null || delivered.has(idempotencyKey)) return;
        await callbacks.send(
          { url, idempotencyKey, body: callbackBody(callerIds(source), outbound, turn) },
          signal,
        );
        delivered.set(idempotencyKey, true);
      });
      const results = await Promise.allSettled(sends);
      const failures = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      if (failures.length > 0) throw failures.find((error) => error instanceof RetryableError) ?? failures[0];
      return { callbacks: outbound.answers.filter(callbackUrlOf).length };
    },
  };
}
