import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBus } from '../../src/bus/bus.js';
import type { TurnEvent } from '../../src/core/events.js';
import { until } from '../support/until.js';

export interface BusUnderTest {
  /** Where events are published. */
  bus: EventBus;
  /** Where they are listened to: the same bus, or another process's. */
  other: EventBus;
  dispose(): Promise<void>;
}

/** What `src/bus/bus.ts` promises, for every implementation. */
export function busContract(name: string, open: () => Promise<BusUnderTest>): void {
  describe(`${name} keeps the EventBus contract`, () => {
    let under: BusUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.dispose());

    const delta = (text: string): TurnEvent => ({ type: 'text.delta', turnId: 'turn', text });

    it('brings events of a topic to all its listeners, in order, and to nobody else', async () => {
      const heard: string[][] = [[], [], []];
      const listen = (i: number) => (event: TurnEvent) =>
        void heard[i]!.push((event as { text: string }).text);
      await under.other.subscribe('a', listen(0));
      await under.other.subscribe('a', listen(1));
      await under.other.subscribe('b', listen(2));
      const sent = Array.from({ length: 100 }, (_, i) => `${i}`);
      for (const text of sent) under.bus.publish('a', delta(text));
      await until(() => heard[1]!.length === 100);
      expect(heard).toEqual([sent, sent, []]);
    });

    it('tells nothing after the subscription has ended', async () => {
      const heard: TurnEvent[] = [];
      const after: TurnEvent[] = [];
      const end = await under.other.subscribe('a', (event) => heard.push(event));
      await under.other.subscribe('a', (event) => after.push(event));
      under.bus.publish('a', delta('1'));
      await until(() => after.length === 1);
      end();
      end();
      under.bus.publish('a', delta('2'));
      await until(() => after.length === 2);
      expect(heard).toHaveLength(1);
    });

    it('goes on when a listener throws', async () => {
      const heard: TurnEvent[] = [];
      await under.other.subscribe('a', () => {
        throw new Error('a broken listener');
      });
      await under.other.subscribe('a', (event) => heard.push(event));
      under.bus.publish('a', delta('1'));
      await until(() => heard.length === 1);
    });

    it('takes events nobody listens to', () => {
      expect(() => under.bus.publish('nobody', delta('1'))).not.toThrow();
    });
  });
}
