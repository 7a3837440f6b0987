import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/extension-api.js';
import { until } from '../support/until.js';
import { type Answer, type Api, answerOf, people, refusal, startApi, token } from './api.js';

const hello = { text: 'hello', userId: 'alice' };

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

describe('POST /:agentId/message', () => {
  it('answers with the reply', async () => {
    const answer = await answerOf(
      api.post({ ...hello, roomId: 'lobby', messageId: 'm1', metadata: { a: [1, { b: 2 }] } }),
    );
    expect(answer).toEqual({
      messageId: 'm1',
      roomId: 'lobby',
      turnId: expect.stringMatching(/^turn_/),
      reply: {
        id: expect.any(String),
        text: 'echo: hello',
        actions: [],
        usage: { inputTokens: 7, outputTokens: 3 },
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    });
    expect(api.host.memories[0]).toMatchObject({
      author: { id: 'alice' },
      source: { tenant: 'default', pull: true, metadata: { metadata: { a: [1, { b: 2 }] } } },
    });
  });

  it('sends one JSON text with its length, and helmet’s headers', async () => {
    const { headers } = await api.post(hello);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': expect.any(String),
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(headers.has('x-powered-by') || headers.has('etag')).toBe(false);
  });

  it('puts users who name no room into direct rooms of their own', async () => {
    const first = await answerOf(api.post(hello));
    expect(first).toMatchObject({ roomId: 'user:alice', messageId: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(await answerOf(api.post({ ...hello, roomId: 'user:alice' }))).toMatchObject({
      roomId: 'user:alice',
    });
    await api.post({ ...hello, userId: 'bob' });
    await api.post({ ...hello, roomId: 'alice' });
    const [a, b, c, d] = people(api.host.memories);
    expect(b!.roomId).toBe(a!.roomId);
    expect(new Set([a!.roomId, c!.roomId, d!.roomId]).size).toBe(3);
    expect(await refusal(api.post({ ...hello, userId: 'bob', roomId: 'user:alice' }))).toEqual([
      422,
      'invalid_field',
      'roomId',
    ]);
  });

  it('does not confuse equal message ids of different users and rooms', async () => {
    const bodies = [
      { ...hello, roomId: 'a' },
      { ...hello, roomId: 'b' },
      { ...hello, roomId: 'a', userId: 'bob' },
      { ...hello, roomId: 'aal', userId: 'ice' },
      { ...hello, roomId: '1:1:a' },
    ];
    const answers = await Promise.all(bodies.map((body) => answerOf(api.post({ ...body, messageId: 'm' }))));
    expect(new Set(answers.map(({ turnId }) => turnId)).size).toBe(bodies.length);
    expect(answers.map(({ messageId, roomId }) => ({ messageId, roomId }))).toEqual(
      bodies.map(({ roomId }) => ({ messageId: 'm', roomId })),
    );
  });

  it('takes the longest ids, of any characters', async () => {
    const id = '"\\é🐶'.repeat(51);
    const answer = await answerOf(api.post({ ...hello, userId: id, roomId: id, messageId: id }));
    expect(answer).toMatchObject({ messageId: id, roomId: id });
    expect(people(api.host.memories)[0]!.source.messageId.length).toBeLessThanOrEqual(1024);
  });

  it('shows actions, their arguments parsed where they are JSON', async () => {
    await restart({ echo: false });
    const answer = answerOf(api.post(hello));
    const [question] = await api.host.received();
    api.host
      .begin(question!)
      .act('time', '{"zone":"UTC"}', 'noon')
      .act('odd', '{not json', 'x')
      .say('It is noon.');
    expect((await answer).reply?.actions).toEqual([
      { name: 'time', arguments: { zone: 'UTC' }, state: 'done', result: 'noon', ok: true, durationMs: 1 },
      { name: 'odd', arguments: '{not json', state: 'done', result: 'x', ok: true, durationMs: 1 },
    ]);
  });

  it('answers null when the agent stays silent', async () => {
    await restart({ echo: false });
    const answer = answerOf(api.post(hello));
    api.host.begin(...(await api.host.received())).commit(null);
    expect(await answer).toMatchObject({ turnId: expect.any(String), reply: null });
  });

  it('answers all messages of a turn with its reply', async () => {
    await restart({ echo: false });
    const answers = ['one', 'two', 'three'].map((text) =>
      answerOf(api.post({ ...hello, roomId: 'r', text })),
    );
    api.host.begin(...(await api.host.received(3))).say('all of you');
    const [first, ...others] = await Promise.all(answers);
    expect(first!.reply!.text).toBe('all of you');
    for (const other of others) expect(other.reply).toEqual(first!.reply);
    expect(api.host.watchers).toBe(0);
  });

  it('[http-and-cli.6] answers with the code, the plain sentence, the cause and the turn when it fails', async () => {
    await restart({ echo: false });
    const refused = api.post({ ...hello, messageId: 'm' });
    const turn = api.host.begin(...(await api.host.received()));
    turn.fail('Sorry, I cannot answer now.');
    const error = {
      ...{ code: 'model_unavailable', message: 'Sorry, I cannot answer now.' },
      cause: 'model exploded',
    };
    const body = { messageId: 'm', roomId: 'user:alice', turnId: turn.id, error };
    expect([(await refused).status, await (await refused).json()]).toEqual([503, body]);
    expect(await (await api.post({ ...hello, messageId: 'm' })).json()).toEqual(body);
  });

  it('answers 504 when no reply comes in time, and gives it later to the same message id', async () => {
    await restart({ echo: false, replyTimeoutMs: 100 });
    expect(await refusal(api.post({ ...hello, messageId: 'm' }))).toEqual([504, 'reply_timeout']);
    api.host.begin(...(await api.host.received())).say('late');
    expect((await answerOf(api.post({ ...hello, messageId: 'm' }))).reply?.text).toBe('late');
    expect(api.host.watchers).toBe(0);
  });

  it('finds the reply when its events are lost', async () => {
    api.host.deaf = true;
    expect((await answerOf(api.post(hello))).reply?.text).toBe('echo: hello');
    api.host.watch = () => Promise.reject(new Error('no bus'));
    expect((await answerOf(api.post(hello))).reply?.text).toBe('echo: hello');
  });

  it('leaves the turn alone when the caller hangs up', async () => {
    await restart({ echo: false });
    const hangUp = new AbortController();
    const gone = fetch(`${api.url}/eliza/message`, {
      method: 'POST',
      signal: hangUp.signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...hello, messageId: 'm' }),
    });
    gone.catch(() => {});
    const [question] = await api.host.received();
    hangUp.abort();
    await until(() => api.host.watchers === 0);
    api.host.begin(question!).say('still here');
    expect((await answerOf(api.post({ ...hello, messageId: 'm' }))).reply?.text).toBe('still here');
  });

  it('stores nothing once the connector has stopped, also of requests that came before', async () => {
    let watch = () => {};
    const { host } = api;
    const watchRoom = host.watch.bind(host);
    host.watch = async (...room) => {
      await new Promise<void>((resolve) => (watch = resolve));
      return watchRoom(...room);
    };
    const refused = api.post(hello);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await api.connector.stop();
    watch();
    expect(await refusal(refused)).toEqual([503, 'shutting_down']);
    expect(host.memories).toEqual([]);
  });

  it('says shutting_down to those who wait when the connector stops', async () => {
    await restart({ echo: false });
    const waiting = api.post(hello);
    await api.host.received();
    await api.connector.stop();
    expect(await refusal(waiting)).toEqual([503, 'shutting_down']);
    const refused = await api.post(hello);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refusal(refused)).toEqual([503, 'shutting_down']);
  });
});

