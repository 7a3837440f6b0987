import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeTurn } from '../../src/testing/turn.js';
import { until } from '../support/until.js';
import { type Api, answerOf, refusal, startApi, token } from './api.js';

const hello = { text: 'hello', userId: 'alice', roomId: 'r', messageId: 'm' };

let api: Api;
beforeEach(async () => {
  api = await startApi({ echo: false });
});
afterEach(() => api.close());

describe('Accept: text/event-stream', () => {
  it('streams the turn, and the reply as a plain request would get it', async () => {
    const events = streamed(api.post(hello, sse));
    const turn = await begun();
    turn.delta('It ').act('time', '{"zone":"UTC"}', 'noon').delta('is noon.');
    turn.commit('It is noon.');
    expect(await events).toEqual([
      ['turn.started', { turnId: turn.id, covers: turn.covers, attempt: 1 }],
      ['text.delta', { text: 'It ' }],
      ['action.started', { callId: 'call_0', name: 'time', arguments: { zone: 'UTC' } }],
      ['action.finished', { callId: 'call_0', name: 'time', ok: true, result: 'noon' }],
      ['text.delta', { text: 'is noon.' }],
      ['reply', await answerOf(api.post(hello))],
    ]);
  });

  it('has the headers that keep proxies from holding it back', async () => {
    const response = await withTurn(api.post(hello, sse), (turn) => turn.say('hi'));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    await response.text();
  });

  it('shows nothing of other turns in the room', async () => {
    const events = streamed(api.post(hello, sse));
    const [question] = await api.host.received();
    const other = api.host.begin({ ...question!, id: 'another' });
    const turn = api.host.begin(question!);
    other.delta('secret');
    turn.delta('mine');
    other.commit('secret');
    turn.commit('mine');
    expect(JSON.stringify(await events)).not.toContain('secret');
  });

  it('begins the text anew with every attempt', async () => {
    const events = streamed(api.post(hello, sse));
    const turn = await begun();
    turn.delta('broken off').start().delta('whole').commit('whole');
    expect(textOf(await events)).toBe('whole');
    expect((await events).filter(([type]) => type === 'turn.started')).toHaveLength(2);
  });

  it('sends what is missing before the reply', async () => {
    const late = (text: string, tell: (turn: FakeTurn) => void) => async () => {
      const events = streamed(api.post(hello, sse));
      tell(await begun());
      expect(textOf(await events)).toBe(text);
      await api.close();
      api = await startApi({ echo: false });
    };
    await late('whole text', (turn) => turn.delta('whole').commit('whole text'))();
    await late('whole text', (turn) => turn.commit('whole text'))();
    await late('other text', (turn) => turn.delta('whole').commit('other text'))();
    await late('', (turn) => turn.commit(''))();
  });

  it('gives the whole answer to one who comes late', async () => {
    const first = answerOf(api.post(hello));
    const turn = await begun();
    turn.delta('early ');
    const second = streamed(api.post(hello, sse));
    await until(() => api.host.watchers === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    turn.delta('and late').commit('early and late');
    const third = streamed(api.post(hello, sse));
    for (const events of [await second, await third]) {
      expect(textOf(events)).toBe('early and late');
      expect(events.at(-1)).toEqual(['reply', await first]);
    }
  });

  it('[structure.12] shows one who comes late, or missed something, all that was said, and what follows', async () => {
    void answerOf(api.post(hello));
    const turn = await begun();
    turn.delta('early ');
    const late = streamed(api.post(hello, sse));
    await until(() => api.host.watchers === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    turn.soFar().delta('and ').loseDelta('then ').delta('late').soFar().commit('early and then late');
    expect((await late).map(([type, { text }]) => text ?? type)).toEqual([
      'turn.started',
      'early ',
      'and ',
      'then late',
      'reply',
    ]);
  });

  it('ends with reply null when the agent stays silent', async () => {
    const events = streamed(api.post(hello, sse));
    (await begun()).commit(null);
    expect((await events).at(-1)).toMatchObject(['reply', { reply: null }]);
  });

  it('ends with turn.failed', async () => {
    const events = streamed(api.post(hello, sse));
    const turn = await begun();
    turn.delta('I th').fail('Sorry.');
    expect((await events).at(-1)).toEqual([
      'turn.failed',
      {
        turnId: turn.id,
        error: { code: 'model_unavailable', message: 'Sorry.', cause: 'model exploded' },
      },
    ]);
  });

  it('ends with an error when the reply takes too long, or the hub stops', async () => {
    const events = streamed(api.post(hello, sse));
    await api.host.received();
    await api.connector.stop();
    expect(await events).toMatchObject([['error', { error: { code: 'shutting_down' } }]]);
    await api.close();
    api = await startApi({ echo: false, replyTimeoutMs: 100 });
    expect(await streamed(api.post(hello, sse))).toMatchObject([
      ['error', { error: { code: 'reply_timeout' } }],
    ]);
  });

  it('refuses in plain JSON before it begins', async () => {
    expect(await refusal(api.post({ ...hello, text: '' }, sse))).toEqual([422, 'text_empty']);
    expect(await refusal(api.post('{', sse))).toEqual([400, 'invalid_json']);
  });

  it('leaves the turn alone when the client disconnects', async () => {
    const hangUp = new AbortController();
    const response = await fetch(`${api.url}/eliza/message`, {
      method: 'POST',
      signal: hangUp.signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...sse },
      body: JSON.stringify(hello),
    });
    const turn = await begun();
    turn.delta('first');
    await response.body!.getReader().read();
    hangUp.abort();
    await until(() => api.host.watchers === 0);
    turn.delta(' second').commit('first second');
    expect((await answerOf(api.post(hello))).reply?.text).toBe('first second');
    expect(api.logged).toEqual([]);
  });

  it('does not stream to a client that left before its message was stored', async () => {
    let store = () => {};
    api.host.beforeStore = () => new Promise((resolve) => (store = resolve));
    const hangUp = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const gone = fetch(`${api.url}/eliza/message`, {
      method: 'POST',
      signal: hangUp.signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...sse },
      body: JSON.stringify(hello),
    });
    await until(() => api.host.watchers === 1);
    hangUp.abort();
    await expect(gone).rejects.toThrow();
    await until(() => api.host.watchers === 0);
    store();
    await api.host.received();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('holds back from a client that does not read, and still gives it the whole text', async () => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.pause();
    const body = JSON.stringify(hello);
    socket.write(
      `POST /eliza/message HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n` +
        `Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const turn = await begun();
    const before = process.memoryUsage().rss;
    const piece = 'x'.repeat(10_000);
    const deltas = 5000;
    for (let n = 0; n < deltas; n++) {
      turn.delta(piece);
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
    turn.commit(piece.repeat(deltas));
    const events = eventsOf(dechunked(await readAll(socket)));
    expect(textOf(events).length).toBe(piece.length * deltas);
    expect(events.filter(([type]) => type === 'text.delta').length).toBeLessThan(deltas);
  });
});

const sse = { accept: 'text/event-stream' };

async function begun(): Promise<FakeTurn> {
  return api.host.begin(...(await api.host.received()));
}

async function withTurn(response: Promise<Response>, take: (turn: FakeTurn) => void): Promise<Response> {
  take(await begun());
  return response;
}

type Event = [type: string, data: Record<string, unknown>];

async function streamed(response: Promise<Response>): Promise<Event[]> {
  return eventsOf(await (await response).text());
}

function eventsOf(text: string): Event[] {
  return [...text.matchAll(/^event: (.+)\ndata: (.+)\n\n/gm)].map(([, type, data]) => [
    type!,
    JSON.parse(data!),
  ]);
}

/** What a client that follows the protocol has on its screen. */
function textOf(events: Event[]): string {
  let text = '';
  for (const [type, data] of events) {
    if (type === 'turn.started') text = '';
    if (type === 'text.delta') text += data.text;
  }
  return text;
}

async function readAll(socket: Socket): Promise<Buffer> {
  return Buffer.concat(await socket.toArray());
}

/** The body of a response in chunked transfer coding. */
function dechunked(response: Buffer): string {
  const parts: Buffer[] = [];
  let at = response.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const line = response.indexOf('\r\n', at);
    const size = Number.parseInt(response.subarray(at, line).toString(), 16);
    if (!size) return Buffer.concat(parts).toString();
    parts.push(response.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
