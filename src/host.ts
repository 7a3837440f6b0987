/** The hub's side of the platforms: what connectors may ask of it, and what operators may. */

import { type Access, accessOn } from './access/access.js';
import type { PlatformWide, SharedBy } from './access/account.js';
import type { Switches } from './access/switches.js';
import type { Tokens } from './access/tokens.js';
import { type Acting, actingOn } from './acting.js';
import type { EventBus } from './bus/bus.js';
import type { Checks } from './checks/checks.js';
import type { Config } from './config.js';
import type { Connector, Host } from './connector/connector.js';
import { type Memory, roomIdOf } from './core/memory.js';
import type { Readiness } from './core/readiness.js';
import type { Rooms } from './core/room.js';
import type { ShareOf } from './core/share.js';
import type { Opinions } from './evaluation/opinions.js';
import { storedEvent } from './governance/event.js';
import type { EventLog } from './governance/event-log.js';
import { type Governing, governingOn } from './governance/governing.js';
import { afterwards } from './intake/afterwards.js';
import { Backlog } from './intake/backlog.js';
import { Buttons } from './intake/buttons.js';
import { Changes } from './intake/changes.js';
import { direct } from './intake/direct.js';
import { Feedback } from './intake/feedback.js';
import { fileSender } from './intake/file-sender.js';
import { noBots, othersCommands, ownUser } from './intake/gate.js';
import { rolesBy } from './intake/grants.js';
import { PlatformGroups } from './intake/group-lookup.js';
import { groups } from './intake/groups.js';
import { Hearing, type HearingParts } from './intake/hearing.js';
import { held as heldRule } from './intake/held.js';
import { hubCommands } from './intake/hub-commands.js';
import { IncomingFiles } from './intake/incoming-files.js';
import { IncomingLine } from './intake/incoming-line.js';
import { Intake } from './intake/intake.js';
import { knownIn } from './intake/known.js';
import { knownGroups } from './intake/known-groups.js';
import { lettingIn } from './intake/letting-in.js';
import { linkDesk } from './intake/linking.js';
import { lists } from './intake/lists.js';
import { Notices } from './intake/notices.js';
import { Orders } from './intake/orders.js';
import { paused, pausedWaking } from './intake/paused.js';
import { places as placesRule } from './intake/places.js';
import { pluginRule } from './intake/plugin-rule.js';
import { Pointers } from './intake/pointers.js';
import { Proxies } from './intake/proxies.js';
import { Rates } from './intake/rates.js';
import { scopedNotes } from './intake/scoped-notes.js';
import { speakerOf } from './intake/speaker.js';
import { Threads } from './intake/threads.js';
import { editedBy } from './intake/transformed.js';
import { Waking } from './intake/waking.js';
import type { Logger } from './logger.js';
import type { Forgetting } from './memory/forgetting/forgetting.js';
import type { Metrics } from './metrics.js';
import { operationsOn } from './operating.js';
import type { AgentDesk, OperationParts, SecretVault } from './operations/operation.js';
import type { Caller } from './operations/operations.js';
import type { PluginDesk } from './plugin/plugin.js';
import type { RoomQueue } from './queue/queue.js';
import type { RateCounter } from './rate/rate.js';
import { again } from './runtime/again.js';
import { outcomeOf } from './runtime/outcome.js';
import type { Forgotten } from './store/forgotten.js';
import type { HeldDecisions } from './store/held-decisions.js';
import type { Store } from './store/store.js';
import type { HeldRooms } from './takeover/held-rooms.js';
import type { Takeovers } from './takeover/takeovers.js';
import { arrived } from './tracing.js';

