/** Puts the hub together. The only file that names concrete implementations: to swap one, change it here. */
import { hkdfSync } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { httpConnector } from '../connectors/http/connector.js';
import { InProcessBus } from './bus/in-process.js';
import type { Config } from './config.js';
import type { Connector, Finding } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { FatalError } from './errors.js';
import { InProcessLeases } from './lease/in-process.js';
import { anthropicModel } from './llm/anthropic.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import { offlineModel } from './llm/offline/model.js';
import { offlineEmbedder } from './llm/offline-embedder/embedder.js';
import { openaiModel } from './llm/openai.js';
import { openaiEmbedder } from './llm/openai-embedder.js';
import type { Logger } from './logger.js';
import { botsOf } from './platforms.js';
import { loadPlugin } from './plugin/loader.js';
import type { Plugin } from './plugin/plugin.js';
import { InProcessQueue } from './queue/in-process.js';
import { type Engines, type Hub, startRoles } from './roles.js';
import { Characters } from './runtime/characters.js';
import { secretFile } from './secret-file.js';
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
  const engines = config.cluster
    ? await sharedEngines(config.cluster, config, log, overrides.database)
    : await embeddedEngines(config, log);
  try {
    return await assemble(config, log, overrides, engines);
  } catch (error) {
    await engines.close();
    throw error;
  }
}

/** The hub that holds a data folder now; null when none does. */
export { readHub as runningHub } from './store/libsql/lock.js';

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
    close,
  };
}

async function sharedEngines(
  { redisUrl, redisPrefix, mongodbUrl, database }: NonNullable<Config['cluster']>,
  { turns, tracing }: Config,
  log: Logger,
  monitor: Overrides['database'],
): Promise<Engines> {
  // Loaded only here: an embedded hub has no need of them, and they weigh more than it does.
  const [{ Redis }, { RedisBus }, { RedisLeases }, { BullmqQueue }, { openMongoStore }] = await Promise.all([
    import('ioredis'),
    import('./bus/redis.js'),
    import('./lease/redis.js'),
    import('./queue/bullmq.js'),
    import('./store/mongodb/store.js'),
  ]);
  const store = await openMongoStore({ url: mongodbUrl, database, log, ...monitor });
  // As BullMQ's guide for production has it: who hands in work is told at once when Redis is away, workers wait.
  const producer = { url: redisUrl, maxRetriesPerRequest: 1, enableOfflineQueue: false };
  const worker = { url: redisUrl, maxRetriesPerRequest: null };
  const telemetry = tracing
    ? new (await import('bullmq-otel')).BullMQOtel({ tracerName: 'carrier' })
    : undefined;
  const queue = (name: string) =>
    new BullmqQueue({ ...turns, name, prefix: redisPrefix, producer, worker, telemetry, log });
  const publisher = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  const subscriber = new Redis(redisUrl, { maxRetriesPerRequest: null });
  for (const redis of [publisher, subscriber]) redis.on('error', (err) => log.warn({ err }, 'redis'));
  const bus = new RedisBus({ publisher, subscriber, prefix: `${redisPrefix}:events:`, log });
  const leases = new RedisLeases({ client: publisher, prefix: `${redisPrefix}:lease:`, log });
  const limiters: Engines['limiters'] = (name, points, duration) =>
    new RateLimiterRedis({
      storeClient: publisher,
      keyPrefix: `${redisPrefix}:rate:${name}`,
      points,
      duration,
      // Without Redis each process counts for itself.
      insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
    });
  const close = async () => {
    publisher.disconnect();
    await store.close();
  };
  const [turnQueue, deliveryQueue] = [queue('turns'), queue('deliveries')];
  return { store, bus, turnQueue, deliveryQueue, leases, limiters, close };
}

async function assemble(
  config: Config,
  log: Logger,
  overrides: Overrides,
  engines: Engines,
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
    buttonKey: () => derived(config, 'buttons'),
    embedder:
      role === 'gateway' ? null : overrides.embedder === undefined ? embedderOf(models) : overrides.embedder,
    plugin: async (name) =>
      overrides.plugins?.find((brought) => brought.name === name) ?? loadPlugin(name, folders),
  });
  return { ...hub, store: engines.store, announce: (url) => announce(config.dataDir, url) };
}

/** The API, and a bot for each agent and platform with a token. The SDKs are loaded only where there is one. */
async function connectorsOf(config: Config, agents: Agent[]): Promise<Connector[]> {
  const { discord, telegram, slack } = botsOf(config, agents, (purpose) =>
    derived(config, purpose).toString('hex'),
  );
  const connectors: Connector[] = [
    httpConnector({ ...config.http, callbackSecret: callbackSecretOf(config) }),
  ];
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
export async function diagnose(
  config: Config,
  log: Logger,
): Promise<{ subject: string; findings: Finding[] }[]> {
  const characters = await Characters.open(config.charactersDir, log);
  characters.close();
  const agents = characters.list();
  // A doctor makes no secrets: in the place of keys, what is as long as one.
  const { discord, telegram, slack } = botsOf(config, agents, (purpose) => purpose.padEnd(64));
  return Promise.all([
    { subject: 'Characters', findings: agents.map(({ id }) => ({ check: `${id} is usable`, ok: true })) },
    ...(config.cluster ? [diagnoseEngines(config.cluster, config, log)] : []),
    ...discord.map(async (bot) => {
      const { diagnoseDiscord } = await import('../connectors/discord/doctor.js');
      return { subject: `${bot.agentId} on Discord`, findings: await diagnoseDiscord(bot) };
    }),
    ...telegram.map(async (bot) => {
      const { diagnoseTelegram } = await import('../connectors/telegram/doctor.js');
      return { subject: `${bot.agentId} on Telegram`, findings: await diagnoseTelegram(bot) };
    }),
    ...slack.map(async (bot) => {
      const { diagnoseSlack } = await import('../connectors/slack/doctor.js');
      return { subject: `${bot.agentId} on Slack`, findings: await diagnoseSlack(bot) };
    }),
  ]);
}

async function diagnoseEngines(
  cluster: NonNullable<Config['cluster']>,
  config: Config,
  log: Logger,
): Promise<{ subject: string; findings: Finding[] }> {
  const subject = 'Redis and MongoDB';
  try {
    const { store, turnQueue, deliveryQueue, bus, close } = await sharedEngines(
      cluster,
      config,
      log,
      undefined,
    );
    const queue = await turnQueue.counts().then(
      () => ({ check: 'Redis takes jobs', ok: true }),
      ({ message }: Error) => ({ check: 'Redis takes jobs', ok: false, fix: `Check REDIS_URL: ${message}` }),
    );
    const lacks = store.description.notes.map((note) => ({ check: `MongoDB: ${note}`, ok: true }));
    const findings = [queue, { check: `MongoDB answers: ${store.description.engine}`, ok: true }, ...lacks];
    await Promise.all([turnQueue.close(), deliveryQueue.close()]);
    await bus.close();
    await close();
    return { subject, findings };
  } catch (error) {
    const { message } = error as Error;
    return {
      subject,
      findings: [{ check: 'MongoDB answers', ok: false, fix: `Check MONGODB_URL: ${message}` }],
    };
  }
}

/** Another key than the callbacks', made of the same secret: hubs that share a database share it already. */
function derived(config: Config, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', callbackSecretOf(config), '', `carrier ${purpose}`, 32));
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
  return new FatalError(
    'config_invalid',
    `The model "${ref}" needs ${setting}; set it, or change CARRIER_MODELS.`,
    {
      field: setting,
    },
  );
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
