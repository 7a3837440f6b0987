/** Tells plugins what has happened: one event after the other, off the path of whoever caused it. */
import { within } from '../core/deadline.js';
import type { Logger } from '../logger.js';
import type { PluginEvents } from '../plugin/hooks.js';
import type { EventOf, RunningPlugin } from '../plugin/plugin.js';

/** Events that may wait for one plugin; what comes on top is not told. */
const mostWaiting = 1000;
/** An observer that takes longer is not waited for. */
const observerMs = 30_000;

interface Queue {
  waiting: (() => Promise<void>)[];
  work: Promise<void> | null;
  lost: number;
}

export class Observers {
  readonly #log: Logger;
  readonly #queues = new Map<RunningPlugin, Queue>();

  constructor(log: Logger) {
    this.#log = log;
  }

  tell<K extends keyof PluginEvents>(plugin: RunningPlugin, kind: K, event: EventOf<K>): void {
    const { events } = plugin.parts;
    if (!events?.[kind]) return;
    const queue = this.#queues.get(plugin) ?? { waiting: [], work: null, lost: 0 };
    this.#queues.set(plugin, queue);
    if (queue.waiting.length >= mostWaiting) {
      if (queue.lost++ === 0)
        this.#log.warn({ plugin: plugin.name, event: kind }, 'a plugin is behind; events are not told to it');
      return;
    }
    // A copy: what an observer does to it must not reach the hub.
    const copy = structuredClone(event);
    queue.waiting.push(async () => {
      try {
        await within(observerMs, () => (events[kind] as (event: EventOf<K>) => unknown).call(events, copy));
      } catch (err) {
        this.#log.warn({ err, plugin: plugin.name, event: kind }, 'an observer of a plugin failed');
      }
    });
    queue.work ??= this.#run(plugin.name, queue);
  }

  /** Waits for what is to be told, so long at most. */
  async drain(ms: number): Promise<void> {
    const work = Promise.all([...this.#queues.values()].map((queue) => queue.work));
    await within(ms, () => work).catch(() =>
      this.#log.warn('observers of plugins are not waited for any longer'),
    );
  }

  async #run(plugin: string, queue: Queue): Promise<void> {
    // Not in the call that caused the event.
    await new Promise((resolve) => setImmediate(resolve));
    for (let next = queue.waiting.shift(); next; next = queue.waiting.shift()) await next();
    queue.work = null;
    if (queue.lost > 0) this.#log.warn({ plugin, events: queue.lost }, 'events were not told to a plugin');
    queue.lost = 0;
  }
}
