import type { Cluster, Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { atMost } from '../core/deadline.js';
import type { Logger } from '../logger.js';
import { InProcessRates } from './in-process.js';
import type { Counted, RateCounter } from './rate.js';

export interface RedisRatesOptions {
  /** Fails fast: somebody waits for what is counted. */
  client: Redis | Cluster;
  /** Put before every key, so that several hubs can share one Redis. */
  prefix: string;
  log: Pick<Logger, 'warn'>;
}

/** How long Redis is waited for, in ms. */
const patienceMs = 1000;
/** Between two log lines about the same, in ms. */
const quietMs = 60_000;

/** Counts in Redis, for all processes; while Redis is away, for this one alone. */
export class RedisRates implements RateCounter {
  readonly #redis: RateLimiterRedis;
  readonly #here = new InProcessRates();
  readonly #log: Pick<Logger, 'warn'>;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor({ client, prefix, log }: RedisRatesOptions) {
    this.#log = log;
    this.#redis = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: prefix,
      // What is too much is judged by whoever asks.
      points: Number.MAX_SAFE_INTEGER,
      duration: 60,
      rejectIfRedisNotReady: true,
    });
  }

  async count(kind: string, key: string, windowSeconds: number, amount = 1): Promise<Counted> {
    try {
      const name = `${kind}:${windowSeconds}:${key}`;
      const counting = this.#redis.consume(name, amount, { customDuration: windowSeconds });
      const counted = await atMost(patienceMs, counting);
      if (!counted) throw new Error(`Redis did not answer within ${patienceMs} ms`);
      return { count: counted.consumedPoints, leftMs: Math.max(1, counted.msBeforeNext) };
    } catch (err) {
      this.#say(err);
      return this.#here.count(kind, key, windowSeconds, amount);
    }
  }

  #say(err: unknown): void {
    const now = performance.now();
    if (now - this.#saidAt < quietMs) return;
    this.#saidAt = now;
    const reason = err instanceof RateLimiterRes ? undefined : err;
    this.#log.warn({ err: reason }, 'rates are counted for this process alone: Redis cannot be asked');
  }
}
