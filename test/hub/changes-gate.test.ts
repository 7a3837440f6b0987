/** What people do to messages afterwards passes the gate as their messages do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
});
afterEach(() => home.dispose());

const character = (telegram: object) =>
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: { telegram } });
const start = async (telegram: object) => {
  character(telegram);
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  carrier = await home.carrier({ connectors: [platform], model });
};
/** Waits until the hub has read the new definition. */
const change = async (telegram: object) => {
  character(telegram);
  await expect
    .poll(() => carrier.agents()[0]!.character.connectors.telegram, { timeout: 10_000 })
    .toMatchObject(telegram);
};
const textOf = async (roomId: string) =>
  (await platform.host.history(roomId, { limit: 1 })).items[0]!.content.text;
const edit = (author: string, channel: string, more: { roles?: string[] | undefined; home?: boolean } = {}) =>
  platform.host.edit({
    ...{ key: platform.key(channel, '1'), text: 'edited', author: { id: author }, roles: [], ...more },
  });
const react = (
  author: string,
  channel: string,
  more: { roles?: string[] | undefined; removed?: boolean } = {},
) => {
  const shown = platform.shown.find((one) => one.channel === channel)!;
  return platform.host.react({
    ...{ agentId: 'assistant', source: { ...platform.source(channel), messageId: shown.id } },
    ...{ author: { id: author }, roles: [], emoji: '👍', removed: false, ...more },
  });
};
const reactions = async () => (await carrier.store.notes.list('feedback:', 10)).length;
/** The platform's id of the reply is noted. */
const noted = (author: string, channel: string, roles: string[] = []) =>
  until(async () => (await react(author, channel, { roles })) && react(author, channel, { removed: true }));

