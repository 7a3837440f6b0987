/** What takes turns in a worker, put together. */

import type { Access } from './access/access.js';
import type { Switches } from './access/switches.js';
import type { TurnTaker } from './agents/agent-type.js';
import type { OwnTakers } from './agents/agent-types.js';
import type { Asking } from './approvals/asking.js';
import type { Purses } from './budgets/purses.js';
import type { Checks } from './checks/checks.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Rooms } from './core/room.js';
import type { ShareOf } from './core/share.js';
import type { Engines } from './engines.js';
import type { Evaluating } from './evaluating.js';
import { FileReader } from './files/reader.js';
import { endedEvents, startedEvent } from './governance/event.js';
import type { EventLog } from './governance/event-log.js';
import type { Notices } from './intake/notices.js';
import type { LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import type { Conversations } from './memory/conversation/conversations.js';

import type { Embedding } from './memory/embedding.js';

import type { FactExtraction } from './memory/facts/extraction.js';
import type { KnownFacts } from './memory/facts/facts-on.js';
import type { Forgetting } from './memory/forgetting/forgetting.js';
import type { Knowledge } from './memory/knowledge/knowledge.js';
import type { MemoryManager } from './memory/memory-manager.js';
import { blankOutSteps } from './memory/secret-steps.js';
import { blankOut, blankOutSent, delivered } from './memory/secrets.js';
import type { Metrics } from './metrics.js';
import type { PluginDesk } from './plugin/plugin.js';
import { ActionManager } from './runtime/action-manager.js';
import type { Cooling } from './runtime/cooling.js';
import { MessageManager } from './runtime/message-manager.js';
import { Outages } from './runtime/outages.js';
import { PromptFitter } from './runtime/prompt-fitter.js';
import { StateManager } from './runtime/state-manager.js';
import { Worker } from './runtime/worker.js';
import type { Schedules } from './schedules/schedules.js';
import type { HeldDecisions } from './store/held-decisions.js';
import type { HeldRooms } from './takeover/held-rooms.js';
import type { Takeovers } from './takeover/takeovers.js';
import { TaskTaker } from './tasks/taker.js';
import type { Tasks } from './tasks/tasks.js';
import type { ToolLoop } from './tool-desk.js';

export interface TurnsParts extends Evaluating {
  config: Config;
  engines: Engines;
  characters: { get(id: string): Agent | undefined };
  facts: KnownFacts;
  extraction: Pick<FactExtraction, 'turned'>;
  forgetting: Forgetting;
  models: { chain(agent: Agent, preferred?: string): Promise<LanguageModel[]> };
  plugins: PluginDesk;
  tools: ToolLoop;
  /** What takes each agent's turns, by its type. */
  types(own: OwnTakers): TurnTaker;
  metrics: Metrics;
  checks: Checks;
  events: Pick<EventLog, 'add'>;
  embedding: Embedding;
  memoryManager: MemoryManager;
  conversations: Conversations;
  knowledge: Knowledge;
  rooms: Rooms;
  cooling: Cooling;
  shareOf: ShareOf;
  switches: Switches;
  held: HeldDecisions;
  heldRooms: HeldRooms;
  takeovers: Takeovers;
  asking: Asking;
  notices: Notices;
  purses: Pick<Purses, 'of'>;
  access: Pick<Access, 'requesters'>;
  tasks: Tasks;
  schedules: Schedules;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export function workerOf(parts: TurnsParts): Worker {
  const { config, engines, characters, forgetting, models, plugins, tools, types, log, now } = parts;
  const { metrics, checks, embedding, memoryManager, conversations, rooms, cooling, shareOf } = parts;
  const { switches, held, asking, notices, access } = parts;
  const { turns: limits } = config;
  const { store, bus, turnQueue, deliveryQueue } = engines;
  const manager = new MessageManager({
    state: new StateManager({
      ...{ memories: store.memories, manager: memoryManager, conversations, log },
      ...{ facts: parts.facts.told, knowledge: parts.knowledge },
      isSomebody: (memory, agent) => access.requesters.isSomebody(memory, agent),
      ...{ checks, takeovers: parts.takeovers, lessons: parts.lessons },
    }),
    fitter: new PromptFitter(new FileReader(store.files), config.prompt),
    abilities: tools.abilities,
    actions: new ActionManager({
      ...tools,
      files: { files: store.files, quota: config.files },
      ...{ switches, asking },
    }),
    chain: (agent, preferred) => models.chain(agent, preferred),
    checkpoint: (checkpoint) => store.turns.checkpoint(checkpoint),
    limits: limits.model,
    ...{ cooling, checks, evaluation: parts.evaluation },
    ...{ switches, asking, purses: parts.purses, maxSteps: limits.maxSteps, log },
  });
  const outages = new Outages({
    ...{ notes: store.notes, limitMs: limits.modelWaitMs, retryBaseMs: limits.retryBaseMs },
    ...{ tell: (to, text, once) => notices.tellAuthor(to, text, once), now, log },
  });
  return new Worker({
    ...{ turns: store.turns, memories: store.memories, turnQueue, deliveryQueue },
    ...{ rooms, outages, switches, held, asking, forgetting, shareOf },
    ...{ schedules: parts.schedules, facts: parts.facts },
    ...{ knowledge: parts.knowledge, heldRooms: parts.heldRooms, takeovers: parts.takeovers },
    taker: types({ conversational: manager, working: new TaskTaker(parts.tasks, manager, now) }),
    requester(message, agent) {
      // Where it was taken by another process, nobody has woken it here.
      embedding.wake();
      return access.requesters.of(message, agent);
    },
    agent: (id) => characters.get(id),
    publish: (roomId, event) => bus.publish(roomId, event),
    started: (turn, first) => parts.events.add(startedEvent(turn, first.source)),
    committed: (turn, reply, covered) => {
      parts.events.add(...endedEvents(turn, covered[0]?.source ?? reply?.source));
      metrics.turned(turn);
      parts.scores.turned(turn);
      void parts.opinions.turned(covered);
      conversations.committed(turn.roomId);
      parts.extraction.turned(turn, covered, reply);
      Promise.all([
        blankOut(covered, store.memories),
        reply && blankOutSent(reply, store),
        blankOutSteps(turn, store.turns, () => delivered(turn.roomId, store.outbox)),
      ]).catch((err) =>
        log.warn({ err, turnId: turn.turnId }, 'secrets in a message are blanked out in prompts alone'),
      );
      void forgetting.committed(turn);
      if (reply) plugins.tell(turn.agentId, 'turn', { turn, reply });
      // In a cluster one process looks for all of them, now and then.
      if (!config.cluster) embedding.nudge();
    },
    maxMessages: limits.maxMessages,
    now,
    log,
  });
}
