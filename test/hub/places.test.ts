/** Who lets the agent into a place where groups talk, and who does not. */
import { hkdfSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { roomIdOf } from '../../src/core/memory.js';
import { Buttons } from '../../src/intake/buttons.js';
import { createLogger } from '../../src/logger.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const secret = 'a secret of this test';
const system = { kind: 'system' } as const;

let home: Home;
let platform: Platform;
let carrier: Carrier;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
});
afterEach(() => home.dispose());

const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
const start = async (telegram: object = {}, others: Platform[] = []) => {
  const connectors = { telegram: { operators: ['root'], ...telegram }, slack: { operators: ['root'] } };
  for (const id of ['assistant', 'other'])
    home.character(id, { name: 'Ada', bio: '.', plugins: [], connectors });
  const parts = { connectors: [platform, ...others], model };
  carrier = await home.carrier(parts, { CARRIER_CALLBACK_SECRET: secret });
};
type More = Parameters<Platform['say']>[2];
/** In a group that somebody made. */
const say = (author: string, text: string, more: More = {}, on = platform) =>
  on.say(author, text, { home: false, ...more });
const codeIn = (text: string) => /code is ([A-Z0-9]{8}),/.exec(text)![1]!;
/** The code that a new group is told. */
const codeOf = async (channel: string, more: More = {}) => {
  expect(await say('eve', 'hello', { channel, ...more })).toBeNull();
  await until(() => platform.shown.some((one) => one.channel === channel && /Its code is/.test(one.text)));
  return codeIn(platform.shown.findLast((one) => one.channel === channel)!.text);
};
const list = () => carrier.operations!.call('pairings.list', {}, system);
const approve = (code: string) => carrier.operations!.call('pairings.approve', { code }, system);
const revoke = (pairing: string) => carrier.operations!.call('pairings.revoke', { pairing }, system);
/** Pairs somebody who writes directly. */
const pair = async (author: string) => {
  await platform.dm(author, 'hello');
  await until(() => platform.shown.some(({ channel }) => channel === author));
  const { requests } = await list();
  return (await approve(requests.find(({ userId }) => userId === author)!.code)).pairing;
};
const toldIn = (channel: string) => platform.shown.filter((one) => one.channel === channel);

