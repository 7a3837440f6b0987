/** Puts the hub together. The only file that names concrete implementations: to swap one, change it here. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { httpConnector } from '../connectors/http/connector.js';
import type { EventBus } from './bus/bus.js';
import { InProcessBus } from './bus/in-process.js';
import type { Config } from './config.js';
import type { Connector, Host } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { FatalError } from './errors.js';
import { noBots, textRules } from './intake/gate.js';
import { Intake } from './intake/intake.js';
import { anthropicModel } from './llm/anthropic.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import { offlineModel } from './llm/offline/model.js';
import { offlineEmbedder } from './llm/offline-embedder/embedder.js';
import { openaiModel } from './llm/openai.js';
import { openaiEmbedder } from './llm/openai-embedder.js';
import type { Logger } from './logger.js';
import { Deliverer } from './outbox/outbox.js';
import { loadPlugin } from './plugin/loader.js';
import type { Plugin } from './plugin/plugin.js';
import { InProcessQueue } from './queue/in-process.js';
import type { RoomQueue } from './queue/queue.js';
import { AbilityLoader } from './runtime/abilities.js';
import { Characters } from './runtime/characters.js';
import { MemoryManager } from './runtime/memory-manager.js';
import { MessageManager } from './runtime/message-manager.js';
import { outcomeOf } from './runtime/outcome.js';
import { StateManager } from './runtime/state-manager.js';
import { Sweeper } from './runtime/sweeper.js';
import { Worker } from './runtime/worker.js';
import { secretFile } from './secret-file.js';
import { announce } from './store/libsql/lock.js';
import { openLibsqlStore } from './store/libsql/store.js';
import type { Store } from './store/store.js';

/** Parts a test, a benchmark or an embedding program brings itself. */
export interface Overrides {
  connectors?: Connector[];
  model?: (ref: string) => LanguageModel;
  embedder?: Embedder | null;
  /** Found by their names before any other. */
  plugins?: Plugin[];
}

interface Readiness {
  ready: boolean;
  /** `ok`, or what is wrong. */
  checks: Record<string, string>;
}

export interface Carrier {
  readonly store: Store;
  readonly connectors: Connector[];
  readonly host: Host;
  agents(): Agent[];
  /** Notes where the hub listens, for `runningHub`; hubs that share a database are not noted. */
  announce(url: string): void;
  /** Whether a message can be taken and its turn finished now. */
  ready(): Promise<Readiness>;
  /** Lets running turns finish, then closes everything; what was left is taken up at the next start. */
  stop(): Promise<void>;
}

/** Starts a hub; when it resolves, messages are taken. */
export async function startCarrier(config: Config, log: Logger, overrides: Overrides = {}): Promise<Carrier> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const engines = config.cluster
    ? await sharedEngines(config.cluster, config.turns, log)
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

/** What a hub runs on. */
interface Engines {
  store: Store;
  bus: EventBus;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  /** Ends bus and store; the queues are closed before. */
  close(): Promise<void>;
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
    close,
  };
}

async function sharedEngines(
  { redis: settings, mongodbUrl, database }: NonNullable<Config['cluster']>,
  turns: Config['turns'],
  log: Logger,
): Promise<Engines> {
  // Loaded only here: an embedded hub has no need of them, and they weigh more than it does.
  const [{ RedisConnections }, { RedisBus }, { BullmqQueue }, { openMongoStore }] = await Promise.all([
    import('./queue/redis-connection.js'),
    import('./bus/redis.js'),
    import('./queue/bullmq.js'),
    import('./store/mongodb/store.js'),
  ]);
  const redis = new RedisConnections(settings, log);
  const store = await openMongoStore({ url: mongodbUrl, database, log });
  // As BullMQ's guide for production has it: who hands in work is told at once when Redis is away, workers wait.
  const [producer, worker] = [redis.failingFast(), redis.waiting()];
  const { prefix } = redis;
  const queue = (name: string) => new BullmqQueue({ ...turns, name, prefix, producer, worker, log });
  const [publisher, subscriber] = [redis.publisher(), redis.waiting()];
  const bus = new RedisBus({ publisher, subscriber, prefix: `${prefix}:events:`, log });
  const close = async () => {
    redis.close();
    await store.close();
  };
  return { store, bus, turnQueue: queue('turns'), deliveryQueue: queue('deliveries'), close };
}

