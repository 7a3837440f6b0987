/** A turn that failed is no end: sent again, or by an operator, it runs again, and repeats no action. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { httpConnector } from '../../connectors/http/connector.js';
import { defineAction, type Plugin } from '../../src/extension-api.js';
import { carrier } from '../cli/carrier.js';
import { type Api, api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { calls, type Provider, providers, refuses, says } from '../support/providers.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const question = { text: 'hello', userId: 'alice', roomId: 'r', messageId: 'm' };

onBothStores('a failed turn', (engines) => {
  let home: Home;
  let model: Provider;
  let platform: Platform;
  let client: Api;
  let operate: (path: string) => Promise<Response>;
  let ran: number;
  const counter: Plugin = {
    name: 'counter',
    actions: [
      defineAction({
        ...{ name: 'count', description: 'counts', parameters: z.object({}) },
        run: async () => `count ${++ran}`,
      }),
    ],
  };
  beforeEach(async () => {
    home = new Home();
    ran = 0;
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['counter'] },
      connectors: { telegram: { dm: 'open' } },
    });
    const { a, settings } = await providers(home, 'a');
    model = a;
    platform = new Platform();
    const limits = {
      maxBodyBytes: 10_000,
      maxFileBytes: 100,
      maxFiles: 0,
      maxBacklog: 100,
      maxUploadingBytes: 1e6,
    };
    const http = httpConnector({
      ...{ ...limits, replyTimeoutMs: 20_000, callbackAllowPrivate: false, callbackSecret: 's'.repeat(16) },
    });
    const overrides = { plugins: [counter], connectors: [platform, http] };
    const hub = await home.hub(overrides, { ...settings, ...engines() });
    client = api(hub.url, hub.token.secret);
    operate = (path) =>
      fetch(`${hub.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${hub.token.secret}` },
      });
  });
  afterEach(() => home.dispose());

  it('[delivery.5] runs again when its messageId comes again, once the key is mended', async () => {
    model.answer = refuses(401);
    expect((await client.post('assistant', question)).status).toBe(502);
    expect((await client.post('assistant', question)).status).toBe(502);
    model.answer = says('Hello.');
    const answer = await client.send('assistant', question);
    expect(answer.reply!.text).toBe('Hello.');
    expect(await client.send('assistant', question)).toEqual(answer);
    expect(model.received).toHaveLength(3);
    const history = await client.messages('assistant', 'r');
    expect(history.filter(({ role }) => role === 'user')).toMatchObject([
      { text: 'hello', status: 'handled' },
    ]);
    expect(history.at(-1)!.text).toBe('Hello.');
  });

  it('[delivery.5] runs again as a stream, too', async () => {
    model.answer = refuses(403);
    expect((await client.stream('assistant', question)).at(-1)!.event).toBe('turn.failed');
    model.answer = says('Hello there.');
    const events = await client.stream('assistant', question);
    expect(events.at(-1)).toMatchObject({ event: 'reply', data: { reply: { text: 'Hello there.' } } });
  });

  it('[delivery.5] repeats no action that it had taken', async () => {
    model.answer = (response, request) => {
      model.answer = refuses(404);
      return calls('count', {})(response, request);
    };
    expect((await client.post('assistant', question)).status).toBe(502);
    model.answer = says('It is one.');
    const { reply } = await client.send('assistant', question);
    expect(reply).toMatchObject({ text: 'It is one.', actions: [{ name: 'count', state: 'done' }] });
    expect(ran).toBe(1);
  });

  it('[delivery.5] runs again for an operator, and for nobody who only redelivers', async () => {
    model.answer = refuses(401);
    const { memory } = (await platform.dm('ann', 'hello', { id: 'm' }))!;
    expect(await platform.last(1)).toMatch(/^Sorry, the language model refuses to work for me/);
    expect(platform.texts[0]).not.toMatch(/sk-|key|401/);
    model.answer = says('Hello.');
    await platform.dm('ann', 'hello', { id: 'm' });
    expect(model.received).toHaveLength(1);
    const { turnId } = (await platform.host.outcome(memory.id))!;
    expect((await operate(`/turns/${turnId}/run-again`)).status).toBe(200);
    expect(await platform.last(2)).toBe('Hello.');
    expect((await operate(`/turns/${turnId}/run-again`)).status).toBe(404);
  });
});

describe('a hub as a process', () => {
  let home: Home;
  let hub: HubProcess;
  afterEach(async () => {
    await hub?.end('SIGKILL');
    await home.dispose();
  });

  it('[delivery.4] that is killed while a turn waits for its models goes on with it', async () => {
    home = new Home();
    const { a, settings } = await providers(home, 'a');
    hub = new HubProcess({ ...home.settings(settings), HOME: home.folder, CARRIER_RETRY_BASE_MS: '100' });
    for (let kill = 0; kill < 2; kill++) {
      const url = await hub.start();
      const before = a.received.length;
      // It hangs until the hub dies.
      const hanging = api(url, hub.token)
        .post('assistant', question)
        .catch(() => {});
      await until(() => a.received.length >= before + 2, 20_000);
      await hub.end('SIGKILL');
      await hanging;
    }
    a.answer = says('Here I am.');
    const client = api(await hub.start(), hub.token);
    expect((await client.send('assistant', question)).reply!.text).toBe('Here I am.');
    expect((await client.messages('assistant', 'r')).map(({ text }) => text)).toEqual([
      'hello',
      'Here I am.',
    ]);
  });

  it('[delivery.5] runs a failed turn again by the command line', async () => {
    home = new Home();
    const { a, settings } = await providers(home, 'a');
    const env = { ...home.settings(settings), HOME: home.folder };
    hub = new HubProcess(env);
    const client = api(await hub.start(), hub.token);
    a.answer = refuses(429, 'insufficient_quota');
    const refused = await client.post('assistant', question);
    const { turnId } = (await refused.json()) as { turnId: string };
    a.answer = says('Hello.');
    const ended = await carrier(['turns', 'run-again', turnId], { cwd: home.folder, env });
    expect(ended).toMatchObject({ code: 0 });
    await until(async () => (await client.messages('assistant', 'r')).at(-1)!.text === 'Hello.');
  });
});