describe('a new place', () => {
  it('[security.7] [telegram.13] is told a code once, and nobody there is served', async () => {
    await start();
    // Talk that is not for the agent is no reason to speak up.
    expect(await say('eve', 'talk', { addressed: false })).toBeNull();
    for (const [author, id] of [
      ['eve', '1'],
      ['eve', '1'],
      ['bob', '2'],
      ['eve', '3'],
    ] as const)
      expect(await say(author, 'hello', { id })).toBeNull();
    expect(await platform.command('eve', 'help', '', false, false)).toBeNull();
    const inThread = { ...platform.source('group'), thread: 'topic' };
    const message = { agentId: 'assistant', source: inThread, direct: false, author: { id: 'eve' } };
    expect(await platform.host.receive({ ...message, text: 'here?' })).toBeNull();
    expect(await platform.last(1)).toMatch(/I do not serve this place yet/);
    await say('bob', 'hello', { channel: 'another' });
    await until(() => toldIn('another').length === 1);
    expect(toldIn('group')).toHaveLength(1);
    const { memory } = platform.shown[0]!.outbound;
    expect((await platform.host.history(memory.roomId, { limit: 5 })).items).toEqual([]);
  });

  it('is served once an operator approves there, and its members learn it', async () => {
    await start();
    const code = await codeOf('group');
    expect(await say('root', 'hello')).toBeNull();
    await say('root', `/approve ${code.toLowerCase()}`);
    await until(() => toldIn('group').length === 3);
    expect(
      toldIn('group')
        .map(({ text }) => text)
        .sort(),
    ).toEqual([
      expect.stringMatching(/^I am Ada/),
      'I am let in here. What can I do for you?',
      'The place is let in.',
    ]);
    expect(await say('eve', 'now?')).not.toBeNull();
    expect(await say('bob', 'now?', { addressed: false })).toBeNull();
    // Of a platform without servers, another group is another place.
    expect(await say('eve', 'now?', { channel: 'another' })).toBeNull();
  });

  it('is a whole server, where the platform has such', async () => {
    await start();
    const guild = { tenant: 'guild', channel: 'hall' };
    await approve(await codeOf('hall', guild));
    expect(await say('eve', 'hi', { ...guild, channel: 'yard' })).not.toBeNull();
    expect(await say('eve', 'hi', { channel: 'hall', tenant: 'another' })).toBeNull();
    const { places } = await list();
    expect(places).toMatchObject([{ agentId: 'assistant', connector: 'telegram', tenant: 'guild' }]);
    expect(places[0]).not.toHaveProperty('channel');
  });

  it('is listed with who asked, and is let out again', async () => {
    await start();
    const code = await codeOf('group');
    const { placeRequests } = await list();
    expect(placeRequests).toMatchObject([
      { code, channel: 'group', askedBy: { userId: 'eve', name: 'eve' } },
    ]);
    const { pairing, userId } = await approve(code);
    expect(userId).toBeUndefined();
    expect((await list()).placeRequests).toEqual([]);
    expect(await revoke(pairing)).toMatchObject({ pairing, channel: 'group' });
    await expect(revoke(pairing)).rejects.toMatchObject({ code: 'pairing_unknown' });
    expect((await list()).places).toEqual([]);
    // A used code is worth nothing, and the next one is another.
    await expect(approve(code)).rejects.toMatchObject({ code: 'pairing_unknown' });
    expect(await say('eve', 'still?', { id: '9' })).toBeNull();
    await until(() => toldIn('group').filter(({ text }) => /Its code is/.test(text)).length === 2);
    expect(codeIn(toldIn('group').at(-1)!.text)).not.toBe(code);
  });

  it('survives a restart, both ways', async () => {
    await start();
    const code = await codeOf('group');
    await carrier.stop();
    await start();
    expect(await say('eve', 'hello?')).toBeNull();
    await approve(code);
    await carrier.stop();
    await start();
    expect(await say('eve', 'hello?')).not.toBeNull();
    expect(toldIn('group').filter(({ text }) => /Its code is/.test(text))).toHaveLength(1);
  });
});

describe('a place that needs no code', () => {
  it.each([
    [{ channels: ['yard'] }, { channel: 'yard' }],
    [{ tenants: ['guild'] }, { channel: 'any', tenant: 'guild' }],
  ])('is one of %j', async (allow, where) => {
    await start({ allow });
    expect(await say('eve', 'hi', where)).not.toBeNull();
    expect(await say('eve', 'hi', { ...where, tenant: 'other', channel: 'other' })).toBeNull();
  });

  it.each([
    ['pairing', [true, true, false]],
    ['allowlist', [true, true, false]],
    ['open', [true, true, true]],
  ] as const)('with "places": "%s"', async (places, served) => {
    await start({ places });
    const home = await say('eve', 'hi', { home: true });
    const again = await platform.command('eve', 'help', '', false, false);
    const stranger = await say('eve', 'hi', { channel: 'theirs' });
    // What does not say that it is home is known by its place, except on a list of places.
    const known = places === 'allowlist' ? again === null : again !== null;
    expect([home !== null, known, stranger !== null]).toEqual(served);
    if (places === 'allowlist') expect(toldIn('theirs')).toEqual([]);
  });

  it('is no place that is denied', async () => {
    await start({ places: 'open', deny: { tenants: ['guild'] } });
    expect(await say('eve', 'hi', { tenant: 'guild', home: true })).toBeNull();
    expect(await say('root', '/approve ABCDEFGH', { tenant: 'guild' })).toBeNull();
    expect(platform.shown).toEqual([]);
  });
});

