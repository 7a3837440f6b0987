/**
 * What a hub is made of, by its role. A gateway holds the platforms: connectors, intake, deliveries. A worker takes
 * turns. A hub of its own is both. Only ports are known here; `carrier.ts` says what stands behind them.
 */
import type { Access } from './access/access.js';
import { Switches } from './access/switches.js';
import type { Tokens } from './access/tokens.js';
import { agentDesk, anyChain } from './agent-desk.js';
import type { AgentSource } from './agents/agent-source.js';
import type { TurnTaker } from './agents/agent-type.js';
import type { OwnTakers } from './agents/agent-types.js';
import type { Bots } from './agents/bots.js';
import type { Models } from './agents/models.js';
import { type Problem, sameProblem } from './agents/problem.js';
import { RunningAgents } from './agents/running-agents.js';
import { Purses } from './budgets/purses.js';
import { spendingRecord } from './budgets/spending.js';
import { Checks } from './checks/checks.js';
import type { Config } from './config.js';
import type { Connector, Host } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { stopTopic } from './core/events.js';
import type { Readiness } from './core/readiness.js';
import { sharesBy } from './core/share.js';
import { deliveriesOf } from './deliveries.js';
import type { Engines } from './engines.js';
import { evaluatingOn } from './evaluating.js';
import { EventLog } from './governance/event-log.js';
import { type FrontParts, frontOf } from './host.js';
import { Connections } from './intake/connections.js';
import { keepUp } from './keep-up.js';
import type { Embedder } from './llm/llm.js';
import type { Logger } from './logger.js';
import { type Limited, Metrics } from './metrics.js';
import type { SecretVault } from './operations/operation.js';
import type { Caller } from './operations/operations.js';
import type { PluginDesk } from './plugin/plugin.js';
import { redact } from './redaction.js';
import { rememberingOn } from './remembering.js';
import { Cooling } from './runtime/cooling.js';
import { NotedRooms } from './runtime/rooms.js';
import { Sweeper } from './runtime/sweeper.js';
import { shutDown } from './shutdown.js';
import { HeldDecisions } from './store/held-decisions.js';
import { takingOverOn } from './taking-over.js';
import { type ToolDeskParts, toolDeskOf } from './tool-desk.js';
import type { ToolSourceDesk, ToolSourceStates } from './tools/tool-source.js';
import { workerOf } from './turns.js';

/** What each step of the stop has at least, in ms, however long those before it took. */
const stepMs = 500;
/** How long a connector is waited for that does not start or stop, in ms. */
const connectorMs = 10_000;

export interface HubParts extends Pick<ToolDeskParts, 'tool'> {
  config: Config;
  log: Logger;
  engines: Engines;
  characters: AgentSource;
  /** Connectors of an agent, null: of the whole hub. Not asked in a worker. */
  bots(agent: Agent | null): Promise<Bots>;
  /** What is wrong with an agent, null: with what all of them share. */
  check(agent: Agent | null, bots: Bots): Promise<Problem[]>;
  /** What takes each agent's turns, by its type. */
  types(own: OwnTakers): TurnTaker;
  models: Pick<Models, 'refs' | 'chain' | 'transcriber' | 'get' | 'contextOf'>;
  /** Signs buttons; the same in every gateway of a hub. */
  buttonKey(): Uint8Array;
  forgotten: FrontParts['forgotten'];
  embedder: Embedder | null;
  /** Makes an embedder that served before, by its id; null where that is not possible any more. */
  former(id: string): Promise<Embedder | null>;
  /** Unix ms; waiting turns expire by it, and deliveries are planned. */
  now(): number;
  /** Of which connectors a user's id is theirs in every tenant. */
  platformWide: FrontParts['platformWide'];
  sharedBy: FrontParts['sharedBy'];
  plugins: PluginDesk & { failures(): Problem[]; close(waitMs: number): Promise<void> };
  toolSources: ToolSourceDesk & ToolSourceStates & { close(): Promise<void> };
  secrets: SecretVault;
  httpTools: FrontParts['httpTools'];
  definitions: FrontParts['definitions'];
  tokens: Tokens;
}