describe('an edit', () => {
  it('[security.8] is its author’s alone', async () => {
    await start({ dm: 'open' });
    const { memory } = (await platform.dm('ann', 'mine', { id: '1' }))!;
    const { memory: said } = (await platform.say('ann', 'ours', { id: '1' }))!;
    expect(await edit('eve', 'ann')).toBe(false);
    expect(await edit('eve', 'group')).toBe(false);
    expect(await textOf(memory.roomId)).toBe('mine');
    expect(await edit('ann', 'group')).toBe(true);
    expect(await textOf(said.roomId)).toBe('edited');
  });

  it('[security.8] of somebody denied since, by name or role, is refused, and nobody is told', async () => {
    await start({ dm: 'open' });
    const { memory } = (await platform.dm('ann', 'mine', { id: '1' }))!;
    const { memory: said } = (await platform.say('bob', 'ours', { id: '1' }))!;
    await platform.last(2);
    await change({ dm: 'open', deny: { users: ['ann'], roles: ['muted'] } });
    expect(await edit('ann', 'ann')).toBe(false);
    expect(await edit('bob', 'group', { roles: ['muted'] })).toBe(false);
    expect(await textOf(memory.roomId)).toBe('mine');
    expect(await edit('bob', 'group')).toBe(true);
    expect(await textOf(said.roomId)).toBe('edited');
    // Removing is never refused.
    expect(await platform.host.remove(platform.key('ann', '1'))).toBe(true);
    expect(platform.shown).toHaveLength(2);
  });

  it('[security.8] of somebody whose pairing was revoked is refused, without a code', async () => {
    await start({ operators: ['root'] });
    await platform.dm('ann', 'hello');
    const code = /code is (\w+)/.exec(await platform.last(1))![1]!;
    const system = { kind: 'system' } as const;
    const { pairing } = await carrier.operations!.call('pairings.approve', { code }, system);
    const { memory } = (await platform.dm('ann', 'mine', { id: '1' }))!;
    await platform.last(3);
    expect(await edit('ann', 'ann')).toBe(true);
    await carrier.operations!.call('pairings.revoke', { pairing }, system);
    expect(await platform.edit('ann', '1', 'evil')).toBe(false);
    expect(await textOf(memory.roomId)).toBe('edited');
    await platform.dm('bob', 'hi');
    expect(await platform.last(4)).toMatch(/your pairing code|Your pairing code/);
    expect(platform.shown.filter(({ channel }) => channel === 'ann')).toHaveLength(3);
    expect((await carrier.operations!.call('pairings.list', {}, system)).requests).toMatchObject([
      { userId: 'bob' },
    ]);
  });

  it('of who is allowed by a role counts while they have it, also where the platform must be asked', async () => {
    const staff = new Set(['ann']);
    let asked = 0;
    platform.groupsOf = async ({ userId }) => {
      asked += 1;
      return staff.has(userId) ? ['staff'] : [];
    };
    await start({ dm: 'allowlist', allow: { roles: ['staff'] } });
    await platform.dm('ann', 'mine', { id: '1' });
    await platform.say('ann', 'ours', { id: '1', roles: ['staff'] });
    await platform.last(2);
    expect(await edit('ann', 'ann', { roles: undefined })).toBe(true);
    expect(await edit('ann', 'group', { roles: undefined })).toBe(true);
    expect(await edit('ann', 'group', { roles: ['guest'] })).toBe(false);
    await noted('ann', 'group', ['staff']);
    expect(await react('bob', 'group', { roles: undefined })).toBe(false);
    staff.clear();
    await expect.poll(() => edit('ann', 'group', { roles: undefined }), { timeout: 5000 }).toBe(false);
    expect(await edit('ann', 'ann', { roles: undefined })).toBe(false);
    platform.groupsOf = async () => Promise.reject(new Error('away'));
    expect(await edit('bob', 'group', { roles: undefined })).toBe(false);
    expect(asked).toBeGreaterThan(0);
  });

  it('[security.8] in a place that was let out is refused, and takes no code', async () => {
    await start({});
    await platform.say('ann', 'ours', { id: '1' });
    await platform.last(1);
    await noted('ann', 'group');
    const system = { kind: 'system' } as const;
    const { places } = await carrier.operations!.call('pairings.list', {}, system);
    await carrier.operations!.call('pairings.revoke', { pairing: places[0]!.pairing }, system);
    expect(await edit('ann', 'group', { home: true })).toBe(false);
    expect(await react('ann', 'group')).toBe(false);
    expect(await reactions()).toBe(0);
    expect((await carrier.operations!.call('pairings.list', {}, system)).placeRequests).toEqual([]);
    expect(await platform.host.remove(platform.key('group', '1'))).toBe(true);
  });

  it('uses no rate', async () => {
    await start({ dm: 'open', rate: { perUser: 2, windowSeconds: 600 } });
    await platform.dm('ann', 'mine', { id: '1' });
    for (let i = 0; i < 5; i++) expect(await platform.edit('ann', '1', `${i}`)).toBe(true);
    expect(await platform.dm('ann', 'second')).not.toBeNull();
  });
});

describe('a reaction', () => {
  it('[security.8] of somebody denied is no feedback, and may be taken back', async () => {
    await start({ deny: { users: ['eve'] } });
    await platform.say('ann', 'hello');
    await platform.last(1);
    await noted('ann', 'group');
    expect(await react('eve', 'group')).toBe(false);
    expect(await reactions()).toBe(0);
    await react('ann', 'group');
    await change({ deny: { users: ['ann'] } });
    expect(await react('ann', 'group', { removed: true })).toBe(true);
    expect(await reactions()).toBe(0);
  });

  it('[security.8] in a direct conversation counts only of the one whose it is', async () => {
    await start({ dm: 'open' });
    await platform.dm('ann', 'hello');
    await platform.last(1);
    await noted('ann', 'ann');
    expect(await react('eve', 'ann')).toBe(false);
    expect(await reactions()).toBe(0);
    expect(await react('ann', 'ann')).toBe(true);
    expect(await reactions()).toBe(1);
  });
});
