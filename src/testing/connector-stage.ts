/** What the tests of the connector contract share: a hub, a platform, and ways to wait for what they do. */
import { afterEach, beforeEach, it, vi } from 'vitest';
import type { Memory } from '../extension-api.js';
import { TestHub } from './hub.js';
import {
  type Ability,
  type Able,
  abilities,
  type ConnectorContractOptions,
  type Platform,
  type PlatformMessage,
} from './platform.js';

export const patience = { timeout: 20_000, interval: 5 };

/** Anyone may write, directly and in any group: what the tests are about is not who may. */
export const openGate = { dm: 'open', places: 'open' };

export class Stage {
  readonly options: ConnectorContractOptions;
  readonly #open: (hub: TestHub) => Promise<Platform>;
  #hub: TestHub | null = null;
  #platform: Platform | null = null;

  constructor(open: (hub: TestHub) => Promise<Platform>, options: ConnectorContractOptions) {
    this.#open = open;
    this.options = options;
  }

  get hub(): TestHub {
    return this.#hub!;
  }

  get platform(): Platform {
    return this.#platform!;
  }

  /** A new hub and a new platform for each test of the `describe` it is called in. */
  prepare(gate: Record<string, unknown>): void {
    beforeEach(async () => {
      this.#hub = await TestHub.open(
        async (hub) => {
          this.#platform = await this.#open(hub);
          return this.#platform.connector;
        },
        { gate },
      );
      if (this.options.acknowledgesByAnswer) this.#hub.model.answer = 'noted';
    });
    afterEach(async () => {
      this.#platform?.refuse(null);
      await this.#hub?.close();
      await this.#platform?.close();
      this.#hub = this.#platform = null;
    });
  }

  /** Declares a test, where the platform has what it needs; where not, it is said why and nothing is declared. */
  able<A extends Ability>(needs: A[], title: string, test: (platform: Able<A>) => Promise<void>): void {
    if (needs.some((ability) => this.options.cannot?.[ability])) return;
    it(title, async () => {
      for (const ability of needs)
        if (!this.platform[abilities[ability]])
          throw new Error(`Give the platform "${abilities[ability]}", or say why not in cannot.${ability}.`);
      await test(this.platform as Able<A>);
    });
  }

  /** A message of Alice, answered with this text and shown. */
  async answered(text: string, change: Partial<PlatformMessage> = {}): Promise<void> {
    this.hub.model.answer = text;
    await this.platform.send(message(change));
    await this.untilShown(text);
  }

  untilShown(text: string): Promise<unknown> {
    return vi.waitUntil(() => this.platform.shown().some((shown) => shown.includes(text)), patience);
  }

  /** Until the hub has nothing left to deliver. */
  async settled(deliveries = 1): Promise<void> {
    const { seen } = this.hub;
    await vi.waitUntil(() => seen.deliveries.length >= deliveries && seen.delivering === 0, patience);
  }

  async said(): Promise<Memory[]> {
    return (await this.hub.memories()).filter(({ role }) => role === 'user');
  }
}

export function message(change: Partial<PlatformMessage> = {}): PlatformMessage {
  return { id: 'm1', channel: 'lobby', user: 'alice', text: 'hello', ...change };
}

export const plan = {
  name: 'plan.csv',
  mediaType: 'text/csv',
  bytes: new TextEncoder().encode('day,hour\nMonday,9\n'),
};

/** For what must not happen: long enough that it would have. */
export function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
