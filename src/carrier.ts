/** Puts the hub together. The only file that names concrete implementations: to swap one, change it here. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { httpConnector } from '../connectors/http/connector.js';
import { InProcessBus } from './bus/in-process.js';
import type { Config } from './config.js';
import type { Connector } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { type Diagnosis, diagnoseEngines } from './diagnosis.js';
import { FatalError } from './errors.js';
import { InProcessLeases } from './lease/in-process.js';
import { anthropicModel } from './llm/anthropic.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import { offlineModel } from './llm/offline/model.js';
import { offlineEmbedder } from './llm/offline-embedder/embedder.js';
import { openaiModel } from './llm/openai.js';
import { openaiEmbedder } from './llm/openai-embedder.js';
import type { Logger } from './logger.js';
import { InProcessMaintenance } from './maintenance/in-process.js';
import { botsOf } from './platforms.js';
import { loadPlugin } from './plugin/loader.js';
import type { Plugin } from './plugin/plugin.js';
import { InProcessQueue } from './queue/in-process.js';
import { type Engines, type Hub, startRoles } from './roles.js';
import { Characters } from './runtime/characters.js';
import { derivedKey, secretFile } from './secret-file.js';
import { announce } from './store/libsql/lock.js';
import { openLibsqlStore } from './store/libsql/store.js';
import type { MongoOptions } from './store/mongodb/store.js';
import type { Store } from './store/store.js';

/** Parts a test, a benchmark or an embedding program brings itself. */
export interface Overrides {
  connectors?: Connector[];
  model?: (ref: string) => LanguageModel;
  embedder?: Embedder | null;
  /** Found by their names before any other. */
  plugins?: Plugin[];
  /** Sees every command to a shared database, and every answer, e.g. to count them. */
  database?: Pick<MongoOptions, 'onCommand' | 'onAnswer'>;
}

export interface Carrier extends Hub {
  readonly store: Store;
  /** Notes where the hub listens, for `runningHub`; hubs that share a database are not noted. */
  announce(url: string): void;
}

/** Starts a hub; when it resolves, messages are taken. */
export async function startCarrier(config: Config, log: Logger, overrides: Overrides = {}): Promise<Carrier> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const embedder = embedderFor(config, overrides);
  const engines = config.cluster
    ? await sharedEngines(config.cluster, config, log, {
        ...overrides.database,
        ...(embedder && { embedderHint: embedder }),
      })
    : await embeddedEngines(config, log);
  try {
    return await assemble(config, log, overrides, engines, embedder);
  } catch (error) {
    await engines.close();
    throw error;
  }
}

/** The hub that holds a data folder now; null when none does. */
export { readHub as runningHub } from './store/libsql/lock.js';

/** What keeps a database usable that has grown, for the operator. Throws `config_invalid` where there is none. */
export async function databaseCare({ cluster }: Config, log: Logger) {
  if (!cluster) {
    throw new FatalError(
      'config_invalid',
      'This is for hubs that share a database: set REDIS_URL and MONGODB_URL as they have them.',
      { field: 'MONGODB_URL' },
    );
  }
  const [{ archiveBefore, countBefore }, { requireCluster, shardKeys, shardStore }] = await Promise.all([
    import('./store/mongodb/archive.js'),
    import('./store/mongodb/shard.js'),
  ]);
  const options = { url: cluster.mongodbUrl, database: cluster.database };
  return {
    name: cluster.database,
    countBefore: (before: number) => countBefore(before, options),
    archiveBefore: (before: number, tell: (moved: number) => void) => archiveBefore(before, options, tell),
    shardKeys,
    requireCluster: () => requireCluster(options),
    shard: () => shardStore({ ...options, log }),
  };
}

