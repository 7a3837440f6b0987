/** What a hub stands on: one process by itself, or Redis and MongoDB for several. Names stores, queues and buses. */
import { InProcessBus } from './bus/in-process.js';
import type { Config } from './config.js';
import { Cipher } from './encryption/cipher.js';
import { type KeyRing, keyRingOf } from './encryption/key-ring.js';
import type { Engines } from './engines.js';
import { FatalError } from './errors.js';
import { InProcessLeases } from './lease/in-process.js';
import type { Logger } from './logger.js';
import { InProcessMaintenance } from './maintenance/in-process.js';
import { packageVersion } from './package-folder.js';
import { InProcessQueue } from './queue/in-process.js';
import type { RedisFacts } from './queue/redis-facts.js';
import { InProcessRates } from './rate/in-process.js';
import { SecretKeys } from './secrets/keys.js';
import { NotedSecrets, secretNote, undamaged } from './secrets/noted-secrets.js';
import { open } from './secrets/sealing.js';
import { type FolderAtRest, noteAtRest, recordsAtRest } from './store/libsql/at-rest.js';
import { openLibsqlStore } from './store/libsql/store.js';
import type { ArchiveRequest } from './store/mongodb/archive.js';
import type { MongoFacts } from './store/mongodb/facts.js';
import type { MongoOptions } from './store/mongodb/store.js';
import { all } from './store/paging.js';
import type { StoredRecord } from './store/record-store.js';
import type { Store } from './store/store.js';

/**
 * How a shared database is opened, and who sees every command to it, and every answer, e.g. to count them; of any database:
 * what to do where it cannot be used any more in this process.
 */
export type DatabaseWatch = Pick<
  MongoOptions,
  'onCommand' | 'onAnswer' | 'onStuck' | 'patience' | 'embedderHint' | 'migrate'
>;

const rings = new WeakMap<Config, KeyRing | null>();

/** The keys of stored data, read once. @throws FatalError `config_invalid`. */
function ringOf(config: Config): KeyRing | null {
  if (!rings.has(config)) rings.set(config, keyRingOf(config.encryption.keys));
  return rings.get(config) ?? null;
}

/** The data folder for those below that read a database of no running hub. @throws FatalError `config_invalid`. */
export function folderAtRest(config: Config): FolderAtRest {
  return { dataDir: config.dataDir, ring: ringOf(config) };
}

/** @throws what the engines throw: `store_locked`, `store_unavailable`, `config_invalid`. */
export function openEngines(config: Config, log: Logger, watch: DatabaseWatch = {}): Promise<Engines> {
  return config.cluster
    ? sharedEngines(config.cluster, config, log, watch)
    : embeddedEngines(config, log, watch);
}

async function embeddedEngines(config: Config, log: Logger, { onStuck }: DatabaseWatch): Promise<Engines> {
  const { dataDir, turns } = config;
  const store = await openLibsqlStore({ dataDir, ring: ringOf(config), log, onStuck });
  const bus = new InProcessBus((err) => log.error({ err }, 'a listener failed'));
  const close = () => store.close();
  return {
    store,
    bus,
    turnQueue: new InProcessQueue(turns),
    deliveryQueue: new InProcessQueue(turns),
    leases: new InProcessLeases(),
    rates: new InProcessRates(),
    maintenance: new InProcessMaintenance({ firstMs: turns.sweepMs, log }),
    close,
  };
}

async function sharedEngines(
  cluster: NonNullable<Config['cluster']>,
  config: Config,
  log: Logger,
  watch: DatabaseWatch,
): Promise<Engines> {
  const { turns, tracing, dataDir } = config;
  // Loaded only here: an embedded hub has no need of them, and they weigh more than it does.
  const [
    { inOrder, RedisConnections },
    { RedisBus },
    { RedisLeases },
    { BullmqQueue },
    { BullmqMaintenance },
    { RedisRates },
  ] = await Promise.all([
    import('./queue/redis-connection.js'),
    import('./bus/redis.js'),
    import('./lease/redis.js'),
    import('./queue/bullmq.js'),
    import('./maintenance/bullmq.js'),
    import('./rate/redis.js'),
  ]);
  const redis = new RedisConnections(cluster.redis, log);
  const queues: InstanceType<typeof BullmqQueue>[] = [];
  // Where newer hubs alone may work, this one must take nothing from them either.
  const onRefused = () => void Promise.all(queues.map((queue) => queue.close()));
  const ring = ringOf(config);
  const store = await openShared(cluster, log, { ...watch, ring, onRefused, dataDir });
  // As BullMQ's guide for production has it: who hands in work is told at once when Redis is away, workers wait.
  const [producer, worker] = [redis.failingFast(), redis.waiting()];
  const { prefix } = redis;
  const telemetry = tracing
    ? new (await import('bullmq-otel')).BullMQOtel({ tracerName: 'carrier' })
    : undefined;
  const queue = (name: string) =>
    new BullmqQueue({ ...turns, name, version: packageVersion(), prefix, producer, worker, telemetry, log });
  const [client, subscriber] = [redis.retryingOnce(), redis.waiting()];
  const bus = new RedisBus({
    ...{ publisher: inOrder(client), subscriber, prefix: `${prefix}:events:`, log },
    cipher: ring && !ring.off ? new Cipher(ring) : null,
  });
  const leases = new RedisLeases({ client, prefix: `${prefix}:lease:`, log });
  const maintenance = new BullmqMaintenance({ prefix, producer, worker, log });
  const rates = new RedisRates({ client, prefix: `${prefix}:rate`, log });
  const close = async () => {
    redis.close();
    await store.close();
  };
  const [turnQueue, deliveryQueue] = [queue('turns'), queue('deliveries')];
  queues.push(turnQueue, deliveryQueue);
  store.reach?.onChange((away) => {
    if (away === null) log.info('the database answers again; work is taken');
    else log.error({ away }, 'the database does not answer; no work is taken until it does');
    for (const one of queues) away === null ? one.resume() : one.pause();
  });
  return { store, bus, turnQueue, deliveryQueue, leases, rates, maintenance, close };
}

