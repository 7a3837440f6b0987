import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel, textsOf } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
let model: ReturnType<typeof scriptedModel>;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  model = scriptedModel((request) => `echo ${lastSaid(request)}`);
});
afterEach(() => home.dispose());

const start = async (telegram?: object) => {
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    ...(telegram && { connectors: { telegram } }),
  });
  carrier = await home.carrier({ connectors: [platform], model: () => model });
};
/** Whoever is answered, in the order of the messages. */
const answered = async (count: number) => {
  await until(() => platform.shown.length >= count);
  return platform.texts.map((text) => text.replace(/^echo /, ''));
};

describe('direct messages', () => {
  it('are answered from everyone where they are open', async () => {
    await start({ dm: 'open' });
    await platform.dm('ann', 'hello');
    expect(await answered(1)).toEqual(['hello']);
  });

  it('are answered from those on the list, by name, role or office, and others are told nothing', async () => {
    await start({ dm: 'allowlist', allow: { users: ['ann'], roles: ['staff'] }, operators: ['root'] });
    expect(await platform.dm('eve', 'let me in')).toBeNull();
    for (const [who, roles] of [['ann'], ['bob', ['staff']], ['root']] as [string, string[]?][])
      await platform.dm(who, `I am ${who}`, { roles });
    expect((await answered(3)).sort()).toEqual(['I am ann', 'I am bob', 'I am root']);
    expect(platform.shown).toHaveLength(3);
  });

  it('begin with a code as a rule', async () => {
    await start();
    expect(await platform.dm('ann', 'hello')).toBeNull();
    expect(await platform.last(1)).toMatch(/I do not know you yet.*code is [A-Z2-9]{8}\b/s);
    expect(model.requests).toEqual([]);
  });

  it('from bots are dropped, operator or not', async () => {
    await start({ dm: 'open', operators: ['robot'] });
    expect(await platform.dm('robot', 'beep', { author: { id: 'robot', bot: true } })).toBeNull();
  });
});

describe('groups', () => {
  const overheard = { addressed: false };

  it('are answered when the agent is meant, and not stored otherwise', async () => {
    await start();
    expect(await platform.say('ann', 'talk', overheard)).toBeNull();
    const receipt = await platform.say('ann', 'Ada?', { addressed: true });
    expect(await answered(1)).toEqual(['Ada?']);
    const { items } = await platform.host.history(receipt!.memory.roomId, { limit: 10 });
    expect(items.map(({ content }) => content.text)).toEqual(['Ada?', 'echo Ada?']);
  });

  it('are listened to where that is wanted, and the talk is there when a question comes', async () => {
    await start({ context: true });
    const kept = await platform.say('ann', 'the ship is called Argo', overheard);
    expect(kept!.memory.status).toBe('kept');
    expect((await platform.say('ann', 'x'.repeat(40_000), overheard)) ?? null).toBeNull();
    expect(model.requests).toEqual([]);
    await platform.say('bob', 'what is it called?');
    await until(() => platform.shown.length === 1);
    expect(textsOf(model.requests[0]!)).toEqual(['ann: the ship is called Argo', 'bob: what is it called?']);
  });

  it('are answered always, by keyword, or never', async () => {
    await start({ groups: 'always' });
    await platform.say('ann', 'anything', overheard);
    expect(await answered(1)).toEqual(['anything']);
    await carrier.stop();
    await start({ groups: 'keyword', keywords: ['ship', 'c++', 'ÄRGER'] });
    for (const text of ['shipping', 'my SHIP!', 'I like C++.', 'c', 'großer ärger', 'nothing'])
      await platform.say('ann', text, { ...overheard, channel: text });
    await until(() => platform.shown.length === 4);
    expect((await answered(4)).slice(1).sort()).toEqual(['I like C++.', 'großer ärger', 'my SHIP!']);
    await carrier.stop();
    await start({ groups: 'off', context: true });
    expect(await platform.say('ann', 'Ada?')).toBeNull();
    expect(await platform.say('ann', 'talk', overheard)).toBeNull();
  });

  it('are bound to places and people by lists, and a denial wins', async () => {
    await start({
      allow: { users: ['ann', 'eve'], roles: ['staff'], channels: ['yard'], tenants: ['guild'] },
      deny: { users: ['eve'], roles: ['muted'] },
      operators: ['root'],
    });
    const at = { channel: 'yard', tenant: 'guild' };
    expect(await platform.say('ann', 'wrong channel', { ...at, channel: 'hall' })).toBeNull();
    expect(await platform.say('ann', 'wrong guild', { ...at, tenant: 'other' })).toBeNull();
    expect(await platform.say('bob', 'nobody', at)).toBeNull();
    expect(await platform.say('eve', 'denied', at)).toBeNull();
    expect(await platform.say('ann', 'muted', { ...at, roles: ['muted'] })).toBeNull();
    expect(await platform.say('ann', 'yes', at)).not.toBeNull();
    expect(await platform.say('bob', 'staff', { ...at, roles: ['staff'] })).not.toBeNull();
    expect(await platform.say('root', 'anywhere', { channel: 'hall' })).not.toBeNull();
    const inThread = { ...platform.source('hall', undefined, 'guild'), thread: 'yard' };
    const message = { agentId: 'assistant', direct: false, author: { id: 'ann' }, text: 'in a thread' };
    expect(await platform.host.receive({ ...message, source: inThread })).not.toBeNull();
  });
});

