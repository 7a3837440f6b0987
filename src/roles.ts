/**
 * What a hub is made of, by its role. A gateway holds the platforms: connectors, intake, deliveries. A worker takes
 * turns. A hub of its own is both. Only ports are known here; `carrier.ts` says what stands behind them.
 */
import type { EventBus } from './bus/bus.js';
import type { Config } from './config.js';
import type { Connector, Finding, Host } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { stopTopic } from './core/events.js';
import type { Readiness } from './core/readiness.js';
import type { Rooms } from './core/room.js';
import { FatalError } from './errors.js';
import { frontOf } from './host.js';
import { Connections } from './intake/connections.js';
import type { Limiters } from './intake/rates.js';
import type { Leases } from './lease/lease.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import type { Maintenance } from './maintenance/maintenance.js';
import { Metrics } from './metrics.js';
import type { AgentDesk, SecretVault } from './operations/operation.js';
import type { Operations } from './operations/operations.js';
import { Deliverer } from './outbox/outbox.js';
import type { Plugin } from './plugin/plugin.js';
import type { RoomQueue } from './queue/queue.js';
import { AbilityLoader } from './runtime/abilities.js';
import type { Characters } from './runtime/characters.js';
import { MemoryManager } from './runtime/memory-manager.js';
import { MessageManager } from './runtime/message-manager.js';
import { Retention } from './runtime/retention.js';
import { NotedRooms } from './runtime/rooms.js';
import { StateManager } from './runtime/state-manager.js';
import { Sweeper } from './runtime/sweeper.js';
import { Worker } from './runtime/worker.js';
import type { Store } from './store/store.js';

/** Between two looks for what lacks a vector, and for what has lived long enough, in ms. */
const embeddingsMs = 5_000;
const retentionMs = 3_600_000;

/** What a hub runs on. */
export interface Engines {
  store: Store;
  bus: EventBus;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  leases: Leases;
  limiters: Limiters;
  maintenance: Maintenance;
  /** Ends what is left once queues, maintenance and bus are closed. */
  close(): Promise<void>;
}

/** The models of each agent. */
interface AgentModels {
  /** By reference, in the order in which they are asked. */
  refs(agent: Agent): string[];
  /** The models themselves, a preferred one before the others if it is one of them. */
  chain(agent: Agent, preferred?: string): Promise<LanguageModel[]>;
}

export interface HubParts {
  config: Config;
  log: Logger;
  engines: Engines;
  characters: Characters;
  /** None for a worker. */
  connectors: Connector[];
  models: AgentModels;
  /** Signs buttons; the same in every gateway of a hub. */
  buttonKey(): Uint8Array;
  embedder: Embedder | null;
  plugin(name: string): Promise<Plugin>;
  secrets: SecretVault | null;
  /** Looks at what an agent names, with the eyes of its platforms. */
  check(agent: Agent): Promise<Finding[]>;
}

export interface Hub {
  readonly connectors: Connector[];
  /** For callers that are no connector. */
  readonly host: Host;
  /** Null in a worker. */
  readonly operations: Operations | null;
  agents(): Agent[];
  /** Whether this process can do its part for a message now. */
  ready(): Promise<Readiness>;
  /** In Prometheus' text format. */
  metrics(): Promise<{ contentType: string; body: string }>;
  /** Lets running turns finish, then closes everything; what was left is taken up at the next start. */
  stop(): Promise<void>;
}

