/** The gate of gateways that share a Redis and a MongoDB: what one of them knows, all know. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

describe.skipIf(noRedis)(noRedis ? `gateways (skipped: ${noRedis})` : 'gateways and a worker', () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  let home: Home;
  let platforms: Platform[];
  let databases = 0;
  let model: ReturnType<typeof scriptedModel>;
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
  });
  afterAll(async () => {
    await redis?.stop();
    await mongo?.stop();
  });
  beforeEach(() => {
    home = new Home();
    platforms = [new Platform(), new Platform()];
    databases++;
  });
  afterEach(() => home.dispose());

  const start = async (telegram: object) => {
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: { telegram } });
    const shared = { REDIS_URL: redis.url, ...mongo.settings(`gate${databases}`) };
    const gateway = (platform: Platform) =>
      home.carrier({ connectors: [platform] }, { ...shared, CARRIER_ROLE: 'gateway' });
    const worker = home.carrier({ model: () => model }, { ...shared, CARRIER_ROLE: 'worker' });
    return Promise.all([gateway(platforms[0]!), gateway(platforms[1]!), worker]);
  };
  const shown = () => platforms.flatMap(({ texts }) => texts);
  const shows = (text: string | RegExp) => until(() => shown().some((one) => one.match(text) !== null));

  it('count rates together', async () => {
    model = scriptedModel((request) => `echo ${lastSaid(request)}`);
    await start({ dm: 'open', rate: { perUser: 3, windowSeconds: 600 } });
    const receipts = [];
    for (let i = 0; i < 6; i++) receipts.push(await platforms[i % 2]!.dm('ann', `${i}`));
    expect(receipts.map((receipt) => receipt !== null)).toEqual([true, true, true, false, false, false]);
    await shows(/a little fast/);
    expect(shown().filter((text) => /a little fast/.test(text))).toHaveLength(1);
  });

  it('stop a turn wherever it runs', async () => {
    model = scriptedModel(
      (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await start({ dm: 'open' });
    await platforms[0]!.dm('ann', 'slow');
    await until(() => model.requests.length === 1);
    expect(await platforms[1]!.command('ann', 'stop')).toBeNull();
    await shows('Stopped.');
    expect(model.requests).toHaveLength(1);
  });

  it('know of pairings, new conversations and buttons of one another', async () => {
    model = scriptedModel((request) => `echo ${lastSaid(request)}`);
    const [, second] = await start({ operators: ['root'] });
    await platforms[0]!.dm('ann', 'hello');
    await shows(/code is/);
    const code = /code is (\w+)/.exec(shown()[0]!)![1]!;
    await second!.operations!.call('pairings.approve', { code }, { kind: 'system' });
    await shows(/let in/);
    await platforms[0]!.dm('ann', 'first');
    await shows('echo first');
    expect(await platforms[1]!.command('ann', 'new')).toMatch(/new conversation/);
    await platforms[0]!.dm('ann', 'second');
    await shows('echo second');
    expect(model.requests[1]!.messages.map(({ text }) => text)).toEqual(['second']);
    await platforms[0]!.dm('ann', '/forget');
    await shows(/2 messages, 2 replies/);
    const asked = platforms.flatMap((platform) => platform.shown).find(({ text }) => /2 replies/.test(text));
    const [button] = asked!.outbound.memory.content.buttons!;
    expect(await platforms[1]!.press('ann', button!.payload)).toBe('Forgotten: 2 messages, 2 replies.');
  });

  it('[telegram.1] carry a command out once together, whichever of them it comes to, and how often', async () => {
    model = scriptedModel((request) => `echo ${lastSaid(request)}`);
    await start({ dm: 'open' });
    const { memory } = (await platforms[0]!.dm('ann', 'my PIN is 4711', { id: 'pin' }))!;
    await shows('echo my PIN');
    const both = () =>
      Promise.all(platforms.map((platform) => platform.dm('ann', '/forget yes', { id: 'f' })));
    await both();
    await shows(/Forgotten: 2 memories/);
    await platforms[1]!.dm('ann', 'call me Ann');
    await shows('echo call me Ann');
    await both();
    const { items } = await platforms[0]!.host.history(memory.roomId, { limit: 10 });
    expect(items.map(({ content }) => content.text)).toEqual(['call me Ann', 'echo call me Ann']);
    expect(shown().filter((text) => /Forgotten|nothing that I remember/.test(text))).toHaveLength(1);
    // [telegram.2] What one of them forgot, the other takes no more.
    expect(await platforms[1]!.dm('ann', 'my PIN is 4711', { id: 'pin' })).toBeNull();
  });

  it('[slack.2] know in which threads the agent was addressed, and whom a copy stands for', async () => {
    model = scriptedModel((request) => `echo ${lastSaid(request)}`);
    await start({ context: true });
    const thread = { thread: 't1', threaded: true };
    await platforms[0]!.say('ann', 'question', { ...thread, id: '1' });
    await platforms[1]!.say('bob', 'a follow-up', { ...thread, addressed: false });
    await shows(/a follow-up$/);
    // [discord.11] The copy comes by one gateway, the deletion by the other.
    const hook = { author: { id: 'hook', bot: true }, proxy: true, ...thread };
    expect(await platforms[1]!.say('hook', 'question', { ...hook, id: '2' })).toMatchObject({
      duplicate: true,
    });
    expect(await platforms[0]!.host.remove(platforms[0]!.key('group', '1'))).toBe(true);
    expect(await platforms[0]!.host.remove(platforms[0]!.key('group', '2'))).toBe(true);
    // [slack.10] An edit by the other gateway.
    await platforms[0]!.say('ann', 'lunch?', { id: '5', addressed: false });
    await platforms[1]!.editSaid('ann', '5', '@Ada lunch?', true);
    await shows('echo @Ada lunch?');
  });
});