async function assemble(
  config: Config,
  log: Logger,
  overrides: Overrides,
  engines: Engines,
): Promise<Carrier> {
  const { turns: limits } = config;
  const { store, bus, turnQueue, deliveryQueue } = engines;
  const characters = await Characters.open(config.charactersDir, log);
  const requireAgent = (id: string): Agent => {
    const agent = characters.get(id);
    if (agent) return agent;
    const known = characters.list().map((a) => a.id);
    throw new FatalError('agent_unknown', `No agent "${id}". Running: ${known.join(', ') || 'none'}.`, {
      field: 'agentId',
    });
  };
  const connectors = overrides.connectors ?? [
    httpConnector({
      ...config.http,
      callbackSecret:
        config.http.callbackSecret ??
        secretFile(join(config.dataDir, 'callback-secret'), 'carrier_callback_').secret,
    }),
  ];
  const model = memoize(overrides.model ?? ((ref: string) => modelOf(ref, config.models)));
  const chain = ({ character }: Agent) =>
    (character.models.length > 0 ? character.models : config.models.chain).map(model);
  const embedder = overrides.embedder === undefined ? embedderOf(config.models) : overrides.embedder;
  const memoryManager = new MemoryManager(store.memories, embedder, log);
  const folders = { builtinDir: new URL('../plugins/', import.meta.url), baseDir: config.charactersDir };
  const plugin = async (name: string) =>
    overrides.plugins?.find((brought) => brought.name === name) ?? loadPlugin(name, folders);
  const manager = new MessageManager({
    state: new StateManager(store.memories, store.files, memoryManager, log),
    abilities: new AbilityLoader(plugin, log),
    chain,
    checkpoint: (checkpoint) => store.turns.checkpoint(checkpoint),
    modelTimeoutMs: limits.modelTimeoutMs,
    maxSteps: limits.maxSteps,
    log,
  });
  const worker = new Worker({
    turns: store.turns,
    memories: store.memories,
    turnQueue,
    deliveryQueue,
    manager,
    agent: requireAgent,
    publish: (roomId, event) => bus.publish(roomId, event),
    committed: () => memoryManager.nudge(),
    maxMessages: limits.maxMessages,
    log,
  });
  const intake = new Intake({
    memories: store.memories,
    turns: turnQueue,
    rules: [noBots, textRules(limits)],
    requireAgent,
    log,
  });
  const deliverer = new Deliverer({
    outbox: store.outbox,
    deliveries: deliveryQueue,
    connector: (name) => connectors.find((connector) => connector.name === name),
    log,
  });
  const sweeper = new Sweeper({
    turns: store.turns,
    outbox: store.outbox,
    turnQueue,
    deliveryQueue,
    intervalMs: limits.sweepMs,
    log,
  });
  const host: Host = {
    receive: (message) => intake.receive(message),
    requireAgent,
    watch: (roomId, listener) => bus.subscribe(roomId, listener),
    outcome: (messageId) => outcomeOf(store, messageId),
    turn: (turnId) => store.turns.get(turnId),
    history: (roomId, page) => store.memories.history(roomId, page),
    putFile: (bytes) => store.files.put(bytes),
    log,
  };

  for (const connector of connectors) await connector.start(host);
  worker.start();
  deliverer.start();
  await sweeper.start();
  memoryManager.nudge();

  return {
    store,
    connectors,
    host,
    agents: () => characters.list(),
    announce: (url) => announce(config.dataDir, url),
    async ready() {
      const checks = {
        store: await problem(() => store.ping()),
        queue: await problem(async () => void (await turnQueue.counts())),
        agents: characters.list().length > 0 ? 'ok' : `no usable character in ${config.charactersDir}`,
        models: await problem(async () => void characters.list().flatMap(chain)),
      };
      return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
    },
    async stop() {
      characters.close();
      sweeper.stop();
      await turnQueue.close(limits.stopMs);
      await deliveryQueue.close(limits.stopMs);
      for (const connector of connectors) await connector.stop();
      await worker.stop();
      await memoryManager.stop();
      await embedder?.close();
      await bus.close();
      await engines.close();
    },
  };
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

async function problem(check: () => Promise<void>): Promise<string> {
  return check().then(
    () => 'ok',
    (error: Error) => error.message,
  );
}

function memoize<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
