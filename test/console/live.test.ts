/** The live stream, and a chat in the console over it: a hub whose model says what a test lets it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { roomIdOf } from '../../src/core/memory.js';
import type { Hub } from '../../src/hub.js';
import type { LanguageModel, ModelChunk } from '../../src/llm/llm.js';
import { type ConsoleBrowser, ownersBrowser } from '../support/console.js';
import { Home } from '../support/hub.js';
import { LiveReader } from '../support/live-reader.js';
import { lastSaid } from '../support/model.js';
import { ask } from '../support/tokens.js';
import { until } from '../support/until.js';

const home = new Home();
let hub: Hub;
let browser: ConsoleBrowser;
/** What it waits for before it says the rest, and how often it was called off. */
let release = () => {};
let aborted = 0;
let asked = 0;
const readers: LiveReader[] = [];

const model: LanguageModel = {
  id: 'scripted:live',
  abilities: { sees: false, hears: false, tools: false, understands: false },
  async *stream(request, signal): AsyncGenerator<ModelChunk> {
    asked++;
    const said = lastSaid(request);
    const held = new Promise<void>((resolve, reject) => {
      release = resolve;
      signal.addEventListener('abort', () => {
        aborted++;
        reject(signal.reason);
      });
    });
    held.catch(() => {});
    if (said === 'wait at once') await held;
    yield { type: 'text', text: 'One **two' };
    if (said === 'wait in the middle') await held;
    yield { type: 'text', text: '** three.' };
    yield { type: 'end', finish: 'stop', usage: { inputTokens: 1, outputTokens: 1 } };
  },
};

beforeAll(async () => {
  hub = await home.hub({ model: () => model });
  browser = await ownersBrowser(hub);
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(() => home.dispose());

const room = (channel = 'user:console') =>
  roomIdOf('assistant', { connector: 'http', tenant: 'default', channel });
const live = async (
  ...query: Parameters<typeof LiveReader.open> extends [unknown, ...infer R] ? R : never
) => {
  const reader = await LiveReader.open(browser, ...query);
  readers.push(reader);
  return reader;
};
const send = (text: string, messageId: string, headers = { prefer: 'respond-async' }) =>
  browser.post('/assistant/message', { text, userId: 'console', messageId }, headers);
const history = async () =>
  (await browser.get('/assistant/rooms/user:console/messages?order=newest')).body.messages;

describe('the live stream', () => {
  it('[seen.4] tells each event once, over cuts and whichever way a page says where it was', async () => {
    let reader = await live();
    await until(() => reader.cursor !== undefined);
    const ids: string[] = [];
    for (const [at, how] of ['cursor', 'last-event-id', 'cursor'].entries()) {
      await send(`hello ${at}`, `cut-${at}`);
      await until(() => reader.of('turn.ended').length === 1);
      reader.close();
      ids.push(...reader.seen.flatMap(({ id }) => id ?? []));
      // Meanwhile nobody listens.
      await send(`unheard ${at}`, `unheard-${at}`);
      await until(async () => (await history())[1]?.text === `unheard ${at}`);
      const cursor = reader.cursor!;
      reader = await live(
        how === 'cursor' ? { cursor } : {},
        how === 'cursor' ? {} : { 'last-event-id': cursor },
      );
      await until(() => reader.of('turn.ended').length === 1);
      ids.push(...reader.seen.flatMap(({ id }) => id ?? []));
      const next = reader.cursor!;
      reader.close();
      reader = await live({ cursor: next });
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(6 * 3);
  });

  it('[seen.4] gives no id to what is no event of the hub', async () => {
    const reader = await live({ rooms: [room()] });
    await until(() => reader.cursor !== undefined);
    await send('hello', 'status-1');
    await until(() => reader.turns('reply').length === 1);
    expect(reader.of('turn').length).toBeGreaterThan(2);
    expect(reader.of('turn').filter(({ id }) => id !== undefined)).toEqual([]);
    // What pages may know of a message, its room's history says.
    expect(reader.turns('reply')[0]!.data).not.toHaveProperty('reply');
  });

  it('[seen.5] tells who comes in mid-answer all that was said so far, and then the rest', async () => {
    await send('wait in the middle', 'late-1');
    await until(() => asked > 0);
    const reader = await live({ rooms: [room()] });
    await until(() => reader.turns('text.so-far').some(({ data }) => data.text === 'One **two'), 5000);
    release();
    await until(() => reader.turns('reply').length === 1);
    expect((await history())[0].text).toBe('One **two** three.');
  });

  it('[seen.7] is neither buffered nor compressed nor changed on the way', async () => {
    const reader = await live({}, { 'accept-encoding': 'gzip, br' });
    expect(Object.fromEntries(reader.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(reader.headers.get('content-encoding')).toBeNull();
  });

  it('ends within a second when its session is ended', async () => {
    const other = await ownersBrowser(hub);
    const reader = await LiveReader.open(other);
    readers.push(reader);
    await until(() => reader.cursor !== undefined);
    expect((await other.post('/console/sign-out')).status).toBe(200);
    await until(() => reader.ended, 1500);
  });

  it('refuses what is no room, and whoever is not signed in', async () => {
    expect((await browser.get('/console/live?room=lounge')).body.error).toMatchObject({ field: 'room' });
    expect((await ask(hub.url, 'carrier_wrong', ['GET', '/console/live'])).status).toBe(401);
  });
});

describe('a message from the console', () => {
  it('[seen.9] is one however often it is sent with its id, and two where it is written twice', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => send('ok', 'same')));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [202, { messageId: 'same', roomId: 'user:console', status: 'accepted' }]),
    );
    expect(answers[0]!.headers.get('preference-applied')).toBe('respond-async');
    await send('ok', 'another');
    await until(async () => (await history())[0].role === 'assistant');
    await until(async () => {
      const said = (await history()).filter(({ text }: { text: string }) => text === 'ok');
      return said.length === 2 && said.every(({ status }: { status: string }) => status === 'handled');
    });
    expect((await send('ok', 'same')).status).toBe(202);
    expect((await history()).filter(({ text }: { text: string }) => text === 'ok')).toHaveLength(2);
  });

  it.each(['wait at once', 'wait in the middle'])(
    '[seen.10] "%s": stopped, its model is called off within a second, and what was shown stays',
    async (text) => {
      const [before, calledOff] = [asked, aborted];
      const reader = await live({ rooms: [room()] });
      await send(text, `stop ${text}`);
      await until(() => asked === before + 1);
      if (text === 'wait in the middle') await until(() => reader.turns('text.delta').length > 0);
      expect((await browser.post(`/rooms/${room()}/stop`)).body.turnId).toBeTypeOf('string');
      await until(() => aborted === calledOff + 1, 1000);
      await until(
        async () => (await history())[0].role === 'assistant' && (await history())[1].text === text,
      );
      const [answer] = await history();
      // What was open is closed, so that the mark is not part of it.
      expect(answer.text).toBe(text === 'wait at once' ? 'Stopped.' : 'One **two**\n\nStopped.');
      const turn = await browser.get(`/assistant/turns/${answer.turnId}`);
      expect(turn.body).toMatchObject({ status: 'stopped', replyId: answer.id });
    },
  );
});
