/** The HTTP API as a connector: posts come in; answers go back on the same request, as a stream, or to a callback. */
import { LRUCache } from 'lru-cache';
import {
  type Connector,
  type Host,
  type OutboundMessage,
  RetryableError,
  type Source,
  Waiters,
} from '../../src/extension-api.js';
import { about } from './about.js';
import { CallbackSender } from './callback.js';
import { callbackUrlOf, callerIds, connectorName, tokenIdOf } from './normalize.js';
import { callbackBody } from './render.js';
import { apiRoutes, type Running } from './routes.js';

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
  /** Key of the callbacks' HMAC-SHA256 signature, for messages that came with a hub's own token. */
  callbackSecret: string;
  /** For those that came with an issued one, by its id: each has a key of its own. Null, or absent: none. */
  callbackSecretOf?(tokenId: string): Promise<string | null>;
  /** Between looks into the store for a reply whose event was lost; default 2,000. */
  pollMs?: number;
}

export function httpConnector(options: HttpConnectorOptions): Connector {
  const { replyTimeoutMs: timeoutMs, pollMs, maxBacklog } = options;
  const callbacks = new CallbackSender({ allowPrivate: options.callbackAllowPrivate });
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
    routes: { access: 'token', authorises: true, handler: apiRoutes(options, running), about },

    async start(host: Host) {
      state ??= { host, waiters: new Waiters(host, { timeoutMs, pollMs, maxBacklog }) };
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
        const secret = await secretFor(source, options);
        if (secret === null) {
          running().host.log.warn(
            { token: tokenIdOf(source) },
            'a callback is dropped: its token was revoked',
          );
          return;
        }
        const body = callbackBody(callerIds(source), outbound, turn);
        await callbacks.send({ url, idempotencyKey, body, secret }, signal);
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

/** Null: its token was revoked. That may have leaked, and whoever had it chose the address: nothing is sent there. */
async function secretFor(source: Source, options: HttpConnectorOptions): Promise<string | null> {
  const id = tokenIdOf(source);
  if (id === null) return options.callbackSecret;
  try {
    return (await options.callbackSecretOf?.(id)) ?? null;
  } catch (cause) {
    // Another gateway may have what this one lacks; the code of a lacking key would switch the connector off.
    const problem = `The callback cannot be signed: ${(cause as Error).message}`;
    throw new RetryableError('delivery_failed', problem, { cause });
  }
}
