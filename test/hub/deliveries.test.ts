/** Replies are brought to their platform by time: through outages of hours, restarts, and what a platform asks. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../src/extension-api.js';
import { until } from '../support/until.js';
import { away, hour, minute, OutageHub, refused } from './outage.js';

let hub: OutageHub;
beforeEach(async () => {
  hub = new OutageHub();
  await hub.start();
});
afterEach(() => hub.home.dispose());

describe('[delivery.2] a platform that is away', () => {
  it.each([
    ['502 for a while', away],
    ['refused connections', () => new RetryableError('delivery_failed', 'connect ECONNREFUSED')],
    ['an error nobody knows', () => new TypeError('fetch failed')],
  ])('with %s gets all replies once it is back, once each and in order', async (_, error) => {
    hub.platform.answer = error;
    await hub.askInVain('ann', 'one', 'two', 'three');
    await hub.ask('bob', 'four');
    // More than the four tries that once were all.
    await until(() => hub.platform.tries.filter((text) => text === 're: one').length > 8);
    expect(new Set(hub.platform.tries)).toEqual(new Set(['re: one', 're: four']));
    hub.platform.answer = () => undefined;
    await until(() => hub.platform.shown.length === 4);
    expect(hub.platform.in('ann')).toEqual(['re: one', 're: two', 're: three']);
    expect(hub.platform.in('bob')).toEqual(['re: four']);
    expect(await hub.undelivered('dead')).toEqual([]);
  });

  it('for nine hours is tried at least every 15 minutes, and what comes late says so', async () => {
    hub.platform.answer = away;
    await hub.askInVain('ann', 'one', 'two');
    for (let quarter = 0; quarter < 36; quarter++) {
      const tried = hub.untilTried(1);
      hub.later(15 * minute);
      await tried;
    }
    hub.platform.answer = () => undefined;
    hub.later(15 * minute);
    await until(() => hub.platform.shown.length === 2);
    for (const [at, text] of hub.platform.in('ann').entries())
      expect(text).toMatch(
        new RegExp(`^\\(Delayed: this answer is from \\d\\d:\\d\\d UTC\\.\\)\n\nre: ${['one', 'two'][at]}$`),
      );
    const { items } = await hub.carrier.store.memories.history(hub.platform.shown[0]!.outbound.roomId, {
      limit: 9,
    });
    expect(items.map(({ content }) => content.text)).toContain('re: one');
  });

  it('is not asked more and more often: pauses grow', async () => {
    hub.platform.answer = away;
    await hub.askInVain('ann', 'one');
    await until(() => hub.platform.tries.length >= 4);
    hub.later(2 * hour);
    await hub.untilTried(1);
    const tried = hub.platform.tries.length;
    await hub.meanwhile();
    expect(hub.platform.tries).toHaveLength(tried);
    const [reply] = await hub.undelivered('waiting');
    const pause = reply!.failing!.nextAt - reply!.failing!.lastAt;
    expect(pause).toBeGreaterThanOrEqual(7.5 * minute);
    expect(pause).toBeLessThanOrEqual(15 * minute);
  });

  it('gets what waits in other rooms soon after it has taken one reply', async () => {
    hub.platform.answer = away;
    for (const who of ['ann', 'bob', 'cy']) await hub.askInVain(who, `of ${who}`);
    hub.later(2 * hour);
    await until(async () =>
      (await hub.undelivered('waiting')).every(({ failing }) => failing!.nextAt > hub.now() + 5 * minute),
    );
    hub.platform.answer = () => undefined;
    // Half a minute later: none of them would be tried yet.
    hub.later(31_000);
    await hub.meanwhile();
    expect(hub.platform.shown).toEqual([]);
    await hub.ask('dan', 'hello');
    await until(() => hub.platform.shown.length === 4);
    expect(hub.platform.in('ann')[0]).toContain('re: of ann');
  });

  it('for longer than a day loses its replies to the operator’s list, with the reason', async () => {
    hub.platform.answer = away;
    await hub.askInVain('ann', 'one');
    hub.later(23.9 * hour);
    await hub.untilTried(1);
    expect(await hub.undelivered('dead')).toEqual([]);
    await hub.askInVain('ann', 'two');
    hub.later(0.2 * hour);
    await until(async () => (await hub.undelivered('dead')).length === 1);
    const error = { code: 'delivery_failed', message: 'The platform answered 502.' };
    expect(await hub.undelivered('dead')).toMatchObject([{ error }]);
    // It has not waited for a day itself.
    expect(await hub.undelivered('waiting')).toHaveLength(1);
    hub.platform.answer = () => undefined;
    hub.later(15 * minute);
    await until(() => hub.platform.shown.length === 1);
    expect(hub.platform.in('ann')[0]).toContain('re: two');
  });

  it('for days takes the whole room’s replies from it a day after each, not one after another', async () => {
    hub.platform.answer = away;
    await hub.askInVain('ann', 'one', 'two', 'three');
    // Two sweeps see it: the hub itself was not away.
    hub.later(12 * hour);
    await hub.untilTried(1);
    hub.later(12.1 * hour);
    await until(async () => (await hub.undelivered('dead')).length === 3);
  });
});

describe('what a platform asks for', () => {
  it.each([
    ['a second, six times', 1000, 6],
    ['nothing, six times', 0, 6],
  ])('is kept to: %s', async (_, retryAfterMs, times) => {
    let limited = 0;
    hub.platform.answer = () =>
      ++limited > times ? undefined : new RetryableError('delivery_failed', 'Too fast.', { retryAfterMs });
    await hub.ask('ann', 'one', 'two');
    for (let at = 0; at < times - 1; at++) {
      await until(() => limited > at);
      hub.later(1000);
    }
    await until(() => hub.platform.shown.length === 2);
    expect(hub.platform.in('ann')).toEqual(['re: one', 're: two']);
  });

  it.each(['a restart', 'another success'])('for three hours is not cut short by %s', async (what) => {
    hub.platform.answer = ({ to }) =>
      to.channel === 'ann'
        ? new RetryableError('delivery_failed', 'Too fast.', { retryAfterMs: 3 * hour })
        : undefined;
    await hub.askInVain('ann', 'one');
    hub.platform.answer = () => undefined;
    hub.later(2.9 * hour);
    if (what === 'a restart') await hub.restart();
    else await hub.ask('bob', 'hello');
    await hub.meanwhile();
    expect(hub.platform.in('ann')).toEqual([]);
    hub.later(0.2 * hour);
    await until(() => hub.platform.in('ann').length === 1);
  });

  it('is no sign that a reply is at fault, however often', async () => {
    const limited = () => new RetryableError('delivery_failed', 'Too fast.', { retryAfterMs: 5 * minute });
    hub.platform.answer = ({ to }) => (to.channel === 'ann' ? limited() : undefined);
    await hub.askInVain('ann', 'one', 'two');
    for (let at = 0; at < 5; at++) {
      hub.later(6 * minute);
      await hub.untilTried(1);
      await hub.ask('bob', 'hello');
    }
    expect(await hub.undelivered('dead')).toEqual([]);
    hub.platform.answer = () => undefined;
    hub.later(6 * minute);
    await until(() => hub.platform.in('ann').length === 2);
  });
});

describe('a stop', () => {
  it('is held up by no reply that waits, and the next start goes on at once', async () => {
    hub.platform.answer = away;
    await hub.askInVain('ann', 'one', 'two');
    hub.later(3 * hour);
    await hub.untilTried(1);
    await until(async () => (await hub.undelivered('waiting'))[0]!.failing!.nextAt > hub.now());
    await hub.carrier.stop(60_000);
    hub.platform.answer = () => undefined;
    await hub.start();
    await until(() => hub.platform.shown.length === 2);
    expect(hub.platform.in('ann').map((text) => text.slice(-7))).toEqual(['re: one', 're: two']);
  });

  it('of days does not make replies dead that fail once after it', async () => {
    hub.platform.answer = away;
    await hub.askInVain('ann', 'one');
    await hub.carrier.stop();
    hub.later(50 * hour);
    await hub.start();
    await hub.untilTried(2);
    expect(await hub.undelivered('dead')).toEqual([]);
    hub.platform.answer = () => undefined;
    await until(() => hub.platform.shown.length === 1);
    // By now the hour alone would not say which day.
    expect(hub.platform.in('ann')[0]).toMatch(/from \d{4}-\d\d-\d\d, \d\d:\d\d UTC/);
  });
});

describe('a bot that its platform does not take any more', () => {
  it('is off, and its replies wait for it longer than a day', async () => {
    hub.platform.answer = away;
    await hub.askInVain('ann', 'zero');
    await hub.untilTried(1);
    hub.platform.answer = () => new FatalError('config_invalid', 'The token is revoked.');
    await hub.askInVain('ann', 'one');
    await until(() => hub.carrier.connectors().length === 0);
    hub.later(40 * hour);
    await hub.meanwhile();
    expect(await hub.undelivered('dead')).toEqual([]);
    hub.platform.answer = away;
    await hub.carrier.refresh();
    await until(() => hub.carrier.connectors().length === 1);
    await hub.untilTried(2);
    expect(await hub.undelivered('dead')).toEqual([]);
    hub.platform.answer = () => undefined;
    await until(() => hub.platform.shown.length === 2);
    expect(hub.platform.in('ann').map((text) => text.split('\n').at(-1))).toEqual(['re: zero', 're: one']);
  });
});

describe('a reply that is not an hour old', () => {
  it('says nothing of its age', async () => {
    hub.platform.answer = refused;
    await hub.askInVain('ann', 'one');
    hub.later(59 * minute);
    hub.platform.answer = () => undefined;
    await until(() => hub.platform.shown.length === 1);
    expect(hub.platform.in('ann')).toEqual(['re: one']);
  });
});
