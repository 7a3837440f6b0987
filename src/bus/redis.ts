import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import type { TurnEvent } from '../core/events.js';
import type { Cipher } from '../encryption/cipher.js';
import type { Logger } from '../logger.js';
import type { BusEvent, EventBus } from './bus.js';
import { InProcessBus } from './in-process.js';

/** How long a watcher waits for its subscription, in ms; Redis at hand needs a few. */
const patienceMs = 500;

export interface RedisBusOptions {
  /** Publishes; may be shared with others. */
  publisher: { publish(channel: string, text: string): Promise<unknown> };
  /** Listens, and can do nothing else while it does: a connection of its own. */
  subscriber: Redis | Cluster;
  /** Put before every channel, so that several hubs can share one Redis. */
  prefix: string;
  /** Events are sealed: they hold what is said, and what tools are given and give. Absent: they are not. */
  cipher?: Cipher | null;
  log: Logger;
}

/**
 * Tells watchers in all processes, through Redis pub/sub. One subscription per room and process, however many watch it.
 * ioredis subscribes again after a reconnect; what was published meanwhile is lost, as the port allows.
 */
export class RedisBus implements EventBus {
  readonly #options: RedisBusOptions;
  readonly #local: InProcessBus;
  readonly #watchers = new Map<string, number>();

  constructor(options: RedisBusOptions) {
    this.#options = options;
    const { subscriber, prefix, log } = options;
    this.#local = new InProcessBus((err) => log.error({ err }, 'a listener failed'));
    subscriber.on('message', (channel: string, text: string) => {
      if (channel.startsWith(prefix)) this.#receive(channel.slice(prefix.length), text);
    });
  }

  publish(topic: string, event: BusEvent): void {
    const { publisher, prefix, cipher, log } = this.#options;
    const text = JSON.stringify(event);
    publisher
      .publish(prefix + topic, cipher ? cipher.seal(text, placeOf(topic)) : text)
      .catch((err) => log.debug({ err }, 'event not published'));
  }

  async subscribe<E extends BusEvent = TurnEvent>(
    topic: string,
    listener: (event: E) => void,
  ): Promise<() => void> {
    const { subscriber, prefix, log } = this.#options;
    const end = await this.#local.subscribe(topic, listener);
    this.#watchers.set(topic, (this.#watchers.get(topic) ?? 0) + 1);
    // Without Redis the watcher only misses deltas: it asks the store for the reply anyway. So it does not wait for
    // a Redis that is away; the subscription is made once that is back.
    const subscribed = subscriber
      .subscribe(prefix + topic)
      .catch((err) => log.warn({ err }, 'events cannot be watched now'));
    await Promise.race([subscribed, sleep(patienceMs, undefined, { ref: false })]);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      end();
      const left = this.#watchers.get(topic)! - 1;
      if (left > 0) this.#watchers.set(topic, left);
      else {
        this.#watchers.delete(topic);
        subscriber.unsubscribe(prefix + topic).catch((err) => log.debug({ err }, 'unsubscribe failed'));
      }
    };
  }

  /** JSON begins like nothing that is sealed. */
  #receive(topic: string, text: string): void {
    const { cipher, log } = this.#options;
    try {
      const plain = cipher ? cipher.open(text, placeOf(topic)) : text;
      this.#local.publish(topic, JSON.parse(plain) as BusEvent);
    } catch (err) {
      log.warn({ err, topic }, 'an event cannot be read');
    }
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    await this.#local.close();
    this.#options.subscriber.disconnect();
  }
}

const placeOf = (topic: string): string => `bus|${topic}`;
