/** Messages that a program has an agent say, over real HTTP. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { httpConnector } from '../../connectors/http/connector.js';
import type { Hub } from '../../src/hub.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

onBothStores('messages that a program posts', (engines) => {
  let home: Home;
  let hub: Hub;
  let platform: Platform;
  beforeEach(async () => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [], connectors: { telegram: { dm: 'open' } } },
      policy: {
        rules: [
          {
            effect: 'deny',
            tool: 'hub:message',
            arguments: { text: { pattern: '*lottery*' } },
            reason: 'No spam.',
          },
        ],
      },
    });
    platform = new Platform();
    const http = httpConnector({
      ...{ maxBodyBytes: 1e5, maxFileBytes: 1e5, maxFiles: 5, maxBacklog: 100, maxUploadingBytes: 1e6 },
      ...{ replyTimeoutMs: 20_000, callbackAllowPrivate: true, callbackSecret: 'secret', pollMs: 20 },
    });
    const model = scriptedModel((request) => `echo ${lastSaid(request)}`);
    hub = await home.hub({ connectors: [platform, http], model: () => model }, engines());
  });
  afterEach(() => home.dispose());

  const ask = async (method: string, path: string, body?: object, token = hub.token.secret) => {
    const answer = await fetch(hub.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return {
      status: answer.status,
      allow: answer.headers.get('allow'),
      body: (await answer.json()) as never,
    };
  };
  const room = async () => {
    const { memory } = (await platform.dm('ann', 'hello'))!;
    await platform.last(1);
    return memory.roomId;
  };
  const token = async (what: object) =>
    ((await ask('POST', '/tokens', { name: `t${Math.random()}`, ...what })).body as { token: string }).token;

  it('are said once for one messageId, stand in history as the agent’s, and in the audit log', async () => {
    const roomId = await room();
    const path = `/assistant/rooms/${roomId}/messages`;
    const text = `The build is done: https://ci.example/17 key ${hub.token.secret}`;
    const all = await Promise.all(
      Array.from({ length: 4 }, () => ask('POST', path, { text, messageId: 'build-17' })),
    );
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(all.filter(({ body }) => !(body as { duplicate: boolean }).duplicate)).toHaveLength(1);
    await platform.last(2);
    await ask('POST', path, { text: 'Another one.', messageId: 'build-18' });
    await platform.last(3);
    expect(platform.texts[1]).toContain('The build is done: https://ci.example/17');
    expect(platform.texts.join(' ')).not.toContain(hub.token.secret);
    expect(platform.texts).toHaveLength(3);
    const history = (await ask('GET', `/rooms/${roomId}/messages`)).body as { messages: object[] };
    expect(history.messages.at(-1)).toMatchObject({ text: 'Another one.', author: { id: 'assistant' } });
    const audit = await ask('GET', '/audit?operation=messages.post');
    expect((audit.body as { rows: object[] }).rows).toHaveLength(5);
    expect(JSON.stringify(audit.body)).not.toContain('The build');
    // And the conversation goes on after it.
    await platform.dm('ann', 'thanks');
    expect(await platform.last(4)).toContain('thanks');
  });

  it('are refused by a rule of the policy, to members, for unknown rooms and for other tenants’', async () => {
    const roomId = await room();
    const path = `/assistant/rooms/${roomId}/messages`;
    const spam = await ask('POST', path, { text: 'You won the lottery!' });
    expect(spam).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining('No spam.') } },
    });
    const post = async (what: object, to = path) => {
      const secret = await token(what);
      // Where hubs share a database, one that was just made may be known a moment later.
      let status = 401;
      await until(async () => {
        ({ status } = await ask('POST', to, { text: 'hi' }, secret));
        return status !== 401;
      });
      return status;
    };
    expect(await post({ role: 'member' })).toBe(403);
    expect(await post({ role: 'owner', tenant: 'acme' })).toBe(404);
    expect(await post({ role: 'operator', agents: ['other'] })).toBe(404);
    expect(await post({ role: 'operator', scopes: ['rooms.read'] })).toBe(403);
    expect(await post({ role: 'operator' }, '/assistant/rooms/nowhere/messages')).toBe(404);
    expect(await post({ role: 'operator' }, `/other/rooms/${roomId}/messages`)).toBe(404);
    expect(await post({ role: 'operator' })).toBe(200);
    await platform.last(2);
    expect(platform.texts).toEqual(['echo hello', 'hi']);
  });

  it('reach rooms over HTTP by the names that programs gave them, beside the GET of the same path', async () => {
    await ask('POST', '/assistant/message', { userId: 'ann', text: 'hello' });
    const path = '/assistant/rooms/user:ann/messages';
    expect((await ask('POST', path, { text: 'The build is done.' })).status).toBe(200);
    const read = async () => (await ask('GET', path)).body as { messages: { text: string }[] };
    await until(async () => (await read()).messages.length === 3);
    expect((await read()).messages.map(({ text }) => text)).toContain('The build is done.');
    expect(await ask('PUT', path, { text: 'x' })).toMatchObject({ status: 405 });
    expect(await ask('DELETE', path)).toMatchObject({ status: 405 });
    expect((await ask('POST', path, { text: '' })).status).toBe(422);
    const acme = await token({ role: 'operator', tenant: 'acme' });
    expect((await ask('POST', path, { text: 'x' }, acme)).status).toBe(404);
  });
});
