/** Models that are away: what people see meanwhile, and afterwards. The models are behind real servers. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { calls, type Provider, providers, refuses, says } from '../support/providers.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const notice = /^The language model cannot be reached right now/;

onBothStores('a turn whose models are away', (engines) => {
  let home: Home;
  let model: Provider;
  let platform: Platform;
  let settings: Record<string, string>;
  /** How far the hub's clock is ahead of ours, in ms. */
  let ahead = 0;
  beforeEach(async () => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open', groups: 'always' } },
    });
    const { a, settings: endpoints } = await providers(home, 'a');
    model = a;
    settings = { ...endpoints, ...engines(), CARRIER_RETRY_BASE_MS: '50', CARRIER_SWEEP_MS: '200' };
    platform = new Platform();
    ahead = 0;
  });
  afterEach(() => home.dispose());

  const start = (env: Record<string, string> = {}, plugins: object[] = []): Promise<Carrier> =>
    home.carrier(
      { connectors: [platform], now: () => Date.now() + ahead, plugins: plugins as never },
      { ...settings, ...env },
    );
  const asked = () => model.received.length;
  /** So many more tries come to nothing. */
  const tries = async (count: number) => {
    const before = asked();
    await until(() => asked() >= before + count, 20_000);
  };

  it.each([429, 500, 503])(
    '[delivery.4] is answered once they are back, without a word of it: %i',
    async (status) => {
      model.answer = refuses(status);
      await start();
      await platform.dm('ann', 'hello');
      // More tries than any other failure gets.
      await tries(5);
      model.answer = says('Here I am.');
      expect(await platform.last(1)).toBe('Here I am.');
      expect(platform.texts).toEqual(['Here I am.']);
    },
  );

  it('[delivery.4] tells the person once, and keeps the order of the room, however many hubs there are, and restart', async () => {
    model.answer = refuses(503);
    const shared = settings.REDIS_URL !== undefined;
    const other = { CARRIER_DATA_DIR: join(home.folder, 'other') };
    const first = await start();
    if (shared) await start(other);
    await platform.say('ann', 'one');
    await platform.say('bob', 'two');
    await tries(2);
    ahead += 20_000;
    await platform.last(1);
    expect(platform.texts[0]).toMatch(notice);
    ahead += 60_000;
    await tries(1);
    await first.stop();
    await start();
    ahead += 60_000;
    await tries(2);
    model.answer = (response, { body }) =>
      says(`Re: ${/(one|two)\W*$/.exec(JSON.stringify(body.messages.at(-1)))?.[1]}`)(response, body);
    ahead += 60_000;
    await platform.last(3);
    expect(platform.texts.slice(1)).toEqual(['Re: one', 'Re: two']);
  });

  it('[delivery.4] holds no place: with one turn at a time, another room is answered meanwhile', async () => {
    model.answer = (response, request) =>
      (JSON.stringify(request.body).includes('poison') ? refuses(500) : says('Fine.'))(response, request);
    await start({ CARRIER_CONCURRENCY: '1' });
    await platform.dm('ann', 'poison');
    await tries(2);
    await platform.dm('bob', 'hello');
    expect(await platform.last(1)).toBe('Fine.');
    expect(platform.shown[0]!.channel).toBe('bob');
  });

  it('[delivery.4] is given up after the time of the setting, in plain words, and its room goes on', async () => {
    model.answer = refuses(503);
    const carrier = await start();
    const { memory } = (await platform.dm('ann', 'one'))!;
    await tries(1);
    ahead += 901_000;
    await until(() => platform.shown.length > 0, 20_000);
    expect(await platform.last(1)).toMatch(/^Sorry, the language model could not be reached/);
    expect((await platform.host.outcome(memory.id))!.error).toMatchObject({ code: 'model_unavailable' });
    model.answer = says('Here I am.');
    await platform.dm('ann', 'two');
    expect(await platform.last(2)).toBe('Here I am.');
    expect((await carrier.store.memories.get(memory.id))!.status).toBe('failed');
  });

  it('[act.36] is not tried before its provider said, and is told of at once where that is long', async () => {
    model.answer = refuses(429, undefined, { 'retry-after': '60' });
    const first = await start();
    await platform.dm('ann', 'one');
    expect(await platform.last(1)).toMatch(notice);
    const before = asked();
    model.answer = says('Here I am.');
    await platform.dm('ann', 'two');
    ahead += 50_000;
    await first.stop();
    await start();
    await platform.dm('bob', 'other');
    await platform.last(2);
    expect(asked()).toBe(before + 1);
    expect(platform.shown[1]!.channel).toBe('bob');
    ahead += 11_000;
    expect(await platform.last(3)).toBe('Here I am.');
  });

  it('fails at once where the provider stays away for longer than it may wait', async () => {
    model.answer = refuses(429, undefined, { 'retry-after-ms': '2700000' });
    await start();
    await platform.dm('ann', 'one');
    expect(await platform.last(1)).toMatch(/^Sorry, the language model could not be reached/);
    expect(asked()).toBe(1);
  });

  it('[delivery.5] that then failed otherwise waits as long as any when it runs again', async () => {
    const { store, operations } = await start();
    model.answer = refuses(503);
    const { memory } = (await platform.dm('ann', 'hello'))!;
    await tries(2);
    model.answer = refuses(401);
    expect(await platform.last(1)).toMatch(/refuses to work/);
    model.answer = refuses(503);
    ahead += 20 * 60_000;
    const { turnId } = (await store.memories.get(memory.id))!;
    await operations!.call('turns.runAgain', { turnId: turnId! }, { kind: 'system' });
    await tries(3);
    model.answer = says('Here I am.');
    expect(await platform.last(2)).toBe('Here I am.');
  });

  it('is stopped at once by /stop, and then lets the next one go', async () => {
    model.answer = refuses(429, undefined, { 'retry-after': '300' });
    await start();
    await platform.dm('ann', 'one');
    expect(await platform.last(1)).toMatch(notice);
    await platform.dm('ann', '/stop');
    expect(await platform.last(2)).toBe('Stopped.');
    model.answer = says('Here I am.');
    await platform.dm('ann', 'two');
    expect(await platform.last(3)).toBe('Here I am.');
  });

  it('repeats no action that it had taken', async () => {
    let ran = 0;
    const { defineAction } = await import('../../src/extension-api.js');
    const { z } = await import('zod');
    const count = defineAction({
      ...{ name: 'count', description: 'counts', parameters: z.object({}) },
      run: async () => `count ${++ran}`,
    });
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['counter'] },
      connectors: { telegram: { dm: 'open' } },
    });
    model.answer = (response, request) => {
      model.answer = refuses(503);
      return calls('count', {})(response, request);
    };
    await start({}, [{ name: 'counter', actions: [count] }]);
    await platform.dm('ann', 'count');
    await tries(6);
    model.answer = says('It is one.');
    expect(await platform.last(1)).toBe('It is one.');
    expect(ran).toBe(1);
  });

  it('is as any other failing turn where the setting is 0', async () => {
    model.answer = refuses(503);
    await start({ CARRIER_MODEL_WAIT_MS: '0', CARRIER_TURN_ATTEMPTS: '2' });
    await platform.dm('ann', 'one');
    expect(await platform.last(1)).toMatch(/^Sorry/);
    expect(asked()).toBe(2);
  });
});