/** When it resolves, messages are taken (a gateway) and answered (a worker). */
export async function startRoles(parts: HubParts): Promise<Hub> {
  const { config, log, engines, characters, connectors, embedder } = parts;
  const { store, bus, turnQueue, deliveryQueue, maintenance } = engines;
  const { role, turns: limits } = config;
  const requireAgent = (id: string) => agentOf(characters, id);
  const metrics = new Metrics({ turns: turnQueue, deliveries: deliveryQueue });
  const memoryManager = new MemoryManager(store.memories, embedder, log);
  const rooms = new NotedRooms(store.notes, { alone: !config.cluster });
  const front = frontOf({
    ...{ config, engines, rooms, metrics, log, ready, agents: agentDesk(parts) },
    ...{ buttonKey: parts.buttonKey, secrets: parts.secrets },
    edited: () => memoryManager.nudge(),
  });
  const worker = workerOf(parts, { metrics, memoryManager, rooms, agent: requireAgent });
  const connections = new Connections({ connectors, leases: engines.leases, log });
  const sweeper = new Sweeper({
    turns: store.turns,
    outbox: store.outbox,
    turnQueue,
    deliveryQueue,
    forgottenMs: limits.sweepMs,
    log,
  });

  async function ready(): Promise<Readiness> {
    const checks: Record<string, string> = {
      store: await problem(() => store.ping()),
      queue: await problem(async () => void (await turnQueue.counts())),
      agents: characters.list().length > 0 ? 'ok' : `no usable character in ${config.charactersDir}`,
    };
    if (role !== 'gateway')
      checks.models = await problem(async () => {
        await Promise.all(characters.list().map((agent) => parts.models.chain(agent)));
      });
    const ready = Object.values(checks).every((check) => check === 'ok');
    return { ready, checks, connections: connections.health(), notes: store.description.notes };
  }

  if (role !== 'worker') {
    for (const connector of connectors) await connector.start(front.hostFor(connector));
    delivererOf(parts, metrics).start();
    connections.start();
  }
  if (role !== 'gateway') {
    await bus.subscribe(stopTopic, (event) => {
      if (event.type === 'turn.stop') worker.cancel(event.turnId);
    });
    worker.start();
    keepUp(parts, memoryManager);
  }
  await sweeper.start();
  maintenance.every('sweep', limits.sweepMs, () => sweeper.sweep());

  return {
    connectors,
    host: front.hostFor({ name: 'hub' }),
    operations: role === 'worker' ? null : front.operations,
    agents: () => characters.list(),
    ready,
    metrics: () => metrics.text(),
    async stop() {
      characters.close();
      await maintenance.close();
      await connections.stop();
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

/** What is done now and then, by one worker of the cluster at a time. */
function keepUp({ config, engines, characters, log }: HubParts, memoryManager: MemoryManager): void {
  const { store, maintenance } = engines;
  const retention = new Retention({
    memories: store.memories,
    agents: () => characters.list(),
    hubDays: config.retentionDays,
    log,
  });
  maintenance.every('embeddings', embeddingsMs, (signal) => memoryManager.fill(signal));
  maintenance.every('retention', retentionMs, async (signal) => {
    await retention.apply(signal);
    await memoryManager.dropAbandoned(signal);
  });
}

function agentDesk({ characters, models, check }: HubParts): AgentDesk {
  return {
    list: () => characters.list(),
    problems: () => characters.problems().map(({ id, field, message }) => ({ agentId: id, field, message })),
    get: (id) => agentOf(characters, id),
    models: (agent) => models.refs(agent),
    check,
  };
}

function agentOf(characters: Characters, id: string): Agent {
  const agent = characters.get(id);
  if (agent) return agent;
  const known = characters.list().map((a) => a.id);
  throw new FatalError('agent_unknown', `No agent "${id}". Running: ${known.join(', ') || 'none'}.`, {
    field: 'agentId',
  });
}

function delivererOf({ connectors, engines, log }: HubParts, metrics: Metrics): Deliverer {
  return new Deliverer({
    outbox: engines.store.outbox,
    notes: engines.store.notes,
    deliveries: engines.deliveryQueue,
    connector: (name, agentId) =>
      connectors.find((connector) => connector.name === name && connector.agentId === agentId) ??
      connectors.find((connector) => connector.name === name && connector.agentId === undefined),
    tried: (connector, outcome) => metrics.delivered(connector, outcome),
    log,
  });
}

interface WorkerNeeds {
  metrics: Metrics;
  memoryManager: MemoryManager;
  rooms: Rooms;
  agent(id: string): Agent;
}

function workerOf(
  { config, engines, models, plugin, log }: HubParts,
  { metrics, memoryManager, rooms, agent }: WorkerNeeds,
): Worker {
  const { turns: limits } = config;
  const { store, bus, turnQueue, deliveryQueue } = engines;
  const manager = new MessageManager({
    state: new StateManager(store.memories, store.files, memoryManager, log),
    abilities: new AbilityLoader(plugin, log),
    chain: (agent, preferred) => models.chain(agent, preferred),
    checkpoint: (checkpoint) => store.turns.checkpoint(checkpoint),
    modelTimeoutMs: limits.modelTimeoutMs,
    maxSteps: limits.maxSteps,
    log,
  });
  return new Worker({
    turns: store.turns,
    rooms,
    memories: store.memories,
    turnQueue,
    deliveryQueue,
    manager,
    agent,
    publish: (roomId, event) => bus.publish(roomId, event),
    committed: (turn) => {
      metrics.turned(turn);
      // In a cluster one process looks for all of them, now and then.
      if (!config.cluster) memoryManager.nudge();
    },
    maxMessages: limits.maxMessages,
    log,
  });
}

async function problem(check: () => Promise<void>): Promise<string> {
  return check().then(
    () => 'ok',
    (error: Error) => error.message,
  );
}
