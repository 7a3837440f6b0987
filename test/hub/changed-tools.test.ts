/** An HTTP tool that changes while a turn is about to call it: what was offered, and decided on, is what runs, or nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { ask } from '../support/tokens.js';
import { OtherSide } from '../tools/http/other-side.js';

describe('an HTTP tool that changes while a turn runs', () => {
  let home: Home;
  let side: OtherSide;
  /** What happens between the moment when the model was told of its tools and its call. */
  let meanwhile: () => Promise<unknown>;
  beforeEach(async () => {
    home = new Home();
    const policy = { rules: [{ effect: 'allow', tool: 'http:*' }] };
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [], policy });
    side = await new OtherSide().start();
    meanwhile = async () => {};
  });
  afterEach(async () => {
    side.stop();
    await home.dispose();
  });

  const start = async () => {
    const model = scriptedModel(async ({ messages, tools }) => {
      if (messages.at(-1)?.role !== 'user' || !tools?.length) return 'Done.';
      await meanwhile();
      return { calls: [{ name: 'http_pay', arguments: '{}' }] };
    });
    const hub = await home.hub({ model: () => model });
    const api = (method: string, path: string, body?: object) =>
      ask(hub.url, hub.token.secret, [method, path], body);
    const pay = (path: string) => ({
      ...{ name: 'pay', description: 'Pays.', method: 'POST', url: `${side.origin}/${path}` },
      ...{ agents: ['assistant'], allowPrivate: true },
    });
    const say = async () => {
      const { reply } = (await api('POST', '/assistant/message', { text: 'pay', userId: 'ann' })).body;
      return reply.actions.map(({ state, result }: Record<string, string>) => `${state}: ${result}`);
    };
    await api('POST', '/tools', pay('old'));
    return { api, pay, say };
  };
  const called = () => side.received.map(({ path }) => path);

  it('runs as it was offered where nothing has changed', async () => {
    const { say } = await start();
    expect(await say()).toEqual(['done: ok']);
    expect(called()).toEqual(['/old']);
  });

  it.each([
    [
      'was changed',
      async ({ api, pay }: Awaited<ReturnType<typeof start>>) => api('PUT', '/tools/pay', pay('new')),
      /changed/,
    ],
    [
      'was taken away',
      async ({ api }: Awaited<ReturnType<typeof start>>) => api('DELETE', '/tools/pay'),
      /taken away/,
    ],
    [
      'was taken away and registered anew',
      async ({ api, pay }: Awaited<ReturnType<typeof start>>) => {
        await api('DELETE', '/tools/pay');
        await api('POST', '/tools', pay('new'));
      },
      /changed/,
    ],
  ])('[act.25] does not run where it %s', async (_, change, told) => {
    const stage = await start();
    meanwhile = () => change(stage);
    const [outcome] = await stage.say();
    expect(outcome).toMatch(/^failed: /);
    expect(outcome).toMatch(told);
    expect(called()).toEqual([]);
  });
});
