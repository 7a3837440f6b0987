/** Several processes that look at the same schedules: each slot is run once. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { type Became, DueSchedules } from '../../src/schedules/due.js';
import { type Schedule, scheduleRecord } from '../../src/schedules/schedule.js';
import { following, type When } from '../../src/schedules/times.js';
import type { Store } from '../../src/store/store.js';
import { onBothStores, openStore } from '../support/both-stores.js';
import { Home } from '../support/hub.js';

const at = (text: string) => Date.parse(text);
const daily: When = { cron: '0 9 * * *', zone: 'UTC' };

onBothStores('schedules that are due', (engines) => {
  let home: Home;
  let store: Store;
  let time: number;
  /** What took effect: a slot's effect is keyed, as messages of a room are. */
  let done: Map<string, Became>;
  let calls: number;
  let held = false;
  const errors: object[] = [];
  const log = Object.assign(createLogger('silent'), {
    error: (what: object) => errors.push(what),
    warn: (what: object) => errors.push(what),
  });
  const records = () => scheduleRecord.in(store.records, log as never);
  const workers = (count: number) =>
    Array.from(
      { length: count },
      () =>
        new DueSchedules({
          records: records(),
          async run(id, { text }, slot) {
            calls += 1;
            if (text === 'breaks') throw new Error('It broke.');
            done.set(`${id} ${new Date(slot).toISOString()}`, 'done');
            return text === 'forbidden' ? 'refused' : 'done';
          },
          async tellMissed(id, _, slot) {
            done.set(`${id} ${new Date(slot).toISOString()}`, 'missed');
          },
          rests: ({ text }) => text === 'rests' && held,
          now: () => time,
          log: log as never,
        }),
    );
  const running: DueSchedules[] = [];
  const look = async (count = 1) => {
    const all = workers(count);
    running.push(...all);
    await Promise.all(all.map((one) => one.look()));
  };
  const add = (id: string, when: When, more: Partial<Schedule> = {}) => {
    const source = { connector: 'telegram', tenant: 'default', channel: 'ann', messageId: id };
    return records().put(
      id,
      {
        ...{ agentId: 'assistant', roomId: 'room', scope: 'scope', source, author: { id: 'ann' } },
        ...{ role: 'guest', kind: 'reminder', text: id, when, missed: 'run', madeAt: time, state: 'active' },
        next: following(when, time, 1)[0] ?? null,
        ...more,
      },
      0,
    );
  };
  const keys = () => [...done.keys()].sort();

  beforeEach(async () => {
    home = new Home();
    store = await openStore(`${home.folder}/data`, engines());
    time = at('2026-11-27T08:00Z');
    done = new Map();
    calls = 0;
    errors.length = 0;
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await store.close();
    await home.dispose();
  });

  it('[governed.42] rests while people have its room, and is done once they hand it back', async () => {
    held = true;
    await add('rests', { at: at('2026-11-27T08:00:10Z') });
    await add('goes on', { at: at('2026-11-27T08:00:10Z') });
    time = at('2026-11-27T08:00:20Z');
    await look();
    expect(keys()).toEqual(['goes on 2026-11-27T08:00:10.000Z']);
    held = false;
    time = at('2026-11-27T08:01Z');
    await look();
    expect(keys()).toContain('rests 2026-11-27T08:00:10.000Z');
    expect(calls).toBe(2);
  });

  it('[act.50] are run once a slot by four workers that look at once, with what they are to say now', async () => {
    await add('daily', daily);
    time = at('2026-11-27T09:00:01Z');
    await look(4);
    expect(keys()).toEqual(['daily 2026-11-27T09:00:00.000Z']);
    const { value, version } = (await records().get('daily'))!;
    expect(value).toMatchObject({ next: at('2026-11-28T09:00Z'), last: { became: 'done' } });
    await records().put('daily', { ...value, text: 'forbidden' }, version);
    time = at('2026-11-28T09:00:01Z');
    await look(4);
    expect(keys()).toEqual(['daily 2026-11-27T09:00:00.000Z', 'daily 2026-11-28T09:00:00.000Z']);
    expect((await records().get('daily'))!.value).toMatchObject({ state: 'refused', next: null });
    time = at('2026-11-29T09:00:01Z');
    calls = 0;
    await look(4);
    expect(calls).toBe(0);
  });

  it('[act.50] are there once after one was removed and made anew', async () => {
    await add('daily', daily);
    await records().remove('daily');
    await add('again', daily);
    time = at('2026-11-27T09:00:01Z');
    await look(4);
    expect(keys()).toEqual(['again 2026-11-27T09:00:00.000Z']);
  });

  it('[act.49] are not run again by restarts, and the next slot is the next day’s', async () => {
    await add('daily', daily);
    for (const now of ['27T09:00:00Z', '27T09:30Z', '28T01:24Z', '27T17:20Z']) {
      time = at(`2026-11-${now}`);
      await look();
    }
    expect(calls).toBe(1);
    expect((await records().get('daily'))!.value.next).toBe(at('2026-11-28T09:00Z'));
    time = at('2026-11-28T09:00Z');
    await look();
    expect(keys()).toEqual(['daily 2026-11-27T09:00:00.000Z', 'daily 2026-11-28T09:00:00.000Z']);
  });

  it('[act.49] that were missed run late once, or not, or are told, by their rule', async () => {
    for (const missed of ['run', 'skip', 'tell'] as const) await add(missed, daily, { missed });
    await add('once', { at: at('2026-11-27T10:00Z') }, { missed: 'skip' });
    time = at('2026-11-30T12:00Z');
    await look(2);
    expect([...done].sort()).toEqual([
      ['run 2026-11-30T09:00:00.000Z', 'done'],
      ['tell 2026-11-30T09:00:00.000Z', 'missed'],
    ]);
    for (const id of ['run', 'skip', 'tell'])
      expect((await records().get(id))!.value.next).toBe(at('2026-12-01T09:00Z'));
    expect((await records().get('once'))!.value).toMatchObject({ state: 'over', last: { became: 'missed' } });
  });

  it('[act.51] [act.53] run although one of them is damaged and another one breaks; both are reported', async () => {
    const stored = { kind: 'schedule', id: 'damaged', value: { text: 7 }, group: 'assistant', due: time };
    await store.records.put(stored, 0);
    for (const id of ['breaks', 'first', 'second']) await add(id, daily);
    time = at('2026-11-27T09:00:01Z');
    await look();
    expect(keys()).toEqual(['first 2026-11-27T09:00:00.000Z', 'second 2026-11-27T09:00:00.000Z']);
    expect(errors).toContainEqual(expect.objectContaining({ record: 'schedule/damaged' }));
    expect(errors).toContainEqual(expect.objectContaining({ schedule: 'breaks' }));
    // It is tried again, and nothing else is.
    calls = 0;
    await look();
    expect(calls).toBe(1);
  });

  it('[act.47] run eight times in the hours that come twice, and a daily one once', async () => {
    time = at('2026-10-24T23:59Z');
    await add('quarters', { cron: '*/15 * * * *', zone: 'Europe/Berlin' });
    await add('night', { cron: '30 2 * * *', zone: 'Europe/Berlin' });
    for (; time < at('2026-10-25T02:00Z'); time += 5 * 60_000) await look(2);
    expect(keys().filter((key) => key.startsWith('quarters'))).toHaveLength(8);
    expect(keys().filter((key) => key.startsWith('night'))).toEqual(['night 2026-10-25T00:30:00.000Z']);
  });
});
