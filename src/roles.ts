/**
 * What a hub is made of, by its role. A gateway holds the platforms: connectors, intake, deliveries. A worker takes
 * turns. A hub of its own is both. Only ports are known here; `carrier.ts` says what stands behind them.
 */
import type { EventBus } from './bus/bus.js';
import type { Config } from './config.js';
import type { Connector, Host } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { FatalError } from './errors.js';
import { Backlog } from './intake/backlog.js';
import { Connections } from './intake/connections.js';
import { noBots, textRules } from './intake/gate.js';
import { Intake } from './intake/intake.js';
import type { Leases } from './lease/lease.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import { Metrics } from './metrics.js';
import { Deliverer } from './outbox/outbox.js';
import type { Plugin } from './plugin/plugin.js';
import type { RoomQueue } from './queue/queue.js';
import { AbilityLoader } from './runtime/abilities.js';
import type { Characters } from './runtime/characters.js';
import { MemoryManager } from './runtime/memory-manager.js';
import { MessageManager } from './runtime/message-manager.js';
import { outcomeOf } from './runtime/outcome.js';
import { StateManager } from './runtime/state-manager.js';
import { Sweeper } from './runtime/sweeper.js';
import { Worker } from './runtime/worker.js';
import type { Store } from './store/store.js';

/** What a hub runs on. */
export interface Engines {
  store: Store;
  bus: EventBus;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  leases: Leases;
  /** Ends what is left once queues and bus are closed. */
  close(): Promise<void>;
}

export interface HubParts {
  config: Config;
  log: Logger;
  engines: Engines;
  characters: Characters;
  /** None for a worker. */
  connectors: Connector[];
  /** The models to ask for an agent, best first. Throws `config_invalid` for one that lacks its key. */
  chain(agent: Agent): LanguageModel[];
  embedder: Embedder | null;
  plugin(name: string): Promise<Plugin>;
}

interface Readiness {
  ready: boolean;
  /** `ok`, or what is wrong. */
  checks: Record<string, string>;
  /** How the platforms' connections are; one that is down does not make the hub unready. */
  connections: Record<string, string>;
  /** What the engines lack, and what that costs. */
  notes: string[];
}

export interface Hub {
  readonly connectors: Connector[];
  readonly host: Host;
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
  const { store, bus, turnQueue, deliveryQueue } = engines;
  const { role, turns: limits } = config;
  const requireAgent = (id: string) => agentOf(characters, id);
  const metrics = new Metrics({ turns: turnQueue, deliveries: deliveryQueue });
  const host = hostOf(parts, metrics, requireAgent);
  const memoryManager = new MemoryManager(store.memories, embedder, log);
  const worker = workerOf(parts, metrics, memoryManager, requireAgent);
  const connections = new Connections({ connectors, leases: engines.leases, log });
  const sweeper = new Sweeper({
    turns: store.turns,
    outbox: store.outbox,
    turnQueue,
    deliveryQueue,
    intervalMs: limits.sweepMs,
    log,
  });

  if (role !== 'worker') {
    for (const connector of connectors) await connector.start(host);
    delivererOf(parts, metrics).start();
    connections.start();
  }
  if (role !== 'gateway') {
    worker.start();
    memoryManager.nudge();
  }
  await sweeper.start();

  return {
    connectors,
    host,
    agents: () => characters.list(),
    async ready() {
      const checks: Record<string, string> = {
        store: await problem(() => store.ping()),
        queue: await problem(async () => void (await turnQueue.counts())),
        agents: characters.list().length > 0 ? 'ok' : `no usable character in ${config.charactersDir}`,
      };
      if (role !== 'gateway')
        checks.models = await problem(async () => void characters.list().flatMap(parts.chain));
      const ready = Object.values(checks).every((check) => check === 'ok');
      return { ready, checks, connections: connections.health(), notes: store.description.notes };
    },
    metrics: () => metrics.text(),
    async stop() {
      characters.close();
      sweeper.stop();
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

function agentOf(characters: Characters, id: string): Agent {
  const agent = characters.get(id);
  if (agent) return agent;
  const known = characters.list().map((a) => a.id);
  throw new FatalError('agent_unknown', `No agent "${id}". Running: ${known.join(', ') || 'none'}.`, {
    field: 'agentId',
  });
}

/** The hub as connectors see it. */
function hostOf(
  { config, engines, log }: HubParts,
  metrics: Metrics,
  requireAgent: (id: string) => Agent,
): Host {
  const { store, bus, turnQueue } = engines;
  const intake = new Intake({
    memories: store.memories,
    turns: turnQueue,
    rules: [noBots, textRules(config.turns)],
    requireAgent,
    log,
  });
  const backlog = new Backlog(turnQueue, config.http.maxBacklog);
  return {
    async receive(message) {
      const receipt = await intake.receive(message);
      if (receipt && !receipt.duplicate) metrics.received(message.source.connector);
      return receipt;
    },
    busy() {
      const refusal = backlog.refusal();
      if (refusal) metrics.refused();
      return refusal;
    },
    requireAgent,
    watch: (roomId, listener) => bus.subscribe(roomId, listener),
    outcome: (messageId) => outcomeOf(store, messageId),
    turn: (turnId) => store.turns.get(turnId),
    history: (roomId, page) => store.memories.history(roomId, page),
    putFile: (bytes) => store.files.put(bytes),
    log,
  };
}

function delivererOf({ connectors, engines, log }: HubParts, metrics: Metrics): Deliverer {
  return new Deliverer({
    outbox: engines.store.outbox,
    deliveries: engines.deliveryQueue,
    connector: (name) => connectors.find((connector) => connector.name === name),
    tried: (connector, outcome) => metrics.delivered(connector, outcome),
    log,
  });
}

function workerOf(
  { config, engines, chain, plugin, log }: HubParts,
  metrics: Metrics,
  memoryManager: MemoryManager,
  agent: (id: string) => Agent,
): Worker {
  const { turns: limits } = config;
  const { store, bus, turnQueue, deliveryQueue } = engines;
  const manager = new MessageManager({
    state: new StateManager(store.memories, store.files, memoryManager, log),
    abilities: new AbilityLoader(plugin, log),
    chain,
    checkpoint: (checkpoint) => store.turns.checkpoint(checkpoint),
    modelTimeoutMs: limits.modelTimeoutMs,
    maxSteps: limits.maxSteps,
    log,
  });
  return new Worker({
    turns: store.turns,
    memories: store.memories,
    turnQueue,
    deliveryQueue,
    manager,
    agent,
    publish: (roomId, event) => bus.publish(roomId, event),
    committed: (turn) => {
      metrics.turned(turn);
      memoryManager.nudge();
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