describe('the same messageId', () => {
  const same = { ...hello, roomId: 'r', messageId: 'm' };

  it('20 times at once is one message, one turn and 20 equal answers', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => answerOf(api.post(same))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect([people(api.host.memories).length, api.host.turns.size]).toEqual([1, 1]);
  });

  it('while the first is being answered waits for that answer', async () => {
    await restart({ echo: false });
    const first = answerOf(api.post(same));
    const [question] = await api.host.received();
    const turn = api.host.begin(question!).delta('on it');
    const second = answerOf(api.post(same));
    await until(() => api.host.watchers === 1);
    turn.commit('on it, done');
    expect(await second).toEqual(await first);
  });

  it('after the answer gets it again, also through another connector', async () => {
    const first = await answerOf(api.post(same));
    expect(await answerOf(api.post({ ...same, text: 'changed' }))).toEqual(first);
    await api.connector.stop();
    await api.connector.start(api.host);
    expect(await answerOf(api.post(same))).toEqual(first);
    expect(api.host.turns.size).toBe(1);
  });
});

describe('when too much waits', () => {
  it('turns senders away before reading what they send, and says when to come back', async () => {
    api.host.overload = new RetryableError('overloaded', '11 conversations wait.', { retryAfterMs: 1500 });
    const response = await api.post(hello);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await response.json()).toEqual({
      error: { code: 'overloaded', message: '11 conversations wait.' },
    });
    expect(api.host.memories).toEqual([]);
    api.host.overload = null;
    expect((await api.post(hello)).status).toBe(200);
  });

  it('bounds the requests that wait for their replies', async () => {
    await restart({ echo: false, maxBacklog: 2 });
    const waiting = ['a', 'b'].map((userId) => answerOf(api.post({ ...hello, userId })));
    const messages = await api.host.received(2);
    expect((await api.post({ ...hello, userId: 'c' })).status).toBe(429);
    for (const message of messages) api.host.begin(message).say('done');
    await Promise.all(waiting);
  });
});

describe('500 messages at once to one room', () => {
  it('are stored in order of arrival, and each gets the answer of its turn', async () => {
    await restart({ echo: false });
    const answers = Array.from({ length: 500 }, (_, n) =>
      answerOf(api.post({ ...hello, roomId: 'r', text: `m${n}` })),
    );
    const messages = await api.host.received(500);
    expect(api.host.watchers).toBe(1);
    for (let from = 0; from < 500; from += 50)
      api.host.begin(...messages.slice(from, from + 50)).say(`from ${from}`);
    const texts = (await Promise.all(answers)).map((answer: Answer) => answer.reply!.text);
    expect(new Set(texts).size).toBe(10);
    expect(api.host.watchers).toBe(0);
  });
});

async function restart(options: Parameters<typeof startApi>[0]): Promise<void> {
  await api.close();
  api = await startApi(options);
}