async function embeddedEngines({ dataDir, turns }: Config, log: Logger): Promise<Engines> {
  const store = await openLibsqlStore({ dataDir, log });
  const bus = new InProcessBus((err) => log.error({ err }, 'a listener failed'));
  const close = () => store.close();
  return {
    store,
    bus,
    turnQueue: new InProcessQueue(turns),
    deliveryQueue: new InProcessQueue(turns),
    leases: new InProcessLeases(),
    limiters: (name, points, duration) => new RateLimiterMemory({ keyPrefix: name, points, duration }),
    maintenance: new InProcessMaintenance({ firstMs: turns.sweepMs, log }),
    close,
  };
}

async function sharedEngines(
  { redis: settings, mongodbUrl, database, readPreference }: NonNullable<Config['cluster']>,
  { turns, tracing }: Config,
  log: Logger,
  watched?: Partial<MongoOptions>,
): Promise<Engines> {
  // Loaded only here: an embedded hub has no need of them, and they weigh more than it does.
  const [
    { inOrder, RedisConnections },
    { RedisBus },
    { RedisLeases },
    { BullmqQueue },
    { BullmqMaintenance },
    { openMongoStore },
  ] = await Promise.all([
    import('./queue/redis-connection.js'),
    import('./bus/redis.js'),
    import('./lease/redis.js'),
    import('./queue/bullmq.js'),
    import('./maintenance/bullmq.js'),
    import('./store/mongodb/store.js'),
  ]);
  const redis = new RedisConnections(settings, log);
  const store = await openMongoStore({ url: mongodbUrl, database, readPreference, log, ...watched });
  // As BullMQ's guide for production has it: who hands in work is told at once when Redis is away, workers wait.
  const [producer, worker] = [redis.failingFast(), redis.waiting()];
  const { prefix } = redis;
  const telemetry = tracing
    ? new (await import('bullmq-otel')).BullMQOtel({ tracerName: 'carrier' })
    : undefined;
  const queue = (name: string) =>
    new BullmqQueue({ ...turns, name, prefix, producer, worker, telemetry, log });
  const [client, subscriber] = [redis.retryingOnce(), redis.waiting()];
  const bus = new RedisBus({ publisher: inOrder(client), subscriber, prefix: `${prefix}:events:`, log });
  const leases = new RedisLeases({ client, prefix: `${prefix}:lease:`, log });
  const maintenance = new BullmqMaintenance({ prefix, producer, worker, log });
  const limiters: Engines['limiters'] = (name, points, duration) =>
    new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `${prefix}:rate:${name}`,
      points,
      duration,
      // Without Redis each process counts for itself.
      insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
    });
  const close = async () => {
    redis.close();
    await store.close();
  };
  const [turnQueue, deliveryQueue] = [queue('turns'), queue('deliveries')];
  return { store, bus, turnQueue, deliveryQueue, leases, limiters, maintenance, close };
}

async function assemble(
  config: Config,
  log: Logger,
  overrides: Overrides,
  engines: Engines,
  embedder: Embedder | null,
): Promise<Carrier> {
  const { role, models, charactersDir } = config;
  const characters = await Characters.open(charactersDir, log);
  const model = memoize(overrides.model ?? ((ref: string) => modelOf(ref, models)));
  const folders = { builtinDir: new URL('../plugins/', import.meta.url), baseDir: charactersDir };
  const hub = await startRoles({
    config,
    log,
    engines,
    characters,
    connectors:
      role === 'worker' ? [] : (overrides.connectors ?? (await connectorsOf(config, characters.list()))),
    model,
    buttonKey: () => derivedKey(callbackSecretOf(config), 'buttons'),
    embedder,
    plugin: async (name) =>
      overrides.plugins?.find((brought) => brought.name === name) ?? loadPlugin(name, folders),
  });
  return { ...hub, store: engines.store, announce: (url) => announce(config.dataDir, url) };
}

/** The API, and the bots. */
async function connectorsOf(config: Config, agents: Agent[]): Promise<Connector[]> {
  const http = httpConnector({ ...config.http, callbackSecret: callbackSecretOf(config) });
  return [
    http,
    ...(await botConnectors(config, agents, (use) =>
      derivedKey(callbackSecretOf(config), use).toString('hex'),
    )),
  ];
}

