/** What a process knows of pauses: while the store is away, where events get lost, and of people with several accounts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Concerned } from '../../src/access/pause.js';
import { Switches, type SwitchesParts } from '../../src/access/switches.js';
import { InProcessBus } from '../../src/bus/in-process.js';
import { switchTopic } from '../../src/core/events.js';
import { RetryableError } from '../../src/errors.js';
import { createLogger } from '../../src/logger.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { NoteStore } from '../../src/store/note-store.js';
import type { Store } from '../../src/store/store.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const ada = { what: 'agent', where: { agentId: 'ada' }, by: 'test' } as const;

let folder: string;
let store: Store;
let away: 'no' | 'fails' | 'hangs';
let lists: number;
let made: Switches[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-switches-'));
  store = await openLibsqlStore({ dataDir: folder, log });
  [away, lists, made] = ['no', 0, []];
});
afterEach(async () => {
  for (const switches of made) switches.stop();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The store's own notes, of a store that may be away. */
const notes = (): NoteStore => ({
  get: (key) => store.notes.get(key),
  put: (key, value, options) => store.notes.put(key, value, options),
  take: (key) => store.notes.take(key),
  async list(prefix, limit) {
    lists++;
    if (away === 'hangs') return new Promise(() => {});
    if (away === 'fails') throw new RetryableError('store_unavailable', 'The store is away.');
    return store.notes.list(prefix, limit);
  },
});
/** Each as a process of its own: without a common bus, no event arrives. */
const process = async (more: Partial<SwitchesParts> = {}) => {
  const bus = new InProcessBus(() => {});
  const switches = new Switches({ notes: notes(), bus, alone: false, log, ...more });
  made.push(switches);
  await switches.start();
  return switches;
};
const by = (userId: string, source: Partial<Concerned['source']> = {}, agentId = 'ada'): Concerned => ({
  ...{ agentId, userIds: [userId] },
  source: { connector: 'telegram', tenant: 'default', channel: 'c', ...source },
});
const isPaused = async (switches: Switches, concerned = by('ann')) =>
  (await switches.check(concerned)) !== null;

describe('pauses', () => {
  it('cost no call of the store for a message while what is known is fresh', async () => {
    const [alone, one] = [await process({ alone: true }), await process()];
    const before = lists;
    for (let i = 0; i < 1000; i++) {
      expect(alone.check(by('ann'))).toBeNull();
      expect(one.check(by('ann'))).toBeNull();
    }
    expect(lists).toBe(before);
  });

  it('are seen within a second where events get lost, by whoever asks and by what runs', async () => {
    const [one, other] = [await process(), await process()];
    let told = 0;
    other.onChange(() => told++);
    const enough = other.keepLooking();
    await one.pause(ada);
    await until(() => told === 1, 2500);
    enough();
    const third = await process();
    expect(await isPaused(third)).toBe(true);
    await one.resume('agent', ada.where);
    await until(async () => !(await isPaused(third)), 2500);
  });

  it.each(['fails', 'hangs'] as const)('outlive a store that is away: it %s', async (how) => {
    const [one, other] = [await process(), await process()];
    await one.pause(ada);
    await until(() => isPaused(other), 2500);
    away = how;
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await isPaused(other)).toBe(true);
    expect(await isPaused(one)).toBe(true);
    expect(await isPaused(one, by('ann', {}, 'bea'))).toBe(false);
  });

  it('let nothing through before they were read once', async () => {
    away = 'fails';
    const switches = await process();
    await expect(async () => switches.check(by('ann'))).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await switches.notes()).toEqual(['what is paused is not known yet']);
    away = 'no';
    expect(await switches.check(by('ann'))).toBeNull();
  });

  it('count although a look that began before them is answered after', async () => {
    let held: Promise<void> | undefined;
    let looks = 0;
    const slow: NoteStore = {
      ...notes(),
      async list(prefix, limit) {
        const found = await store.notes.list(prefix, limit);
        looks++;
        await held;
        return found;
      },
    };
    const bus = new InProcessBus(() => {});
    const switches = await process({ notes: slow, bus });
    let release = () => {};
    held = new Promise((resolve) => (release = resolve));
    bus.publish(switchTopic, { type: 'switch.changed' });
    await until(() => looks === 2);
    const pausing = switches.pause(ada);
    await until(async () => (await store.notes.list('pause:', 1)).length === 1);
    release();
    await pausing;
    expect(switches.list()).toHaveLength(1);
    await switches.look();
    expect(switches.list()).toHaveLength(1);
  });

  it('are one for the same thing, and another with another reason', async () => {
    const one = await process();
    const first = await one.pause(ada);
    expect(await one.pause({ ...ada, by: 'somebody else' })).toEqual(first);
    expect(one.list()).toEqual([first]);
    const second = await one.pause({ ...ada, reason: 'why', by: 'somebody else' });
    expect(second).toMatchObject({ id: first.id, reason: 'why', by: 'somebody else' });
    expect(one.list()).toEqual([second]);
  });

  it('of people count for all of their accounts, and for nobody of the same name', async () => {
    const ann = [
      { connector: 'telegram', tenant: 'default', userId: 'ann' },
      { connector: 'slack', tenant: 'T1', userId: 'U1' },
    ];
    const accountsOf: SwitchesParts['accountsOf'] = async (account) =>
      ann.some((one) => JSON.stringify(one) === JSON.stringify(account)) ? ann : [account];
    const switches = await process({ accountsOf });
    await switches.pause({ what: 'person', where: { agentId: 'ada', ...ann[0] }, by: 'test' });
    const slack = { connector: 'slack', tenant: 'T1' };
    expect(await isPaused(switches, by('ann'))).toBe(true);
    expect(await isPaused(switches, by('U1', slack))).toBe(true);
    expect(await isPaused(switches, by('ann', slack))).toBe(false);
    expect(await isPaused(switches, by('U1', { ...slack, tenant: 'T2' }))).toBe(false);
    expect(await isPaused(switches, by('U1', slack, 'bea'))).toBe(false);
    expect(await switches.isPerson(by('U1', slack))).toBe(true);
    expect(await switches.isPerson(by('bob'))).toBe(false);
  });
});
