/** Web chat over two gateways: what one of them delivers is shown at once by the page that is open at the other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../../src/hub.js';
import { ScriptedModel } from '../../../src/testing/script.js';
import { Home } from '../../support/hub.js';
import { noRedis, RedisServer } from '../../support/redis.js';
import { SharedDatabase } from '../../support/shared-database.js';
import { ask } from '../../support/tokens.js';
import { until } from '../../support/until.js';

/** Far below the 15 s after which a stream looks by itself. */
const soonMs = 6000;

describe.skipIf(noRedis)(`a web chat over two gateways${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  const home = new Home();
  let hubs: Hub[];
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    home.character('assistant', { name: 'Ada', bio: '.', connectors: { webchat: { perAddress: 0 } } });
    const shared = { REDIS_URL: redis.url, ...mongo.settings('webchat') };
    const start = () => home.hub({ model: () => new ScriptedModel() }, shared);
    hubs = [await start(), await start()];
  });
  afterAll(async () => {
    await home.dispose();
    await redis?.stop();
    await mongo?.stop();
  });

  it('tells the notices of other processes as fast as its own', async () => {
    const call = async (hub: Hub, path: string, body?: object, token = '') =>
      (await ask(hub.url, token, [body ? 'POST' : 'GET', `/webchat/assistant${path}`], body)).body;
    const { token } = await call(hubs[0]!, '/visitor', {});
    const ending = new AbortController();
    /** How often each page was told to look again. */
    const told = [0, 0];
    const reading = hubs.map(async ({ url }, at) => {
      const stream = await fetch(`${url}/webchat/assistant/live`, {
        headers: { authorization: `Bearer ${token}` },
        signal: ending.signal,
      });
      for await (const bytes of stream.body!)
        told[at]! += Buffer.from(bytes).toString().split('event: reset').length - 1;
    });
    await until(() => told.every((count) => count > 0));
    // Either of them delivers; of so many, not one alone does all.
    for (let count = 1; count <= 8; count++) {
      const before = [...told];
      await call(hubs[count % 2]!, '/messages', { text: '/help', messageId: `h-${count}` }, token);
      const notices = async () =>
        (await call(hubs[0]!, '/messages', undefined, token)).messages.filter(
          ({ role }: { role: string }) => role === 'system',
        );
      await until(async () => (await notices()).length === count, soonMs);
      await until(() => told.every((now, at) => now > before[at]!), soonMs);
    }
    ending.abort();
    await Promise.allSettled(reading);
    expect(told.every((count) => count > 8)).toBe(true);
  });
});
