/**
 * Between the transports and Bolt. Bolt acknowledges an event before its listeners run, which would lose a message
 * that cannot be stored; here the acknowledgement waits for the listeners, and there is none if they fail.
 */
import type { App, Receiver } from '@slack/bolt';
import { atMost, FatalError, RetryableError } from '../../src/extension-api.js';

/** Events that have listeners: `listen.ts`. */
const heard = new Set([
  ...['message', 'app_mention', 'reaction_added', 'reaction_removed', 'app_uninstalled'],
  ...['subteam_members_changed', 'subteam_updated'],
]);

export interface Retry {
  retryNum?: number;
  retryReason?: string;
}

export class Inlet implements Receiver {
  #app: App | undefined;
  #open = false;
  readonly #running = new Set<Promise<unknown>>();

  init(app: App): void {
    this.#app = app;
  }

  async start(): Promise<void> {
    this.#open = true;
  }

  /** Resolves once everything that was taken is done with, or will not be in any time worth waiting for. */
  async stop(): Promise<void> {
    this.#open = false;
    await settled(this.#running);
  }

  /**
   * Hands a payload to the listeners. Resolves with what belongs into the acknowledgement as soon as there may be
   * one: for events, when they are dealt with; for commands and buttons, when the listener says so.
   */
  take(body: Record<string, unknown>, retry: Retry = {}): Promise<unknown> {
    const app = this.#app;
    if (!this.#open || !app)
      return Promise.reject(new RetryableError('shutting_down', 'Not connected; send it again.'));
    // Bolt fails on some of those that nobody listens to.
    if (body.type === 'event_callback' && !heard.has(String((body.event as { type?: unknown } | null)?.type)))
      return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      let answer: unknown;
      const ack = async (response: unknown) => {
        answer = response;
        if (body.type !== 'event_callback') resolve(response);
      };
      const run = app
        .processEvent({ body, ack, ...retry })
        .then(() => resolve(answer))
        .catch((error) => reject(reasonOf(error)))
        .finally(() => this.#running.delete(run));
      this.#running.add(run);
    });
  }
}

/** What is not done by then is not acknowledged, and comes again. */
const patienceMs = 8000;

export async function settled(work: Iterable<Promise<unknown>>): Promise<void> {
  await atMost(patienceMs, Promise.allSettled(work));
}

/** Bolt wraps what `authorize` threw. */
function reasonOf(error: unknown): unknown {
  const { original } = error as { original?: unknown };
  return original instanceof FatalError || original instanceof RetryableError ? original : error;
}
