/** What models answer when they do not answer, as a caller of the API reads it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json, scriptedServer, silence } from '../llm/scripted-server.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { providers, refuses, says } from '../support/providers.js';
import { until } from '../support/until.js';

const question = { text: 'hello', userId: 'alice', roomId: 'r', messageId: 'm' };
const secret = /sk-test-abcdefghijklmnop/;

interface Failed {
  turnId: string;
  error: { code: string; message: string; cause: string };
}

describe('a caller whose model does not answer', () => {
  let home: Home;
  /** How far the hub's clock is ahead of ours, in ms. */
  let ahead = 0;
  beforeEach(() => {
    home = new Home();
    ahead = 0;
  });
  afterEach(() => home.dispose());

  const start = async (env: Record<string, string> = {}) => {
    const { a, settings } = await providers(home, 'a');
    const hub = await home.hub({ now: () => Date.now() + ahead }, { ...settings, ...env });
    return { a, client: api(hub.url, hub.token.secret) };
  };

  it.each([
    [401, undefined, 'does not accept the key'],
    [403, undefined, 'does not let this key use'],
    [404, undefined, 'has no model m'],
    [400, undefined, 'rejected the request'],
    [429, 'insufficient_quota', 'has no credit left'],
    [402, undefined, 'has no credit left'],
  ])('[http-and-cli.6] reads that it refused: %i %s', async (status, code, cause) => {
    const { a, client } = await start();
    a.answer = refuses(status, code);
    const response = await client.post('assistant', question);
    const body = (await response.json()) as Failed;
    expect(response.status).toBe(502);
    expect(body.error).toMatchObject({ code: 'model_refused', cause: expect.stringContaining(cause) });
    expect(body.error.message).toMatch(/^Sorry, /);
    expect(JSON.stringify(body)).not.toMatch(secret);
    const [asked] = await client.messages('assistant', 'r');
    expect(asked).toMatchObject({ status: 'failed', turnId: body.turnId });
    expect(await (await client.get(`/assistant/turns/${body.turnId}`)).json()).toMatchObject({
      error: { code: 'model_refused', message: body.error.cause },
    });
  });

  it.each([
    [429, 503, 'model_unavailable'],
    [500, 503, 'model_unavailable'],
    [503, 503, 'model_unavailable'],
    [0, 504, 'model_timeout'],
  ])('[http-and-cli.6] reads that it is away, and gets the answer later: %i', async (status, shown, code) => {
    const { a, client } = await start({
      CARRIER_REPLY_TIMEOUT_MS: '2000',
      CARRIER_MODEL_TIMEOUT_MS: '300',
    });
    a.answer = status === 0 ? silence : refuses(status);
    const response = await client.post('assistant', question);
    const body = (await response.json()) as Failed;
    expect([response.status, body.error.code]).toEqual([shown, code]);
    expect(body.turnId).toMatch(/^turn_/);
    expect(body.error.cause).toMatch(status === 0 ? /did not finish within/ : /overloaded or failing/);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toMatch(secret);
    a.answer = says('Hello.');
    for (;;) {
      const again = await client.post('assistant', question);
      const answer = (await again.json()) as Failed;
      expect(answer.turnId).toBe(body.turnId);
      if (again.status === 200) return expect(answer).toMatchObject({ reply: { text: 'Hello.' } });
      expect(answer.error.code).toBe(code);
    }
  });

  it('[http-and-cli.6] reads it at once where no answer can come in time', async () => {
    const { a, client } = await start();
    a.answer = refuses(429, undefined, { 'retry-after': '600' });
    const response = await client.post('assistant', question);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(500);
  });

  it('[http-and-cli.6] reads that it is away where it takes no more tokens in this minute', async () => {
    const { a, client } = await start();
    const error = { message: 'Too many tokens, please wait before trying again.', type: 'throttled' };
    a.answer = json(429, { error }, { 'retry-after': '600' });
    const response = await client.post('assistant', question);
    const body = (await response.json()) as Failed;
    expect([response.status, body.error.code]).toEqual([503, 'model_unavailable']);
    // Not with a shorter prompt either.
    expect(a.received).toHaveLength(1);
  });

  it('[http-and-cli.6] reads it in a stream', async () => {
    const { a, client } = await start();
    a.answer = refuses(429, undefined, { 'retry-after': '600' });
    const events = await client.stream('assistant', question);
    const { event, data } = events.at(-1)!;
    expect(event).toBe('error');
    expect(data).toMatchObject({
      turnId: expect.stringMatching(/^turn_/),
      error: { code: 'model_unavailable' },
    });
    expect(events.map(({ event }) => event)).toContain('turn.waiting');
  });

  it('[http-and-cli.6] gets one callback, with the answer, and none that says that it waits', async () => {
    const bodies: unknown[] = [];
    const receiver = await scriptedServer((response, { body }) => {
      bodies.push(body);
      response.end();
    });
    const { a, client } = await start({ CARRIER_CALLBACK_ALLOW_PRIVATE: 'true', CARRIER_SWEEP_MS: '200' });
    a.answer = (response, request) => {
      a.answer = says('Hello.');
      // So long that a person would be told.
      return refuses(429, undefined, { 'retry-after': '60' })(response, request);
    };
    await client.post('assistant', { ...question, callbackUrl: receiver.url });
    await until(() => a.received.length === 1);
    await until(() => {
      ahead += 500;
      return bodies.length > 0;
    }, 20_000);
    expect(bodies).toMatchObject([{ messageId: 'm', reply: { text: 'Hello.' } }]);
  });

  it('[http-and-cli.6] reads that a model which says nothing failed, and no more than that', async () => {
    const { a, client } = await start({ CARRIER_TURN_ATTEMPTS: '2' });
    a.answer = says('');
    const body = (await (await client.post('assistant', question)).json()) as Failed;
    expect(body.error).toMatchObject({ code: 'turn_failed', cause: expect.stringContaining('empty answer') });
    expect(a.received).toHaveLength(2);
  });
});