export interface Hub {
  /** Those that run now. */
  connectors(): Connector[];
  /** For callers that are no connector. */
  readonly host: Host;
  /** Null in a worker. */
  readonly operations: Caller | null;
  readonly events: EventLog;
  readonly access: Access;
  agents(): Agent[];
  /** What is wrong with agents, their files and their bots now. */
  problems(): Problem[];
  /** Call when a secret has changed: bots that are made with it are made anew. */
  refresh(): Promise<void>;
  /** Whether this process can do its part for a message now. */
  ready(): Promise<Readiness>;
  /** Counts what was refused. */
  limited(limit: Limited): void;
  /** In Prometheus' text format. */
  metrics(): Promise<{ contentType: string; body: string }>;
  /**
   * Lets running turns finish, then closes everything; what was left is taken up at the next start.
   * @param withinMs for all of it; a few seconds more where something hangs. Default: CARRIER_STOP_MS.
   */
  stop(withinMs?: number): Promise<void>;
}

/** When it resolves, messages are taken (a gateway) and answered (a worker). */
export async function startRoles(parts: HubParts): Promise<Hub> {
  const { config, log, engines, characters, embedder, now } = parts;
  const { store, bus, turnQueue, deliveryQueue, maintenance } = engines;
  const { role, turns: limits } = config;
  const metrics = new Metrics(
    { turns: turnQueue, deliveries: deliveryQueue },
    {
      ...{ undelivered: () => store.outbox.count(), unembedded: () => embedding.backlog() },
      ...{ held: () => takingOver.heldRooms.count, now },
    },
  );
  const rooms = new NotedRooms(store.notes, { alone: !config.cluster, log });
  const switches = new Switches({
    ...{ notes: store.notes, bus, alone: !config.cluster, log },
    accountsOf: (account) => front.access.people.accountsOf(account),
  });
  const held = new HeldDecisions({
    ...{ turns: store.turns, memories: store.memories, notes: store.notes, log },
    // A process that has nothing else to do may not have heard what was resumed.
    paused: async ({ agentId, source }) => {
      await switches.look();
      return switches.tools({ agentId, source, userIds: [] }) !== null;
    },
  });
  const shareOf = sharesBy(parts.platformWide);
  const takingOver = takingOverOn({ ...parts, rooms, shareOf });
  const checks = new Checks({ settings: config.checks, metrics, log });
  const events = new EventLog({ store, now: Date.now, log });
  const cooling = new Cooling({
    ...{ notes: store.notes, bus, alone: !config.cluster, now, log },
    called: (...call) => metrics.called(...call),
  });
  const remembering = rememberingOn({
    ...{ ...parts, rooms, checks, switches, cooling },
    ...{ front: () => front, purses: () => purses },
  });
  const evaluating = evaluatingOn(parts);
  const { embedding, conversations } = remembering;
  const desks = { notices: () => front.notices, tasks: () => front.tasks };
  const tools = toolDeskOf({ ...parts, ...takingOver, checks, conversations, ...desks });
  const front = frontOf({
    ...{ ...parts, ...remembering, ...evaluating, ...takingOver, rooms, metrics, ready, switches, held },
    ...{ shareOf, checks, events, tools: tools.desk, summaries: conversations, embeddings: embedding },
    agents: agentDesk({ ...parts, cooling }, problems, () => agents),
    admitted: () => embedding.wake(),
    async edited({ roomId, id }) {
      embedding.nudge();
      await conversations.invalidate(roomId, [id]);
    },
    connectorOf: (name, agentId) => agents.connector(name, agentId),
  });
  const { notices, approvals, tasks, access, schedules, due } = front;
  const purses = new Purses({
    ...{ records: spendingRecord.in(store.records, log), budgets: config.budgets, now, log },
    ...{ platformWide: parts.platformWide, agents: () => characters.list() },
    linkedWith: (account) => access.people.linkedWith(account),
    tell: (to, notice, once) => notices.tell(to, notice, once),
  });
  const worker = workerOf({
    ...{ ...parts, ...remembering, ...evaluating, ...takingOver, tools, metrics, checks, rooms, cooling },
    events,
    ...{ shareOf, switches, held, asking: approvals, notices, access, purses, tasks, schedules },
  });
  const connections = new Connections({ leases: engines.leases, log });
  const sweeper = new Sweeper({
    ...{ turns: store.turns, memories: store.memories, outbox: store.outbox, turnQueue, deliveryQueue },
    ...{ forgetting: remembering.forgetting, shareOf, held, approvals, tasks, ...takingOver },
    ...{ forgottenMs: limits.sweepMs, now, log },
  });
  switches.onChange((ended) => ended && sweeper.soon());
  let end = Number.POSITIVE_INFINITY;
  const left = () => Math.max(stepMs, end - performance.now());
  const agents = new RunningAgents({
    ...{ characters, connections, check: parts.check, log },
    patienceMs: () => Math.min(connectorMs, left()),
    bots: async (agent) => (role === 'worker' ? { bots: [], problems: [] } : parts.bots(agent)),
    start: (connector) => front.start(connector),
    started: () => sweeper.soon(),
    changed: () => sweeper.soon(),
  });
  const deliveries = deliveriesOf({
    ...{ ...parts, ...takingOver, agents, notices: front.notices, metrics, events },
  });

  function problems(): Problem[] {
    const known = agents.problems();
    // Found without opening it, and by opening it: one problem.
    const failures = parts.plugins
      .failures()
      .filter((failure) => !known.some((one) => sameProblem(one, failure)));
    return [...characters.problems(), ...known, ...failures];
  }

  async function ready(): Promise<Readiness> {
    const checks: Record<string, string> = {
      store: await problem(() => store.ping()),
      queue: await problem(async () => void (await turnQueue.counts())),
      agents: characters.list().length > 0 ? 'ok' : `no usable character in ${config.charactersDir}`,
    };
    if (role !== 'gateway') checks.models = await problem(() => anyChain(parts));
    const ready = Object.values(checks).every((check) => check === 'ok');
    return {
      ready,
      checks,
      connections: await connections.asked(),
      notes: [
        ...store.description.notes,
        ...(await switches.notes()),
        ...(await cooling.summary()),
        // They lie in the store.
        ...(checks.store === 'ok' ? await conversations.notes().catch(() => []) : []),
      ],
    };
  }

  try {
    await Promise.all([switches.start(), front.governing.takeUp(), takingOver.heldRooms.start()]);
    await agents.start();
    if (role !== 'worker') deliveries.start();
    // Platforms are asked about groups there.
    if (role !== 'worker') await due.look();
    if (role !== 'gateway') {
      await bus.subscribe(stopTopic, (event) => {
        if (event.type === 'turn.stop') worker.cancel(event.turnId);
      });
      worker.start();
      keepUp({ ...parts, ...remembering });
    }
    await sweeper.takeUp();
  } catch (error) {
    await shutDown(log, left, {
      ...{ connections: () => agents.quiet(), connectors: () => agents.stop() },
      ...{ switches: () => switches.stop(), heldRooms: () => takingOver.heldRooms.stop() },
    });
    throw error;
  }
  maintenance.every('sweep', limits.sweepMs, () => Promise.all([sweeper.sweep(), front.governing.sweep()]));

  return {
    connectors: () => agents.connectors,
    host: front.hostFor({ name: 'hub' }),
    operations: role === 'worker' ? null : front.operations,
    events,
    access,
    agents: () => characters.list(),
    problems,
    refresh: () => agents.refresh(),
    ready,
    limited: (limit) => metrics.limited(limit),
    metrics: () => metrics.text(),
    stop: (withinMs = limits.stopMs) => {
      end = performance.now() + withinMs;
      return shutDown(log, left, {
        characters: () => characters.close(),
        sweeps: () => sweeper.stop(),
        schedules: () => due.stop(),
        maintenance: () => maintenance.close(),
        connections: () => agents.quiet(),
        incoming: () => front.stop(),
        turns: () => turnQueue.close(left()),
        deliveries: () => deliveries.stop(left()),
        connectors: () => agents.stop(),
        worker: () => worker.stop(left()),
        conversations: () => conversations.stop(),
        facts: () => remembering.extraction.stop(),
        scores: () => evaluating.scores.stop(),
        budgets: () => purses.ended(),
        events: () => events.stop(),
        ...{ switches: () => switches.stop(), heldRooms: () => takingOver.heldRooms.stop() },
        toolSources: () => parts.toolSources.close(),
        plugins: () => parts.plugins.close(left()),
        knowledge: () => remembering.knowledge.stop(),
        // In this order: it asks no more, and is not waited for, who hangs over what was asked.
        memories: () => Promise.all([embedding.stop(), embedder?.close()]),
        bus: () => bus.close(),
        engines: () => engines.close(),
      });
    },
  };
}

async function problem(check: () => Promise<void>): Promise<string> {
  return check().then(
    () => 'ok',
    (error: Error) => redact(error.message),
  );
}