export interface FrontParts {
  config: Config;
  engines: {
    store: Store;
    bus: EventBus;
    turnQueue: RoomQueue;
    deliveryQueue: RoomQueue;
    rates: RateCounter;
  };
  rooms: Rooms;
  switches: Switches;
  held: HeldDecisions;
  heldRooms: HeldRooms;
  takeovers: Takeovers;
  forgotten: Forgotten;
  facts: OperationParts['facts'];
  forgetting: Forgetting;
  buttonKey: () => Uint8Array;
  models: Pick<HearingParts, 'transcriber'>;
  agents: AgentDesk;
  embeddings: OperationParts['embeddings'];
  secrets: SecretVault | null;
  httpTools: OperationParts['httpTools'];
  definitions: OperationParts['definitions'];
  tokens: Tokens;
  tools: OperationParts['tools'];
  ready(): Promise<Readiness>;
  /** Called when a message is let in, before it is stored: a turn will follow. */
  admitted(): void;
  /** Called when a memory has another text, and so needs another vector. */
  edited(memory: Memory): Promise<void> | void;
  summaries: OperationParts['summaries'];
  knowledge: OperationParts['knowledge'];
  opinions: OperationParts['opinions'] & Pick<Opinions, 'voted'>;
  lessons: OperationParts['lessons'];
  scores: OperationParts['scores'];
  metrics: Metrics;
  plugins: PluginDesk;
  /** The one of this name that serves the agent here. */
  connectorOf(name: string, agentId: string): Pick<Connector, 'groupsOf' | 'proofOf'> | undefined;
  platformWide: PlatformWide;
  sharedBy: SharedBy;
  shareOf: ShareOf;
  checks: Checks;
  events: EventLog;
  /** Unix ms; deliveries are planned by it. */
  now(): number;
  log: Logger;
}

export interface Front extends Acting {
  /** The hub as one connector sees it. */
  hostFor(connector: Pick<Connector, 'name' | 'agentId' | 'routes'>): Host;
  /** Starts it, and gives it what an earlier process took for it and did not store. */
  start(connector: Connector): Promise<void>;
  /** Call when nothing is received any more. */
  stop(): void;
  readonly operations: Caller;
  readonly governing: Governing;
  readonly access: Access;
  readonly notices: Notices;
}

