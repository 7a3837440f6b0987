import { LRUCache } from 'lru-cache';
import type { Connector } from '../connector/connector.js';
import type { OutboundMessage } from '../core/turn.js';

/** What this process knows of who takes replies: a connector's platform, or one receiver of it. Unix ms. */
export interface Bot {
  /** Since when it is here. */
  readonly seenAt: number;
  /** When it last took a reply; 0: it has not. */
  deliveredAt: number;
}

/** A connector without receivers of its own has one. */
const mostReceivers = 10_000;

type Away = { from: number; to: number };

/** Known anew for each connector that is made: with other settings it may be another bot. */
export class Bots {
  readonly #of = new WeakMap<Connector, LRUCache<string, Bot>>();
  readonly #gone = new Map<string, Away>();

  of(connector: Connector, message: OutboundMessage, now: number): Bot {
    let receivers = this.#of.get(connector);
    if (!receivers) {
      receivers = new LRUCache({ max: mostReceivers });
      this.#of.set(connector, receivers);
    }
    const name = connector.receiver?.(message) ?? '';
    const known = receivers.get(name);
    if (known) return known;
    const bot = { seenAt: now, deliveredAt: 0 };
    receivers.set(name, bot);
    return bot;
  }

  /** Its connector does not run. True where that is new. */
  away(message: OutboundMessage, now: number): boolean {
    const key = keyOf(message);
    const known = this.#gone.get(key);
    if (known && known.to === Number.POSITIVE_INFINITY) return false;
    this.#gone.set(key, { from: now, to: Number.POSITIVE_INFINITY });
    return true;
  }

  /** When its connector, which runs now, was last away. */
  lastAway(message: OutboundMessage, now: number): Away | undefined {
    const away = this.#gone.get(keyOf(message));
    if (away && away.to === Number.POSITIVE_INFINITY) away.to = now;
    return away;
  }
}

function keyOf({ agentId, to }: OutboundMessage): string {
  return `${agentId} ${to.connector}`;
}