/** One for each agent and platform with a token. The SDKs are loaded only where there is one. */
async function botConnectors(
  config: Config,
  agents: Agent[],
  derive: (use: string) => string,
): Promise<Connector[]> {
  const { discord, telegram, slack } = botsOf(config, agents, derive);
  const connectors: Connector[] = [];
  if (discord.length > 0) {
    const { discordConnector } = await import('../connectors/discord/connector.js');
    connectors.push(...discord.map(discordConnector));
  }
  if (telegram.length > 0) {
    const { telegramConnector } = await import('../connectors/telegram/connector.js');
    connectors.push(...telegram.map(telegramConnector));
  }
  if (slack.length > 0) {
    const { slackConnector } = await import('../connectors/slack/connector.js');
    connectors.push(...slack.map(slackConnector));
  }
  return connectors;
}

/** What `carrier doctor` shows: characters, shared engines, and every bot's settings as its platform sees them. */
export async function diagnose(config: Config, log: Logger): Promise<Diagnosis[]> {
  const characters = await Characters.open(config.charactersDir, log);
  characters.close();
  const agents = characters.list();
  // A doctor makes no secrets: in the place of keys, what is as long as one.
  const bots = await botConnectors(config, agents, (purpose) => purpose.padEnd(64));
  return Promise.all([
    { subject: 'Characters', findings: agents.map(({ id }) => ({ check: `${id} is usable`, ok: true })) },
    ...(config.cluster ? [diagnoseEngines(sharedEngines(config.cluster, config, log))] : []),
    ...bots.map(async (bot) => ({
      subject: `${bot.agentId} on ${bot.name[0]!.toUpperCase()}${bot.name.slice(1)}`,
      findings: (await bot.diagnose?.()) ?? [],
    })),
  ]);
}

function callbackSecretOf({ http, dataDir }: Config): string {
  return http.callbackSecret ?? secretFile(join(dataDir, 'callback-secret'), 'carrier_callback_').secret;
}

/** @throws FatalError `config_invalid` when the provider lacks its key or address. */
function modelOf(ref: string, { openai, anthropic, ollama }: Config['models']): LanguageModel {
  const [provider = '', ...rest] = ref.split(':');
  const named = rest.join(':');
  if (provider === 'openai') {
    if (!openai.apiKey && !openai.baseURL) throw unset(ref, 'OPENAI_API_KEY');
    return openaiModel({ ...openai, model: named || openai.model });
  }
  if (provider === 'anthropic') {
    if (!anthropic.apiKey) throw unset(ref, 'ANTHROPIC_API_KEY');
    return anthropicModel({ ...anthropic, model: named || anthropic.model });
  }
  if (provider === 'ollama') {
    if (!ollama.host) throw unset(ref, 'OLLAMA_HOST');
    const model = named || ollama.model;
    const address = ollama.host.includes('://') ? ollama.host : `http://${ollama.host}`;
    return openaiModel({
      id: `ollama:${model}`,
      baseURL: new URL('/v1', address).href,
      apiKey: 'ollama',
      model,
    });
  }
  return offlineModel();
}

function unset(ref: string, setting: string): FatalError {
  const message = `The model "${ref}" needs ${setting}; set it, or change CARRIER_MODELS.`;
  return new FatalError('config_invalid', message, { field: setting });
}

/** Null for a gateway, which looks nothing up. */
function embedderFor({ role, models }: Config, { embedder }: Overrides): Embedder | null {
  if (role === 'gateway') return null;
  return embedder === undefined ? embedderOf(models) : embedder;
}

function embedderOf({ embedder, openai }: Config['models']): Embedder | null {
  if (embedder === 'none') return null;
  const [provider, model] =
    embedder === 'auto' ? [openai.apiKey && !openai.baseURL ? 'openai' : 'offline'] : embedder.split(':');
  return provider === 'openai'
    ? openaiEmbedder({ ...openai, model: model ?? openai.embeddingModel })
    : offlineEmbedder();
}

function memoize<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
