/** How often a whole place may write, and accounts of one person together. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { Arrival } from '../../src/intake/gate.js';
import { Rates } from '../../src/intake/rates.js';
import { InProcessRates } from '../../src/rate/in-process.js';
import { api } from '../support/api.js';
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

const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
const start = async (rate: object) => {
  const telegram = { dm: 'open', rate: { windowSeconds: 600, ...rate } };
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: { telegram } });
  carrier = await home.carrier({ connectors: [platform], model });
};
const notices = () => platform.texts.filter((text) => /a lot going on/.test(text));
const limited = async () =>
  (await carrier.metrics()).body.split('\n').filter((line) => line.startsWith('carrier_limited_total'));

describe('the rate of a place', () => {
  it('counts all its rooms and threads together, tells it once, and touches no other place', async () => {
    await start({ perPlace: 3 });
    const guild = { tenant: 'guild' };
    const said = [
      await platform.say('ann', '1', { ...guild, channel: 'hall' }),
      await platform.say('bob', '2', { ...guild, channel: 'yard' }),
      await platform.say('cid', '3', { ...guild, channel: 'yard', thread: 't' }),
      await platform.say('dan', '4', { ...guild, channel: 'cellar' }),
      await platform.say('eve', '5', { ...guild, channel: 'hall', thread: 'u' }),
    ];
    expect(said.map((receipt) => receipt !== null)).toEqual([true, true, true, false, false]);
    expect(await platform.say('ann', 'elsewhere', { tenant: 'other', channel: 'hall' })).not.toBeNull();
    await until(() => platform.texts.includes('echo elsewhere') && notices().length > 0);
    expect(platform.shown.find(({ text }) => /a lot going on.*\d+ seconds/.test(text))).toMatchObject({
      channel: 'cellar',
    });
    expect(notices()).toHaveLength(1);
    expect(await limited()).toEqual(['carrier_limited_total{limit="place"} 2']);
  });

  it('where a platform has no servers is that of a group with its threads, and of a direct conversation', async () => {
    await start({ perPlace: 2 });
    const said = [
      await platform.say('ann', '1', { channel: 'one' }),
      await platform.say('bob', '2', { channel: 'one', thread: 't' }),
      await platform.say('cid', '3', { channel: 'one', thread: 'u' }),
      await platform.say('cid', '4', { channel: 'two' }),
      await platform.dm('ann', '5'),
    ];
    expect(said.map((receipt) => receipt !== null)).toEqual([true, true, false, true, true]);
  });

  it('stands beside those of persons and rooms: what they refuse does not count for it', async () => {
    await start({ perUser: 2, perRoom: 3, perPlace: 5 });
    const at = (channel: string) => ({ tenant: 'guild', channel });
    const heard = async (author: string, channel: string) =>
      (await platform.say(author, `${author} in ${channel}`, at(channel))) !== null;
    expect([await heard('ann', 'a'), await heard('ann', 'a'), await heard('ann', 'a')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([await heard('bob', 'a'), await heard('bob', 'a')]).toEqual([true, false]);
    expect([await heard('cid', 'b'), await heard('cid', 'b')]).toEqual([true, true]);
    // Five were heard; this person and this room are within theirs.
    expect(await heard('dan', 'c')).toBe(false);
    expect((await limited()).sort()).toEqual(
      ['person', 'place', 'room'].map((limit) => `carrier_limited_total{limit="${limit}"} 1`),
    );
    expect(await platform.say('dan', '/stop', at('c'))).toBeNull();
    await until(() => platform.texts.includes('There is nothing to stop.'));
  });

  it('is none where nothing is said, and over HTTP that of the tenant', async () => {
    await start({ perUser: 0, perRoom: 0 });
    for (let n = 0; n < 200; n++) expect(await platform.dm('ann', `${n}`)).not.toBeNull();
    await carrier.stop();
    const http = { rate: { perPlace: 2, windowSeconds: 600 } };
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: { http } });
    const hub = await home.hub({ model });
    const { post } = api(hub.url, hub.token.secret);
    const statuses = [];
    for (const roomId of ['one', 'two', 'three'])
      statuses.push((await post('assistant', { text: 'hi', userId: roomId, roomId })).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe('the rate of a person', () => {
  const said = (connector: string, id: string, messageId: string) =>
    ({
      message: {
        ...{ agentId: 'ada', author: { id } },
        source: { connector, tenant: 'default', channel: id, messageId },
      },
      agent: { id: 'ada' },
      settings: { rate: { perUser: 2, perRoom: 0, perPlace: 0, windowSeconds: 600 } },
    }) as unknown as Arrival;

  it('counts linked accounts as one, and others apart', async () => {
    const people: Record<string, string> = { 'slate/ann': 'Ann', 'pager/a.b': 'Ann' };
    const rates = new Rates({
      counter: new InProcessRates(),
      personKeyOf: async ({ connector, userId }) =>
        people[`${connector}/${userId}`] ?? `${connector}/${userId}`,
    });
    const kinds = [];
    for (const [connector, id] of [
      ['slate', 'ann'],
      ['pager', 'a.b'],
      ['slate', 'ann'],
      ['pager', 'a.b'],
      ['pager', 'ann'],
    ] as const)
      kinds.push((await rates.rule(said(connector, id, `${kinds.length}`))).kind);
    expect(kinds).toEqual(['pass', 'pass', 'notice', 'drop', 'pass']);
  });
});
