/** Reminders and work for later, as people ask for them: real hubs on both stores, and a clock that the test puts forward. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import schedule from '../../plugins/schedule.js';
import type { PersonPrincipal } from '../../src/access/principal.js';
import type { Carrier } from '../../src/carrier.js';
import { defineAction } from '../../src/extension-api.js';
import { scheduleRecord } from '../../src/schedules/schedule.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const at = (text: string) => Date.parse(text);
const system = { kind: 'system' } as const;

onBothStores('schedules', (engines) => {
  let home: Home;
  let platforms: Platform[];
  let settings: Record<string, string>;
  let time: number;
  /** Arguments of the next calls of `schedule`. */
  let calls: object[];
  let results: string[];
  const model = scriptedModel((request) => {
    const last = request.messages.at(-1)!;
    if (last.role === 'tool') results.push(last.text);
    const next = calls.shift();
    if (next)
      return { calls: [{ name: 'look' in next ? 'look' : 'schedule', arguments: JSON.stringify(next) }] };
    return `did ${lastSaid(request)}`;
  });
  const look = defineAction({
    ...{ name: 'look', description: 'Looks at a page.', parameters: z.looseObject({}) },
    hints: { readOnly: true, openWorld: true },
    run: async () => 'a page',
  });
  const start = (): Promise<Carrier> => {
    const platform = new Platform();
    platforms.push(platform);
    return home.carrier(
      {
        ...{ connectors: [platform], model: () => model, now: () => time },
        plugins: [schedule, { name: 'web', actions: [look] }],
      },
      settings,
    );
  };
  const shown = () => platforms.flatMap(({ texts }) => texts);
  const reminders = () => shown().filter((text) => text.startsWith('Reminder: '));
  const dm = async (who: string, text: string) => {
    const { memory } = (await platforms.at(-1)!.dm(who, text))!;
    const before = shown().length;
    await until(() => shown().length > before);
    return memory;
  };
  const meanwhile = () => new Promise((resolve) => setTimeout(resolve, 400));

  beforeEach(() => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['schedule', 'web'] },
      connectors: { telegram: { dm: 'open' } },
    });
    platforms = [];
    settings = { ...engines(), CARRIER_SWEEP_MS: '200' };
    [calls, results] = [[], []];
    model.requests.length = 0;
    time = Date.now();
  });
  afterEach(() => home.dispose());

  it('[act.51] are counted by the hub, and a wrong absolute time is answered with what is wrong', async () => {
    const carrier = await start();
    calls = [
      { text: 'stretch', at: '2020-01-01 08:00', zone: 'Asia/Shanghai' },
      { text: 'stretch', at: '9:00', zone: 'Europe/Berln' },
      { text: 'stretch', cron: '0 0 30 2 *', zone: 'UTC' },
      { text: 'stretch', inMinutes: 2, zone: 'Asia/Shanghai' },
    ];
    await dm('ann', 'remind me in 2 minutes to stretch, please');
    expect(results).toHaveLength(4);
    expect(results[0]).toContain('is over: 2020-01-01');
    expect(results[1]).toContain('Europe/Berln');
    expect(results[2]).toContain('names no day that ever comes');
    expect(results[3]).toMatch(/Scheduled \([\w-]+\): \w{3} \d{4}-\d\d-\d\d \d\d:\d\d/);
    const { schedules } = await carrier.operations!.call('schedules.list', {}, system);
    expect(schedules).toMatchObject([{ text: 'stretch', next: new Date(time + 120_000).toISOString() }]);
  });

  it('[act.47] [act.48] [act.51] are answered with their next dates, and with what they leave out', async () => {
    time = at('2026-10-22T12:00Z');
    await start();
    calls = [
      { text: 'a', every: 'weekday', at: '9', zone: 'Berlin' },
      { text: 'b', cron: '0 9 1-7 * 1', zone: 'UTC' },
      { text: 'c', cron: '0 9 31 * *', zone: 'UTC' },
    ];
    await dm('ann', 'three things');
    expect(results[0]).toContain('2026-10-23 09:00 (Europe/Berlin), Mon 2026-10-26 09:00');
    expect(results[1]).toMatch(/Mon 2026-11-02 09:00 .*Mon 2026-12-07 09:00 .*Mon 2027-01-04 09:00/);
    expect(results[2]).toMatch(/2026-10-31.*2026-12-31.*2027-01-31.*L is the last day/);
  });

  it('[must-show.7] over a change of the clocks, a restart and two workers, fire once', async () => {
    const two = async () => [await start(), ...('REDIS_URL' in settings ? [await start()] : [])];
    time = at('2026-10-24T12:00Z');
    let hubs = await two();
    const { roomId } = await dm('ann', 'hello');
    const daily = { roomId, text: 'the bell', cron: '30 2 * * *', zone: 'Europe/Berlin' };
    await hubs[0]!.operations!.call('schedules.add', daily, system);
    const again = async (before: string, then: string) => {
      await Promise.all(hubs.map((hub) => hub.stop()));
      time = at(before);
      hubs = await two();
      time = at(then);
    };
    // 2:30 comes twice on that day.
    await again('2026-10-25T00:29:59.9Z', '2026-10-25T00:30:00.1Z');
    await until(() => reminders().length === 1);
    await again('2026-10-25T01:29:59.9Z', '2026-10-25T01:30:00.1Z');
    await meanwhile();
    expect(reminders()).toEqual(['Reminder: the bell']);
    await again('2026-10-26T01:29:59.9Z', '2026-10-26T01:30:00.1Z');
    await until(() => reminders().length === 2);
    // And does not come on this one.
    await again('2027-03-27T12:00Z', '2027-03-27T12:00Z');
    await until(() => reminders().length === 3);
    await again('2027-03-28T00:59:59.9Z', '2027-03-28T01:00:00.1Z');
    await until(() => reminders().length === 4);
    await again('2027-03-28T02:00Z', '2027-03-28T02:00Z');
    await meanwhile();
    expect(reminders()).toHaveLength(4);
    const { items } = await hubs[0]!.store.memories.history(roomId, { limit: 50 });
    expect(items.filter(({ content }) => content.text === 'Reminder: the bell')).toHaveLength(4);
  });

  it('[act.52] run as whoever made them, and not once they have lost what they were', async () => {
    const carrier = await start();
    const role = { role: 'operator', account: 'telegram:root', agentId: 'assistant' };
    const account = { connector: 'telegram', tenant: 'default', userId: 'root' };
    await carrier.operations!.call('roles.give', { ...role, account } as never, system);
    calls = [{ text: 'open the gate', inMinutes: 2, work: true }];
    await dm('root', 'open the gate in two minutes, and again');
    const records = scheduleRecord.in(carrier.store.records, { warn() {} } as never);
    const [made] = (await records.list({ limit: 5 })).items;
    expect(made!.value).toMatchObject({ role: 'operator', author: { id: 'root' } });
    await carrier.operations!.call('roles.take', { account, agentId: 'assistant' } as never, system);
    const before = model.requests.length;
    const count = shown().length;
    time += 125_000;
    await carrier.stop();
    const next = await start();
    await until(() => shown().length > count);
    expect(shown().at(-1)).toMatch(/I do not do this any more: "open the gate"/);
    expect(model.requests).toHaveLength(before);
    const found = await next.operations!.call('schedules.show', { id: made!.id }, system);
    expect(found).toMatchObject({ state: 'refused', next: null });
  });

  it('[act.52] are made for no room of others, and for no agent of others', async () => {
    const carrier = await start();
    const { roomId } = await dm('ann', 'hello');
    const bob: PersonPrincipal = {
      ...{
        kind: 'person',
        connector: 'telegram',
        tenant: 'default',
        userId: 'bob',
        agentId: 'assistant',
      },
      ...{ roomId: 'room_x', channel: 'bob', scope: 'x', grants: [{ role: 'member' as const, level: {} }] },
    };
    const wanted = { roomId, text: 'spy', in: 60 };
    const refused = { code: expect.stringMatching(/permission_denied|not_found/) };
    await expect(carrier.operations!.call('schedules.add', wanted, bob)).rejects.toMatchObject(refused);
    const other = { ...bob, grants: [{ role: 'operator' as const, level: { agentId: 'other' } }] };
    await expect(carrier.operations!.call('schedules.add', wanted, other)).rejects.toMatchObject(refused);
  });

  it('taint their turns with what the turn had read that they were made in', async () => {
    const carrier = await start();
    const account = { connector: 'telegram', tenant: 'default', userId: 'root' };
    const role = { role: 'operator', account, agentId: 'assistant' };
    await carrier.operations!.call('roles.give', role as never, system);
    calls = [{ look: true }, { text: 'sum it up', inMinutes: 1, work: true }];
    const { roomId } = await dm('root', 'look at that page, and sum it up in a minute');
    await carrier.operations!.call('rooms.renew', { roomId }, system);
    const { schedules } = await carrier.operations!.call('schedules.list', {}, system);
    expect(schedules).toMatchObject([{ taint: [{ kind: 'tool', what: 'plugin:web:look' }] }]);
    time += 61_000;
    const count = shown().length;
    await carrier.stop();
    const next = await start();
    await until(() => shown().length > count);
    expect(shown().at(-1)).toContain('sum it up');
    const [last] = (await next.store.turns.list({ roomId, limit: 1 })).items;
    const turn = await next.operations!.call('turns.show', { turnId: last!.turnId }, system);
    expect(turn).toMatchObject({ taint: [{ kind: 'tool', what: 'plugin:web:look' }] });
  });
});
