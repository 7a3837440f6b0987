import type { Cluster, Redis } from 'ioredis';
import { newId } from '../core/ids.js';
import type { Logger } from '../logger.js';
import type { Lease, LeaseHolder, Leases } from './lease.js';

export interface RedisLeasesOptions {
  /** Fails fast: an answer that comes late is worth nothing here. */
  client: Redis | Cluster;
  /** Put before every key, so that several hubs can share one Redis. */
  prefix: string;
  /** How long a lease lasts unless renewed, in ms. A dead holder is followed after this and one look. Default 9,000. */
  ttlMs?: number;
  log: Logger;
}

/**
 * Takes a free lease, or renews one's own: gives its fence, 0 when another one holds it. A fence is the time of taking,
 * in µs of Redis's clock, which grows even when Redis has forgotten everything. ARGV: token, ttl, whether it is held.
 */
const takeOrRenew = `
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then return 0 end
if not holder or ARGV[3] == '0' then
  local now = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'fence', string.format('%.0f', now[1] * 1000000 + now[2]))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HGET', KEYS[1], 'fence')`;

const giveBack = `
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** Leases as keys that expire. The holder counts from before it asked, and by its own clock, so it is the first to know. */
export class RedisLeases implements Leases {
  readonly #options: Required<RedisLeasesOptions>;

  constructor(options: RedisLeasesOptions) {
    this.#options = { ttlMs: 9000, ...options };
  }

  contend(name: string, holder: LeaseHolder): Lease {
    const contender = new Contender(`${this.#options.prefix}${name}`, holder, this.#options);
    contender.look();
    return contender;
  }
}

class Contender implements Lease {
  readonly #key: string;
  readonly #holder: LeaseHolder;
  readonly #options: Required<RedisLeasesOptions>;
  readonly #token = newId();
  /** Until when it is surely ours, on this process's clock (which stands still for nobody, frozen or not). */
  #until = 0;
  #holds = false;
  #released = false;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;

  constructor(key: string, holder: LeaseHolder, options: Required<RedisLeasesOptions>) {
    this.#key = key;
    this.#holder = holder;
    this.#options = options;
  }

  get held(): boolean {
    return this.#holds && performance.now() < this.#until;
  }

  async release(): Promise<void> {
    this.#released = true;
    clearTimeout(this.#timer);
    await this.#asking;
    this.#holds = false;
    await this.#options.client
      .eval(giveBack, 1, this.#key, this.#token)
      .catch((err) => this.#options.log.debug({ err }, 'a lease was not given back; it runs out'));
  }

  /** Again and again: four looks in a lease's life, so that one lost answer does not end it. */
  look(): void {
    this.#expire();
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    if (!this.#released) this.#timer = setTimeout(() => this.look(), this.#options.ttlMs / 4).unref();
  }

  async #ask(): Promise<void> {
    const { client, ttlMs, log } = this.#options;
    const asked = performance.now();
    let fence: number;
    try {
      const held = this.#holds ? 1 : 0;
      fence = Number(await client.eval(takeOrRenew, 1, this.#key, this.#token, ttlMs, held));
    } catch (err) {
      log.debug({ err, lease: this.#key }, 'the lease could not be asked for');
      return this.#expire();
    }
    if (fence === 0) return this.#lose('another process holds it');
    // A quarter is left for ending what the lease allowed, before anyone else may begin.
    this.#until = asked + ttlMs * 0.75;
    if (this.#holds || this.#released) return this.#expire();
    // An answer so late that the lease may be over by now is no lease.
    if (performance.now() >= this.#until) return;
    this.#holds = true;
    this.#holder.gained(fence);
  }

  #expire(): void {
    if (this.#holds && performance.now() >= this.#until) this.#lose('it could not be renewed in time');
  }

  #lose(reason: string): void {
    if (!this.#holds) return;
    this.#holds = false;
    if (!this.#released) this.#holder.lost(reason);
  }
}