describe('a place’s code', () => {
  it('[security.7] is of no use to strangers, in their own group, another or a direct message', async () => {
    await start({ dm: 'open' });
    const code = await codeOf('group');
    expect(await say('eve', `/approve ${code}`)).toBeNull();
    expect(await platform.command('eve', 'approve', code, false, false)).toBeNull();
    expect(await platform.command('eve', 'approve', code)).toMatch(/for the operators/);
    await say('eve', `/approve ${code}`, { channel: 'ours', home: true });
    await until(() => toldIn('ours').some(({ text }) => /for the operators/.test(text)));
    expect((await list()).places.map(({ channel }) => channel)).toEqual(['ours']);
  });

  it('is approved by whom an operator paired, who cannot let in people', async () => {
    await start();
    const pairing = await pair('ann');
    const code = await codeOf('group');
    await platform.dm('bob', 'hello');
    await until(() => toldIn('bob').length === 1);
    const { requests } = await list();
    const forOperators = '/approve is for the operators of this agent.';
    expect(await platform.command('ann', 'approve', requests[0]!.code)).toBe(forOperators);
    // Whether a code is somebody's they do not learn either.
    expect(await platform.command('ann', 'approve', 'ABCDEFGH')).toBe(forOperators);
    expect(await platform.command('ann', 'help')).toMatch(/^\/approve: let in the person or the place/m);
    await revoke(pairing);
    expect(await platform.command('ann', 'approve', code)).not.toBe('The place is let in.');
    expect(await say('ann', `/approve ${code}`)).toBeNull();
    expect((await list()).places).toEqual([]);
    await pair('kim');
    expect(await platform.command('kim', 'approve', code)).toBe('The place is let in.');
    expect(await say('eve', 'now?')).not.toBeNull();
  });

  it('is approved in the place itself by somebody paired, and one that is denied approves nothing', async () => {
    await start({ deny: { users: ['mallory'] } });
    await pair('ann');
    const code = await codeOf('group');
    expect(await say('mallory', `/approve ${code}`)).toBeNull();
    expect(await say('ann', 'hello')).toBeNull();
    expect(await say('ann', '/approve ABCDEFGH')).toBeNull();
    await until(() => toldIn('group').at(-1)!.text === '/approve is for the operators of this agent.');
    await say('ann', `/approve ${code}`);
    await until(() => toldIn('group').some(({ text }) => text === 'The place is let in.'));
    expect(await say('eve', 'now?')).not.toBeNull();
  });

  it('is good for its agent and its platform alone', async () => {
    const [other, slack] = [new Platform('telegram', 'other'), new Platform('slack')];
    await start({}, [other, slack]);
    const code = await codeOf('group');
    expect(await other.command('root', 'approve', code)).toMatch(/No such code/);
    expect(await slack.command('root', 'approve', code)).toMatch(/No such code/);
    await platform.command('root', 'approve', code);
    expect(await say('eve', 'hi')).not.toBeNull();
    expect(await say('eve', 'hi', {}, other)).toBeNull();
    expect(await say('eve', 'hi', {}, slack)).toBeNull();
  });
});

describe('no way around a place that is not in', () => {
  it('is a button, a command, a reaction or an edit', async () => {
    await start();
    const { memory } = (await platform.say('ann', 'ours', { id: '1' }))!;
    await platform.last(1);
    const { pairing } = (await list()).places[0]!;
    const key = () => new Uint8Array(hkdfSync('sha256', secret, '', 'carrier buttons', 32));
    const { payload } = await new Buttons(carrier.store.notes, key, createLogger('silent')).mint({
      ...{ agentId: 'assistant', roomId: roomIdOf('assistant', platform.source('group')) },
      ...{ text: 'yes please', label: 'Yes', direct: false },
    });
    await revoke(pairing);
    const pressed = await platform.press('ann', payload, 'group').catch((error: Error) => error.message);
    expect(pressed).not.toMatch(/You chose/);
    expect(await platform.command('ann', 'status', '', false, true)).toBeNull();
    const key1 = { key: platform.key('group', '1'), author: { id: 'ann' }, roles: [] };
    expect(await platform.host.edit({ ...key1, text: 'let me in', home: true })).toBe(false);
    const { items } = await platform.host.history(memory.roomId, { limit: 9 });
    expect(items.map(({ content }) => content.text)).toEqual(['ours', 'echo ours']);
  });
});
