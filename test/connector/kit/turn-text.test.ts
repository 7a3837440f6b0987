import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TurnEvent, TurnText } from '../../../src/extension-api.js';
import { Telling } from '../../../src/runtime/telling.js';
import { until } from '../../support/until.js';

const turn = { turnId: 't', roomId: 'r', covers: ['m'], attempt: 1 };
const soFar = (text: string): TurnEvent => ({ type: 'text.so-far', ...turn, text });

describe('[structure.12] the text of a running turn', () => {
  it('is right or waits, whatever was lost and whenever someone came', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom('delta', 'so-far', 'again'), fc.string({ maxLength: 3 }), fc.boolean()),
        ),
        (events) => {
          const heard = new TurnText();
          /** All that was said at some time, in any attempt. */
          const said = new Set(['']);
          let text = '';
          for (const [kind, words, lost] of events) {
            const at = text.length;
            if (kind === 'delta') text += words;
            if (kind === 'again') text = '';
            said.add(text);
            if (lost) continue;
            if (kind === 'delta') heard.see({ type: 'text.delta', turnId: 't', text: words, at });
            if (kind === 'so-far') heard.see(soFar(text));
            if (kind === 'again') heard.see({ type: 'turn.started', ...turn });
            if (kind !== 'delta') expect(heard.text).toBe(text);
          }
          heard.see(soFar(text));
          expect(heard.text).toBe(text);
        },
      ),
    );
  });

  it('stays as it was after a loss, until all is told again', () => {
    const heard = new TurnText();
    heard.see({ type: 'turn.started', ...turn });
    heard.see({ type: 'text.delta', turnId: 't', text: 'One', at: 0 });
    heard.see({ type: 'text.delta', turnId: 't', text: ' three', at: 7 });
    heard.see({ type: 'text.delta', turnId: 't', text: 'x', at: 3 });
    expect(heard.text).toBe('One');
    heard.see(soFar('One two three'));
    heard.see({ type: 'text.delta', turnId: 't', text: ' four', at: 13 });
    expect(heard.text).toBe('One two three four');
  });

  it('is put together from an older worker’s events, too', () => {
    const heard = new TurnText();
    heard.see({ type: 'turn.started', ...turn });
    for (const text of ['One', ' two']) heard.see({ type: 'text.delta', turnId: 't', text });
    expect(heard.text).toBe('One two');
  });
});

describe('[structure.12] a worker', () => {
  it('tells where each delta belongs, and all that was said again and again until the attempt is over', async () => {
    const told: TurnEvent[] = [];
    const telling = new Telling(turn, (_, event) => told.push(event), 5);
    const whole = (text: string) =>
      until(() => told.some((event) => event.type === 'text.so-far' && event.text === text));
    await whole('');
    telling.publish({ type: 'text.delta', turnId: 't', text: 'One' });
    telling.publish({ type: 'text.delta', turnId: 't', text: ' two' });
    await whole('One two');
    telling.end();
    const count = told.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toHaveLength(count);
    expect(told[0]).toEqual({ type: 'turn.started', ...turn });
    expect(told.flatMap((event) => (event.type === 'text.delta' ? [event.at] : []))).toEqual([0, 3]);
    expect(told.at(-1)).toEqual(soFar('One two'));
  });
});