describe('rates', () => {
  it('are told once to a person, and do not touch others', async () => {
    await start({ dm: 'open', rate: { perUser: 2, windowSeconds: 600 } });
    for (const text of ['1', '2', '3', '4', '5']) await platform.dm('ann', text);
    await platform.dm('bob', 'mine');
    await until(() => platform.texts.includes('echo mine'));
    await until(() => platform.texts.some((text) => /a little fast/.test(text)));
    const told = platform.texts.filter((text) => /a little fast.*\d+ seconds/.test(text));
    expect(told).toHaveLength(1);
    const room = (await platform.dm('ann', 'more')) ?? null;
    expect(room).toBeNull();
    expect(platform.texts.join()).not.toMatch(/echo [345]/);
  });

  it('count for a room too, and let a command to stop through', async () => {
    await start({ rate: { perRoom: 1, windowSeconds: 600 } });
    await platform.say('ann', 'one');
    await answered(1);
    await platform.say('bob', 'two');
    expect(await platform.last(2)).toMatch(/a lot going on/);
    await platform.say('bob', '/stop');
    expect(await platform.last(3)).toBe('There is nothing to stop.');
  });

  it('end with their window', async () => {
    await start({ dm: 'open', rate: { perUser: 1, windowSeconds: 1 } });
    await platform.dm('ann', 'one');
    await platform.dm('ann', 'two');
    await until(async () => (await platform.dm('ann', 'again')) !== null);
  });
});

describe('over HTTP', () => {
  it('what the gate says is an error of the request', async () => {
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { http: { deny: { users: ['eve'] }, rate: { perUser: 2, windowSeconds: 600 } } },
    });
    home.character('shy', { name: 'Shy', bio: '.', plugins: [], connectors: { http: { dm: 'pairing' } } });
    const hub = await home.hub({ model: () => model });
    const { post, send } = api(hub.url, hub.token.secret);
    const refused = async (agent: string, userId: string) => {
      const response = await post(agent, { text: 'hi', userId });
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await refused('assistant', 'eve')).toEqual([403, 'not_allowed']);
    expect(await refused('shy', 'ann')).toEqual([403, 'not_allowed']);
    expect((await send('assistant', { text: 'hi', userId: 'ann' })).reply!.text).toBe('echo hi');
    await send('assistant', { text: '/status', userId: 'ann' });
    const late = await post('assistant', { text: 'hi', userId: 'ann' });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused('assistant', 'ann')).toEqual([429, 'rate_limited']);
  });
});
