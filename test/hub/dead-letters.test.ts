/** Replies that are at fault themselves: their rooms go on, and operators hear of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { away, hour, minute, OutageHub, refused } from './outage.js';

let hub: OutageHub;
beforeEach(async () => {
  hub = new OutageHub();
  await hub.start();
});
afterEach(() => hub.home.dispose());

const poisoned = (error: () => Error) => {
  hub.platform.answer = ({ memory }) => (memory.content.text.includes('poison') ? error() : undefined);
};
const dead = async () => (await hub.undelivered('dead')).length;
const failing = async () => (await hub.undelivered('waiting')).filter((reply) => reply.failing);

describe('a poison reply', () => {
  it.each([
    ['refused for good', refused],
    ['answered by a 500', away],
  ])('%s holds up its room for ten minutes, and no other', async (_, error) => {
    poisoned(error);
    await hub.askInVain('ann', 'poison');
    await hub.ask('ann', 'two', 'three');
    await hub.ask('bob', 'hello');
    await until(() => hub.platform.in('bob').length === 1);
    hub.later(9 * minute);
    await hub.untilTried(1);
    expect([hub.platform.in('ann'), await dead()]).toEqual([[], 0]);
    // Others of the bot get through all the time.
    await hub.ask('cy', 'hello');
    await until(() => hub.platform.in('cy').length === 1);
    hub.later(minute);
    await until(async () => (await dead()) === 1);
    await until(() => hub.platform.in('ann').length === 2);
    expect(hub.platform.in('ann')).toEqual(['re: two', 're: three']);
    const [letter] = await hub.undelivered('dead');
    expect(letter!.error).toEqual({ code: 'delivery_failed', message: error().message });
  });

  it('where nothing else is delivered is found by those behind it', async () => {
    poisoned(refused);
    await hub.askInVain('ann', 'poison');
    await hub.ask('ann', 'two', 'three');
    hub.later(9.5 * minute);
    await hub.untilTried(1);
    expect(hub.platform.shown).toEqual([]);
    hub.later(0.6 * minute);
    await until(() => hub.platform.shown.length === 2);
    expect(hub.platform.in('ann')).toEqual(['re: two', 're: three']);
    await until(async () => (await dead()) === 1);
  });

  it('with nothing behind it is found by the next reply at once, however long later', async () => {
    poisoned(refused);
    await hub.askInVain('ann', 'poison');
    hub.later(5 * hour);
    await hub.untilTried(1);
    await until(async () => (await failing())[0]!.failing!.nextAt > hub.now() + minute);
    await hub.ask('ann', 'two');
    await until(() => hub.platform.shown.length === 1);
    await until(async () => (await dead()) === 1);
  });

  it('that gets no word of the platform at all, in a bot’s only room, does not silence that for a day', async () => {
    poisoned(away);
    await hub.askInVain('ann', 'poison');
    await hub.ask('ann', 'two');
    hub.later(1.1 * hour);
    await until(() => hub.platform.shown.length === 1);
    expect(hub.platform.in('ann')[0]).toContain('re: two');
    // It may pass yet, so it is not given up by that alone.
    expect(await dead()).toBe(0);
    hub.platform.answer = () => undefined;
    hub.later(15 * minute);
    await until(() => hub.platform.shown.length === 2);
  });

  it('is known after a restart: its ten minutes go on', async () => {
    poisoned(refused);
    await hub.askInVain('ann', 'poison');
    await hub.ask('ann', 'two');
    hub.later(6 * minute);
    await hub.untilTried(1);
    await hub.restart();
    hub.later(4.1 * minute);
    await until(() => hub.platform.in('ann').length === 1);
    await until(async () => (await dead()) === 1);
  });

  it('of several in a row: each has its time, and the room goes on', async () => {
    poisoned(refused);
    await hub.askInVain('ann', 'poison one');
    await hub.ask('ann', 'poison two', 'three');
    hub.later(10.1 * minute);
    await hub.untilTried(2);
    for (let quarter = 0; quarter < 3; quarter++) {
      hub.later(10.1 * minute);
      await hub.ask('bob', 'hello');
      await hub.meanwhile();
    }
    await until(() => hub.platform.in('ann').length === 1);
    expect(hub.platform.in('ann')).toEqual(['re: three']);
    await until(async () => (await dead()) === 2);
  });
});

describe('a platform that is away', () => {
  it.each([
    ['unreachable', away],
    ['refusing everything', refused],
  ])('%s for two hours gives up no reply, and then has them in order', async (_, error) => {
    hub.platform.answer = error;
    await hub.askInVain('ann', 'one');
    await hub.ask('ann', 'two', 'three');
    await hub.askInVain('bob', 'four');
    for (let ten = 0; ten < 12; ten++) {
      const tried = hub.untilTried(1);
      hub.later(15 * minute);
      await tried;
    }
    await hub.meanwhile();
    expect(await dead()).toBe(0);
    hub.platform.answer = () => undefined;
    hub.later(15 * minute);
    await until(() => hub.platform.shown.length === 4);
    expect(hub.platform.in('ann').map((text) => text.split('\n').at(-1))).toEqual([
      're: one',
      're: two',
      're: three',
    ]);
    expect(await dead()).toBe(0);
  });
});

describe('the operators’ room of an agent', () => {
  const room = { connector: 'telegram', channel: 'ops' };

  it('hears once of what was given up: how many, why, and how to send it again', async () => {
    await hub.restart({ operatorsRoom: room });
    poisoned(refused);
    for (const who of ['ann', 'bob', 'cy']) await hub.askInVain(who, 'poison');
    await hub.ask('dan', 'hello');
    await until(() => hub.platform.in('dan').length === 1);
    hub.later(10.1 * minute);
    await until(async () => (await dead()) === 3);
    await until(() => hub.platform.in('ops').length === 1);
    const [notice] = hub.platform.in('ops');
    expect(notice).toMatch(/^3 replies of Ada could not be delivered/);
    expect(notice).toContain('`delivery_failed: The platform does not take this text.`');
    expect(notice).toContain('`carrier deliveries send-all-again assistant`');
    // What the agent said is nobody's business there.
    expect(notice).not.toContain('poison');
    // Nothing more for some minutes.
    await hub.askInVain('eve', 'poison');
    await hub.ask('dan', 'again');
    // Somebody else's reply gets through: only then it is eve's own that is refused.
    await until(() => hub.platform.in('dan').length === 2);
    hub.later(10.1 * minute);
    await until(async () => (await dead()) === 4);
    await hub.meanwhile();
    expect(hub.platform.in('ops')).toHaveLength(1);
  });

  it('hears at a stop of what it has not heard yet, when the hub is back', async () => {
    await hub.restart({ operatorsRoom: room });
    poisoned(refused);
    await hub.askInVain('ann', 'poison');
    await hub.ask('dan', 'hello');
    await until(() => hub.platform.in('dan').length === 1);
    hub.later(10.1 * minute);
    await until(async () => (await dead()) === 1);
    await hub.restart({ operatorsRoom: room });
    await until(() => hub.platform.in('ops').length === 1);
    expect(hub.platform.in('ops')[0]).toMatch(/^A reply of Ada/);
  });

  it('hears nothing of what could not be said there, so it never goes round', async () => {
    await hub.restart({ operatorsRoom: room });
    hub.platform.answer = ({ to }) => (to.channel === 'ops' ? refused() : undefined);
    await hub.askInVain('ops', 'hello');
    await hub.ask('dan', 'hello');
    await until(() => hub.platform.in('dan').length === 1);
    hub.later(10.1 * minute);
    await until(async () => (await dead()) === 1);
    hub.platform.answer = () => undefined;
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(hub.platform.in('ops')).toEqual([]);
  });

  it('that names no connector is a problem of the agent', async () => {
    await hub.restart({ operatorsRoom: { ...room, connector: 'telegraph' } });
    await until(() => hub.carrier.problems().some(({ field }) => field === 'operatorsRoom.connector'));
  });
});
