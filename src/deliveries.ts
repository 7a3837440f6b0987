/** The way out of a gateway: replies are delivered, and operators told of those that were given up. */
import type { RunningAgents } from './agents/running-agents.js';
import type { Config } from './config.js';
import { anySent } from './connector/kit/sent-parts.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import { deliveryEvent } from './governance/event.js';
import type { EventLog } from './governance/event-log.js';
import type { Notices } from './intake/notices.js';
import { scopedNotes } from './intake/scoped-notes.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { DeadLetters } from './outbox/dead-letters.js';
import { Deliverer } from './outbox/outbox.js';
import type { PluginDesk } from './plugin/plugin.js';
import type { HeldRooms } from './takeover/held-rooms.js';
import { isWithheld } from './takeover/hold.js';
import type { Takeovers } from './takeover/takeovers.js';

export interface DeliveriesParts {
  config: Config;
  engines: Engines;
  characters: { get(id: string): Agent | undefined };
  agents: RunningAgents;
  notices: Notices;
  plugins: PluginDesk;
  metrics: Metrics;
  events: Pick<EventLog, 'add'>;
  heldRooms: Pick<HeldRooms, 'exactly'>;
  takeovers: Pick<Takeovers, 'withhold'>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Deliveries {
  start(): void;
  /** Tries that run are waited for so long, in ms; what waits for its time is left to the next start. */
  stop(withinMs: number): Promise<void>;
}

export function deliveriesOf(parts: DeliveriesParts): Deliveries {
  const { config, engines, characters, agents, notices, plugins, metrics, now, log } = parts;
  const deadLetters = new DeadLetters({
    agent: (id) => characters.get(id),
    tell: (to, notice) => notices.tell(to, notice),
    log,
  });
  const deliverer = new Deliverer({
    outbox: engines.store.outbox,
    notes: engines.store.notes,
    deliveries: engines.deliveryQueue,
    limits: config.deliveries,
    connector: (name, agentId) => agents.connector(name, agentId),
    begun: (connector, { id }) => anySent(scopedNotes(engines.store.notes, connector), id),
    async withheld(message, connector) {
      const hold = await parts.heldRooms.exactly(message.roomId);
      if (!hold || !isWithheld(hold, message)) return false;
      await parts.takeovers.withhold(message);
      await connector
        .withdraw?.(message)
        .catch((err) => log.warn({ err, turnId: message.turnId }, 'a draft is still shown'));
      return true;
    },
    refused: (connector, error) => agents.refuse(connector, error),
    tried: (connector, message, error) => {
      const outcome = error ? 'failed' : 'delivered';
      metrics.delivered(connector, outcome);
      if (!error) {
        parts.events.add(deliveryEvent('delivery.done', message));
        engines.bus.publish(message.roomId, { type: 'delivered', turnId: message.turnId });
      }
      plugins.tell(message.agentId, 'delivery', { message, outcome, ...(error && { error }) });
    },
    givenUp: (message, error) => {
      metrics.givenUp(message.to.connector);
      parts.events.add(deliveryEvent('delivery.dead', message));
      deadLetters.givenUp(message, error);
    },
    now,
    log,
  });
  return {
    start: () => deliverer.start(),
    async stop(withinMs) {
      deliverer.stop();
      await engines.deliveryQueue.close(withinMs);
      await deadLetters.stop();
    },
  };
}
