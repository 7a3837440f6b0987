/** Several decide at the same time, through several processes of one hub. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Platform } from '../hub/platform.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { Stage } from './stage.js';

describe.skipIf(noRedis)(`decisions at the same time${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  let stage: Stage;
  let second: Carrier;
  let made = 0;
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
  });
  afterAll(async () => {
    await redis?.stop();
    await mongo?.stop();
  });
  beforeEach(async () => {
    stage = new Stage({ REDIS_URL: redis.url, ...mongo.settings(`race${++made}`) });
    stage.character();
    second = await stage.start({ connectors: [stage.operators] });
    await stage.start({ connectors: [stage.asked, new Platform('other')] });
    await stage.call('roles.give', { role: 'operator', account: 'telegram:toni', agentId: 'assistant' });
  });
  afterEach(() => stage.home.dispose());

  it('[act.26] come to one; the loser is told once, and both cards end alike', async () => {
    for (let round = 0; round < 5; round++) {
      const [id] = await stage.ask(`wire ${round + 10}`);
      const cards = [stage.card(stage.asked), stage.card(stage.operators)];
      const told = await Promise.all([
        stage.press(stage.asked, 'toni', 'Approve', cards[0]!.buttons),
        stage.press(stage.operators, 'olga', 'Deny', cards[1]!.buttons),
      ]);
      const state = await stage.state(id!);
      const won = state === 'approved' ? 0 : 1;
      const by = ['person toni', 'person olga'][won];
      expect(told[won]).toBe(`${id} (plugin:bank:wire) is ${state} by ${by}.`);
      expect(told[1 - won]).toBe(`${id} was ${state} by ${by} already.`);
      const words = state === 'approved' ? '**Approved** by' : '**Denied** by';
      await until(() => [stage.asked, stage.operators].every((one) => stage.card(one).text.includes(words)));
      expect(stage.card(stage.asked).text).toBe(stage.card(stage.operators).text);
      await stage.asked.last(2 * round + 2);
      expect(stage.wired.filter(([amount]) => amount === round + 10)).toHaveLength(won === 0 ? 1 : 0);
    }
    const shown = [...stage.asked.texts, ...stage.operators.texts];
    expect(shown.filter((text) => text.includes('already'))).toEqual([]);
    expect(await stage.rows('approvals.settle')).toHaveLength(5);
  }, 90_000);

  it('by twenty at once, half of them for, is one decision, whoever of both processes is asked', async () => {
    const [id] = await stage.ask();
    const ways = Array.from({ length: 20 }, (_, at) => ({
      approve: at % 2 === 0,
      carrier: at % 4 < 2 ? stage.carrier : second,
    }));
    const ended = await Promise.allSettled(
      ways.map(({ approve, carrier }) =>
        carrier.operations!.call('approvals.decide', { id: id!, approve }, { kind: 'system' }),
      ),
    );
    const state = await stage.state(id!);
    for (const [at, one] of ended.entries())
      if (one.status === 'fulfilled') expect(ways[at]!.approve).toBe(state === 'approved');
      else expect(one.reason).toMatchObject({ code: 'approval_settled', status: 409 });
    await stage.asked.last(2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(stage.wired).toHaveLength(state === 'approved' ? 1 : 0);
    expect(stage.asked.shown).toHaveLength(2);
  }, 60_000);

  it('count as they were made where the worker reaches no platform, as long as the group has its role', async () => {
    await stage.home.dispose();
    stage = new Stage({ REDIS_URL: redis.url, ...mongo.settings(`race${++made}`) });
    stage.character();
    stage.env.CARRIER_ROLE = 'worker';
    await stage.start({ connectors: [] });
    stage.env.CARRIER_ROLE = 'gateway';
    await stage.start();
    const ops = { role: 'operator', group: 'slack/default:ops', agentId: 'assistant' } as const;
    await stage.call('roles.give', ops);
    const press = async () => {
      const { payload } = stage.card(stage.operators).buttons![0]!;
      return stage.operators.press('gil', payload, 'group', ['ops']).catch((error: Error) => error.message);
    };
    await stage.ask('wire 5');
    expect(await press()).toContain('is approved by person gil');
    expect(await stage.asked.last(2)).toBe('Told: wired 5');
    await stage.ask('wire 6');
    await stage.call('switches.pause', { what: 'tools', agentId: 'assistant' });
    expect(await press()).toContain('is approved by person gil');
    await stage.call('roles.take', { group: ops.group, agentId: 'assistant' });
    await stage.call('switches.resume', { what: 'tools', agentId: 'assistant' });
    expect(await stage.asked.last(4)).toContain('person gil approved it and may not any more');
    expect(stage.wired).toEqual([[5, 'alice']]);
  }, 90_000);
});