export function frontOf(parts: FrontParts): Front {
  const { config, engines, metrics, plugins, heldRooms, takeovers, log } = parts;
  const { store, bus, turnQueue, deliveryQueue } = engines;
  const notices = new Notices({
    ...{ turns: store.turns, notes: store.notes, deliveries: deliveryQueue, now: parts.now, log },
  });
  const platformGroups = new PlatformGroups({ connectorOf: parts.connectorOf, log });
  const { pairings, places, served } = lettingIn({ store, notices, key: parts.buttonKey, log });
  if (config.role !== 'worker') served.begin();
  const { rooms, forgotten, forgetting, agents, switches, shareOf } = parts;
  forgetting.follow((rooms) =>
    Promise.all([approvals.forgotten(rooms), tasks.forgotten(rooms), parts.knowledge.forgotten()]),
  );
  const buttons = new Buttons(store.notes, parts.buttonKey, log);
  const access = accessOn({
    ...{ notes: store.notes, bus, now: parts.now, log },
    ...{ platformWide: parts.platformWide, sharedBy: parts.sharedBy },
    ...{ groups: platformGroups, isPaired: (person) => pairings.isPaired(person) },
    agents: () => agents.list(),
    proofOf: ({ connector, ...who }, agentId) => parts.connectorOf(connector, agentId)?.proofOf?.(who),
    publicUrl: config.http.publicUrl,
  });
  const roles = rolesBy(access.standing, pairings);
  const linking = linkDesk(notices, buttons);
  const { approvals, tasks, schedules, due } = actingOn({
    ...parts,
    ...{ access, notices, buttons, agent: (id) => agents.list().find((one) => one.id === id) },
  });
  const governing = governingOn({ ...parts, access });
  const operations = operationsOn({
    ...{ ...parts, ...engines, ...access, approvals, tasks, schedules },
    ...{ governing, linking, pairings, places },
  });
  const proxies = new Proxies({ ...store, log });
  const pointers = new Pointers(store.memories, store.notes, proxies, log);
  const rates = new Rates({
    counter: engines.rates,
    limited: (limit) => metrics.limited(limit),
    personKeyOf: (account) => access.people.personKeyOf(account),
  });
  const threads = new Threads(store.notes, store.memories, log);
  const inPlaces = placesRule(groups(config.turns, threads), { places, served, roles });
  const talk = heldRule(inPlaces, { held: heldRooms, takeovers, roles, now: parts.now });
  /** Who gets through, whatever they do. */
  const gate = [
    ...[ownUser, noBots, othersCommands, knownGroups(platformGroups)],
    ...[lists(roles), direct(pairings, roles), paused(talk, switches, roles)],
  ];
  const admits = afterwards(gate, agents.get);
  const people = { platformWide: parts.platformWide, knows: knownIn(store.memories) };
  const sendFile = fileSender(store.files, config.files, notices);
  const commands = hubCommands(operations, { buttons, roles, people, plugins, sendFile, log });
  const rules = [...gate, rates.rule, pluginRule(plugins, roles, log)];
  const intake = new Intake({
    memories: store.memories,
    turns: turnQueue,
    shareOf,
    grants: access.grants,
    rules,
    limits: config.turns,
    commands,
    orders: new Orders({ ...store, notices, commands, alone: !config.cluster, log }),
    forgotten,
    threads,
    proxies,
    notices,
    buttons,
    pointers,
    plugins,
    again: (receipt) => again({ store, rooms, turnQueue, shareOf, log }, receipt),
    requireAgent: agents.get,
    admitted: parts.admitted,
    stored: (memory) => parts.events.add(storedEvent(memory)),
    log,
  });
  const changes = new Changes({
    ...{ memories: store.memories, pointers, admits, forgetting, proxies, limits: config.turns },
    transform: editedBy(plugins, agents.get, log),
    edited: parts.edited,
    waking: new Waking({
      ...{ turns: store.turns, queue: turnQueue, shareOf, rooms, threads, log },
      admits: afterwards(rules, agents.get),
      refused: pausedWaking(switches, heldRooms, notices, agents.get),
    }),
  });
  const feedback = new Feedback(store.notes, pointers, admits, parts.opinions, log);
  const incoming = new IncomingFiles(store.files, config.files);
  const transcriber: HearingParts['transcriber'] = (agent) => parts.models.transcriber(agent);
  const hearing = new Hearing({ files: store.files, agent: agents.get, transcriber, log });
  const line = new IncomingLine(store.notes, log);
  const backlog = new Backlog(turnQueue, config.http.maxBacklog);
  // Callers with a token of the hub wait for an answer; a platform's people read what comes.
  const isTrusted = ({ routes }: Pick<Connector, 'routes'>) => routes?.access === 'token';
  const hostFor: Front['hostFor'] = (connector) => ({
    async receive(message, more = {}) {
      const startedAt = Date.now();
      const trusted = isTrusted(connector);
      const waits = trusted || more.waits === true;
      const from = trusted ? speakerOf(more.from, message) : undefined;
      const sender = { waits, trusted, from };
      // What it is a copy of may still be on its way.
      if (message.proxy) await line.passed(roomIdOf(message.agentId, message.source));
      const complete = more.complete && (async () => hearing.heard(await more.complete!()));
      const receipt = await line.take(connector, message, { ...more, complete }, (complete, admitted) =>
        incoming.with(message, complete, (complete) =>
          intake.receive(message, { ...sender, complete, admitted }),
        ),
      );
      if (receipt && !receipt.duplicate) {
        metrics.received(message.source.connector);
        arrived(receipt.memory, startedAt);
      }
      // A machine that sends a message again wants its answer now, however often that has failed to reach it.
      if (receipt?.duplicate && trusted) await deliverAgain(receipt.memory);
      return receipt;
    },
    async edit(edit) {
      await line.settled(edit.key);
      return changes.edit(edit, isTrusted(connector));
    },
    remove: (key) => line.settled(key).then(() => changes.remove(key)),
    react: (reaction) => feedback.take(reaction, isTrusted(connector)),
    command: (command) => intake.command(command, isTrusted(connector)),
    press: (press) => intake.press(press, isTrusted(connector)),
    busy() {
      const refusal = backlog.refusal();
      if (refusal) metrics.refused();
      return refusal;
    },
    requireAgent: agents.get,
    agentIds: () => agents.list().map(({ id }) => id),
    watch: (roomId, listener) => bus.subscribe(roomId, listener),
    outcome: (messageId) => outcomeOf(store, messageId),
    owes: async (roomId) => (await store.outbox.due(roomId, 1)).length > 0,
    turn: (turnId) => store.turns.get(turnId),
    history: (roomId, page) => store.memories.history(roomId, page),
    message: (id) => store.memories.get(id),
    putFile: (bytes, file, of) => incoming.put(bytes, file, of),
    getFile: (key) => store.files.get(key),
    count: (key, windowSeconds) =>
      engines.rates.count('connector', `${connector.name} ${key}`, windowSeconds),
    notes: scopedNotes(store.notes, connector),
    log,
  });
  return {
    hostFor,
    operations,
    access,
    notices,
    ...{ approvals, tasks, schedules, due, governing },
    async start(connector) {
      await connector.start(hostFor(connector));
      await line.takeUp(connector);
    },
    stop: () => line.stop(),
  };

  async function deliverAgain({ turnId, roomId, source }: Memory): Promise<void> {
    if (turnId === null || source.pull) return;
    if (await store.outbox.retryTurn({ turnId, roomId })) await deliveryQueue.schedule(roomId);
  }
}
