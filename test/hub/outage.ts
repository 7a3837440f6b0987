/** A hub whose platform refuses what the test says, on a clock that the test puts forward. */
import type { Carrier } from '../../src/carrier.js';
import { FatalError, type OutboundMessage, RetryableError } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

export const minute = 60_000;
export const hour = 60 * minute;

/** It may pass. */
export const away = () => new RetryableError('delivery_failed', 'The platform answered 502.');
/** The platform's last word. */
export const refused = () => new FatalError('delivery_failed', 'The platform does not take this text.');

class Outage extends Platform {
  /** What it says to a reply; nothing: it takes it. */
  answer: (outbound: OutboundMessage) => Error | undefined = () => undefined;
  /** The texts of all tries. */
  readonly tries: string[] = [];

  override async deliver(outbound: OutboundMessage) {
    const { text } = outbound.memory.content;
    this.tries.push(text);
    const error = this.answer(outbound);
    if (error) throw error;
    return super.deliver(outbound);
  }

  /** What was shown in a room. */
  in(channel: string): string[] {
    return this.shown.filter((one) => one.channel === channel).map(({ text }) => text);
  }
}

export class OutageHub {
  readonly home = new Home();
  readonly platform = new Outage();
  carrier!: Carrier;
  #aheadMs = 0;
  readonly #env: Record<string, string>;

  constructor(env: Record<string, string> = {}) {
    this.#env = { CARRIER_SWEEP_MS: '100', ...env };
  }

  readonly now = () => Date.now() + this.#aheadMs;

  later(ms: number): void {
    this.#aheadMs += ms;
  }

  /** The agent says "re: " and what it was told. */
  async start(character: object = {}): Promise<void> {
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [], connectors: { telegram: { dm: 'open' } }, ...character },
    });
    this.carrier = await this.home.carrier(
      {
        connectors: [this.platform],
        model: () => scriptedModel((request) => `re: ${lastSaid(request)}`),
        now: this.now,
      },
      this.#env,
    );
  }

  async restart(character: object = {}): Promise<void> {
    await this.carrier.stop();
    await this.start(character);
  }

  /** Somebody writes, and the reply is committed: it waits, or was shown. */
  async ask(channel: string, ...texts: string[]): Promise<void> {
    for (const text of texts) {
      const { memory } = (await this.platform.dm(channel, text))!;
      await until(async () => (await this.carrier.store.memories.get(memory.id))?.status === 'handled');
    }
  }

  /** The same where the platform does not take the room's oldest reply: it was tried. */
  async askInVain(channel: string, ...texts: string[]): Promise<void> {
    await this.ask(channel, ...texts);
    await until(async () =>
      (await this.undelivered('waiting')).some(({ to, failing }) => to.channel === channel && failing),
    );
  }

  /** The replies that wait, or were given up. */
  async undelivered(state: 'waiting' | 'dead') {
    return (await this.carrier.store.outbox.list({ state, limit: 200 })).items;
  }

  async untilTried(times: number): Promise<void> {
    const before = this.platform.tries.length;
    await until(() => this.platform.tries.length >= before + times);
  }

  /** Long enough for some sweeps to find what they should not. */
  async meanwhile(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 350));
  }
}
