/** Replies that were given up, as operators see and send them, on a real hub. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError } from '../../src/errors.js';
import { until } from '../support/until.js';
import { Desk } from './desk.js';

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  await desk.open();
});
afterEach(() => desk.home.dispose());

describe('deliveries', () => {
  /** What is said to these is taken, all others' replies are refused; gives back how to end that. */
  const refuseAllBut = (taken: string) => {
    const deliver = desk.platform.deliver.bind(desk.platform);
    desk.platform.deliver = async (outbound) => {
      if (!outbound.to.channel.startsWith(taken))
        throw new FatalError('delivery_failed', 'The chat is gone.');
      return { messageIds: [] };
    };
    return () => {
      desk.platform.deliver = deliver;
    };
  };
  let others = 0;
  const givenUp = (count: number) =>
    until(async () => {
      // Others get through all the time.
      await desk.platform.dm(`other ${others++}`, 'hello');
      return (await desk.get('/deliveries')).deliveries.length === count;
    });
  const shown = () => desk.platform.shown.filter(({ channel }) => !channel.startsWith('other'));

  it('that were given up are listed, sent again, and dropped', async () => {
    const goOn = refuseAllBut('other');
    for (const who of ['ann', 'bob']) await desk.platform.dm(who, 'hello');
    await givenUp(2);
    const { deliveries } = await desk.get('/deliveries?agentId=assistant');
    expect(deliveries[0]).toMatchObject({ connector: 'telegram', error: { code: 'delivery_failed' } });
    expect(JSON.stringify(deliveries)).not.toContain('echo');
    goOn();
    await desk.post(`/deliveries/${deliveries[0].id}/send-again`);
    await until(() => shown().length === 1);
    expect(shown()[0]!.text).toBe('echo hello');
    await desk.post(`/deliveries/${deliveries[1].id}/drop`);
    await until(async () => (await desk.get('/deliveries')).deliveries.length === 0);
    expect((await desk.ask('POST', `/deliveries/${deliveries[1].id}/send-again`)).status).toBe(404);
    expect((await desk.ask('POST', `/deliveries/${deliveries[1].id}/drop`)).status).toBe(404);
    expect(shown()).toHaveLength(1);
    expect(await desk.audit()).toContainEqual({
      ...{ operation: 'deliveries.drop', target: { deliveryId: deliveries[1].id }, outcome: 'done' },
      principal: { kind: 'token', name: expect.stringMatching(/^admin@/), tenant: 'default', role: 'owner' },
    });
  });

  it('of an agent that were given up are counted, and sent again together, in their order', async () => {
    const goOn = refuseAllBut('other');
    await desk.platform.dm('ann', 'one');
    await until(async () => (await desk.get('/deliveries?state=waiting')).deliveries.length === 1);
    await desk.platform.dm('ann', 'two');
    await desk.platform.dm('bob', 'three');
    await givenUp(3);
    const metrics = await (await desk.api.get('/metrics')).text();
    expect(metrics).toMatch(/^carrier_undelivered_replies{state="dead"} 3$/m);
    expect(metrics).toMatch(/^carrier_deliveries_given_up_total{connector="telegram"} 3$/m);
    expect(metrics).toMatch(/^carrier_undelivered_oldest_seconds \d/m);
    const { deliveries } = await desk.get('/deliveries');
    expect(deliveries[0]).toMatchObject({ nextTryAt: null, failingSince: expect.stringMatching(/^20/) });
    goOn();
    const again = '/agents/assistant/deliveries/send-again';
    expect(await desk.post(again.replace('assistant', 'nobody'))).toEqual({ deliveries: 0 });
    expect(await desk.post(again)).toEqual({ deliveries: 3 });
    await until(() => shown().length === 3);
    const toAnn = shown().filter(({ channel }) => channel === 'ann');
    expect(toAnn.map(({ text }) => text)).toEqual(['echo one', 'echo two']);
    expect((await desk.get('/deliveries')).deliveries).toEqual([]);
  });
});
