/** Redis clients as the settings have it: one server, the master that sentinels name, or a cluster; with TLS or without. */
import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisSettings } from '../config.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';

export type RedisClient = Redis | Cluster;

/**
 * A connection that is asked and says nothing for this long, in ms, is given up: a server that died with its machine
 * closes none. Workers' connections wait for jobs, up to 10 s at a time as BullMQ has it.
 */
const promptMs = 5_000;
const patientMs = 15_000;
/** How often all are asked, since a subscriber asks nothing by itself. A cluster's clients look after their nodes. */
const pulseMs = 5_000;

type Manner = Pick<RedisOptions, 'maxRetriesPerRequest' | 'enableOfflineQueue' | 'socketTimeout'>;

interface Publisher {
  publish(channel: string, text: string): Promise<unknown>;
}

/** What all modes of one hub share; where a client is led to differs. */
interface Target {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db: number;
  tls?: ConnectionOptions;
}

/**
 * Makes the Redis clients of one hub and ends them together.
 *
 * A client whose master was demoted is told READONLY; it connects anew and sends the command again, which is safe
 * since a replica refuses before it does anything.
 */
export class RedisConnections {
  /** What stands before every key. In a cluster a hash tag: BullMQ's scripts need all keys of a queue on one node. */
  readonly prefix: string;
  readonly #settings: RedisSettings;
  readonly #target: Target;
  readonly #log: Logger;
  readonly #made: RedisClient[] = [];
  readonly #pulse: NodeJS.Timeout;

  /** Throws `config_invalid`, naming the setting; connects only when a client is asked for. */
  constructor(settings: RedisSettings, log: Logger) {
    this.#settings = settings;
    this.#target = targetOf(settings);
    this.#log = log;
    this.prefix = settings.cluster ? `{${settings.prefix}}` : settings.prefix;
    this.#pulse = setInterval(() => this.#ping(), pulseMs).unref();
  }

  /** Fails at once while Redis is away: who hands in work must know, and has it safe in the store. */
  failingFast(): RedisClient {
    return this.#make({ maxRetriesPerRequest: 1, enableOfflineQueue: false, socketTimeout: promptMs });
  }

  /** Tries once more after a reconnect, and holds commands until the first connection is there. */
  retryingOnce(): RedisClient {
    return this.#make({ maxRetriesPerRequest: 1, socketTimeout: promptMs });
  }

  /** Waits for Redis for ever: for those who have nothing else to do. */
  waiting(): RedisClient {
    return this.#make({ maxRetriesPerRequest: null, socketTimeout: patientMs });
  }

  /** Ends every client made here; what is under way fails. */
  close(): void {
    clearInterval(this.#pulse);
    for (const client of this.#made.splice(0)) client.disconnect();
  }

  #make(manner: Manner): RedisClient {
    const client = this.#settings.cluster ? this.#cluster(manner) : new Redis(this.#options(manner));
    client.on('error', (err) => this.#log.warn({ err }, 'redis'));
    this.#made.push(client);
    return client;
  }

  #ping(): void {
    for (const client of this.#made)
      if (client instanceof Redis && client.status === 'ready') client.ping().catch(() => {});
  }

  #options(manner: Manner): RedisOptions {
    const { sentinels, sentinelName, sentinelPassword } = this.#settings;
    const { host, port, tls, ...login } = this.#target;
    const shared: RedisOptions = { ...manner, ...login, ...(tls && { tls }), reconnectOnError };
    if (sentinels.length === 0) return { ...shared, host, port };
    return {
      ...shared,
      sentinels,
      name: sentinelName,
      ...(sentinelPassword && { sentinelPassword }),
      ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    };
  }

  #cluster({ enableOfflineQueue = true, ...manner }: Manner): Cluster {
    const { host, port, username, password, tls } = this.#target;
    return new Cluster([{ host, port }], {
      enableOfflineQueue,
      redisOptions: { ...manner, username, password, ...(tls && { tls }) },
      // By their names, not their addresses, or certificates would not fit.
      ...(tls && { dnsLookup: (name, done) => done(null, name) }),
    });
  }
}

/**
 * Publishes so that what is published on one channel arrives in that order. In a cluster, ioredis sends every PUBLISH
 * to any node; a script goes where its key is, always by one way.
 */
export function inOrder(client: RedisClient): Publisher {
  if (client instanceof Redis) return client;
  const script = "return redis.call('PUBLISH', KEYS[1], ARGV[1])";
  return { publish: (channel, text) => client.eval(script, 1, channel, text) };
}

function reconnectOnError(error: Error): false | 2 {
  return error.message.startsWith('READONLY') ? 2 : false;
}

function targetOf({ url, password, ca, cluster }: RedisSettings): Target {
  const { protocol, hostname, port, username, password: inUrl, pathname, search } = new URL(url);
  if (password && inUrl)
    throw refusal('REDIS_PASSWORD', 'REDIS_URL holds a password too; leave one of them out');
  if (search) throw refusal('REDIS_URL', 'takes no parameters after a question mark');
  if (ca && protocol !== 'rediss:')
    throw refusal('REDIS_CA', 'is for TLS: REDIS_URL must begin with rediss://');
  const db = pathname.length > 1 ? Number(pathname.slice(1)) : 0;
  if (!Number.isInteger(db) || db < 0)
    throw refusal('REDIS_URL', 'ends with a database that is not a number');
  if (cluster && db > 0) throw refusal('REDIS_URL', 'names a database, and a Redis Cluster has only one, 0');
  return {
    // Brackets belong to the URL, not to an IPv6 address.
    host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(port || 6379),
    ...(username && { username: decoded(username) }),
    ...((password || inUrl) && { password: password ?? decoded(inUrl) }),
    db,
    ...(protocol === 'rediss:' && { tls: ca ? { ca } : {} }),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refusal(
      'REDIS_URL',
      'has a % in user or password that stands for nothing: write it as %25, or set REDIS_PASSWORD',
    );
  }
}

function refusal(field: string, problem: string): FatalError {
  return new FatalError('config_invalid', `${field}: ${problem}.`, { field });
}