/**
 * Stored secrets and records for somebody who is no hub, such as `carrier doctor`: makes no file, no key, and disturbs no
 * hub. `stored` throws what opens no secret (`config_invalid`), and both throw that the database is away.
 */
export function storeForDoctor(
  config: Config,
  log: Logger,
): {
  stored(name: string): Promise<string | null>;
  records(kind: string): Promise<StoredRecord[]>;
  close(): Promise<void>;
} {
  const { cluster } = config;
  const keys = new SecretKeys(config);
  let opened: Promise<Store> | undefined;
  const shared = (there: NonNullable<typeof cluster>) => {
    opened ??= openShared(there, log, { migrate: false, ring: ringOf(config) });
    return opened;
  };
  const sealedOf = async (name: string) => {
    if (cluster) return new NotedSecrets((await shared(cluster)).notes, log).get(name);
    const key = secretNote.key(name);
    return undamaged(name, secretNote.read(key, noteAtRest(folderAtRest(config), key), log));
  };
  return {
    async stored(name) {
      const sealed = await sealedOf(name);
      return sealed && open(keys, name, sealed);
    },
    async records(kind) {
      if (!cluster) return recordsAtRest(folderAtRest(config), kind);
      const { records } = await shared(cluster);
      return all((page) => records.list(kind, page));
    },
    close: async () => (await opened?.catch(() => null))?.close(),
  };
}

/** What the servers say of themselves that hubs share, for `carrier doctor`; null: it cannot be asked. */
export async function serverFacts(
  config: Config,
  log: Logger,
): Promise<{ redis: RedisFacts | null; mongo: MongoFacts | null }> {
  const { cluster } = config;
  if (!cluster) return { redis: null, mongo: null };
  const [{ RedisConnections }, { redisFacts }, { mongoFacts }] = await Promise.all([
    import('./queue/redis-connection.js'),
    import('./queue/redis-facts.js'),
    import('./store/mongodb/facts.js'),
  ]);
  const connections = new RedisConnections(cluster.redis, log);
  try {
    const { mongodbUrl: url, database } = cluster;
    const [redis, mongo] = await Promise.all([
      redisFacts(connections.retryingOnce(), connections.prefix).catch(() => null),
      mongoFacts({ url, database }).catch(() => null),
    ]);
    return { redis, mongo };
  } finally {
    connections.close();
  }
}

async function openShared(
  { mongodbUrl, database, readPreference }: NonNullable<Config['cluster']>,
  log: Logger,
  watch: DatabaseWatch & Pick<MongoOptions, 'onRefused' | 'dataDir' | 'ring'>,
): Promise<Store> {
  const { openMongoStore } = await import('./store/mongodb/store.js');
  return openMongoStore({ url: mongodbUrl, database, readPreference, log, ...watch });
}

/** What keeps a database usable that has grown, for the operator. Throws `config_invalid` where there is none. */
export async function databaseCare({ cluster }: Config, log: Logger) {
  if (!cluster) {
    throw new FatalError(
      'config_invalid',
      'This is for hubs that share a database: set REDIS_URL and MONGODB_URL as they have them.',
      { field: 'MONGODB_URL' },
    );
  }
  const [{ archivable, archive }, { overview }, { requireCluster, shardKeys, shardStore }] =
    await Promise.all([
      import('./store/mongodb/archive.js'),
      import('./store/mongodb/overview.js'),
      import('./store/mongodb/shard.js'),
    ]);
  const { mongodbUrl: url, database, readPreference } = cluster;
  const options = { url, database, readPreference };
  return {
    name: database,
    overview: () => overview(options),
    archivable: (request: ArchiveRequest) => archivable(request, options),
    archive: (request: ArchiveRequest, tell: (moved: number, month: string) => void) =>
      archive(request, options, tell),
    shardKeys,
    requireCluster: () => requireCluster(options),
    shard: () => shardStore({ ...options, log }),
  };
}

/** Of an embedded hub's database as it lies in the folder; null when there is none yet. */
export {
  auditAtRest,
  notesAtRest,
  recordsAtRest,
  schemaAtRest,
  waitingAtRest,
} from './store/libsql/at-rest.js';
