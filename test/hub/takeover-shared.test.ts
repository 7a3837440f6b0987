/** Rooms that people take over, where several processes share a Redis and a database: taken over in one, it counts in all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InputOf, OperationName } from '../../src/operations/operations.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe.skipIf(noRedis)(noRedis ? `takeover (skipped: ${noRedis})` : 'a room of several processes', () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  const home = new Home();
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
  });
  afterAll(async () => {
    await home.dispose();
    await redis?.stop();
    await mongo?.stop();
  });

  it('[governed.41] [governed.43] is taken over in one process, and silent, answered and handed back in all', async () => {
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [], memory: { facts: { extract: 'off' } } },
      connectors: { telegram: { dm: 'open', operators: ['root'] } },
    });
    const settings = { REDIS_URL: redis.url, ...mongo.settings('takeover'), CARRIER_SWEEP_MS: '300' };
    const model = scriptedModel((request, signal) =>
      lastSaid(request) === 'slow' ? hang(signal) : `echo ${lastSaid(request)}`,
    );
    const [platform, elsewhere] = [new Platform(), new Platform()];
    const gateway = (platform: Platform) =>
      home.carrier({ connectors: [platform] }, { ...settings, CARRIER_ROLE: 'gateway' });
    const [one, other] = await Promise.all([
      gateway(platform),
      gateway(elsewhere),
      home.carrier({ model: () => model }, { ...settings, CARRIER_ROLE: 'worker' }),
    ]);
    const call = <Name extends OperationName>(carrier: typeof one, name: Name, input: InputOf<Name>) =>
      carrier!.operations!.call(name, input, { kind: 'system' });
    const shown = () => [...platform.texts, ...elsewhere.texts];

    const { memory } = (await platform.dm('ann', 'slow'))!;
    const { roomId } = memory;
    await until(() => model.requests.length === 1);
    await call(other, 'rooms.takeOver', { roomId, name: 'Kim' });
    // Its turn runs in a third process: it ends without a word.
    await until(async () => (await one!.store.memories.get(memory.id))!.status === 'handled');
    const stopped = (await one!.store.memories.get(memory.id))!.turnId!;
    expect(await one!.store.turns.get(stopped)).toMatchObject({ status: 'stopped', replyId: null });
    // What was let in by whoever had not heard yet makes no turn, either, then or later.
    const late = (await platform.dm('ann', 'are you there?'))!.memory;
    await until(async () => (await one!.store.memories.get(late.id))!.status !== 'pending');
    await call(one, 'rooms.answer', { roomId, text: 'Kim is.', name: 'Kim' });
    await until(() => shown().includes('Kim is.'));
    await call(one, 'rooms.handBack', { roomId });
    await platform.dm('ann', 'thanks');
    await until(() => shown().includes('echo thanks'));
    expect(shown()).toEqual(['Kim is.', 'echo thanks']);
    expect(model.requests).toHaveLength(2);
    const told = JSON.stringify(model.requests[1]);
    expect(told).toContain('are you there?');
    expect(told).toContain('Kim is.');
    expect(told).toContain('handed back to you');
  }, 60_000);
});
