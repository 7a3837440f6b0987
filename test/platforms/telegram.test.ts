/** The test server itself: what it refuses, the real one refuses, in the same words. */
import { Telegraf } from 'telegraf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { parseHtml } from './telegram/html.js';
import { startTelegramServer, type TelegramServer } from './telegram/server.js';

describe('The Telegram test server', () => {
  let server: TelegramServer;
  let alice: ReturnType<TelegramServer['world']['user']>;
  let chat: ReturnType<TelegramServer['world']['dm']>;

  beforeEach(async () => {
    server = await startTelegramServer();
    alice = server.world.user('Alice');
    chat = server.world.dm(alice);
  });

  afterEach(() => server.stop());

  async function call(method: string, parameters: object = {}, token = server.token) {
    const response = await fetch(`${server.url}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
    });
    // Whatever a method answers: the tests say what they expect of it.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    return { status: response.status, ...((await response.json()) as any) };
  }
  const problem = async (method: string, parameters: object) => {
    const { ok, description } = await call(method, parameters);
    return ok ? 'ok' : description;
  };

  it('serves a bot of telegraf’s own making', async () => {
    const bot = new Telegraf(server.token, { telegram: { apiRoot: server.url } });
    bot.on('text', (ctx) => ctx.replyWithHTML(`<b>${ctx.message.text}</b>`));
    const stopped = bot.launch();
    server.people.say(chat, alice, 'hello');
    await until(() => server.said(chat).length === 1);
    expect(server.said(chat)).toMatchObject([{ text: 'hello', entities: [{ type: 'bold' }] }]);
    bot.stop();
    await stopped;
  });

  it('refuses as Telegram does', async () => {
    const send = (text: string, more: object = {}) =>
      problem('sendMessage', { chat_id: chat.id, text, ...more });
    expect(await call('getMe', {}, '1:wrong')).toMatchObject({ status: 401, description: 'Unauthorized' });
    expect(await call('sendPigeon')).toMatchObject({
      status: 404,
      description: 'Not Found: method not found',
    });
    expect(await send(' ')).toBe('Bad Request: message text is empty');
    expect(await send('x'.repeat(4096))).toBe('ok');
    expect(await send('x'.repeat(4097))).toBe('Bad Request: message is too long');
    expect(await send(`<b>${'x'.repeat(4096)}</b>`, { parse_mode: 'HTML' })).toBe('ok');
    expect(await send('hi', { chat_id: 7 })).toBe('Bad Request: chat not found');
    expect(await send('hi', { message_thread_id: 7 })).toBe('Bad Request: message thread not found');
    expect(await send('hi', { reply_parameters: { message_id: 99 } })).toBe(
      'Bad Request: message to be replied not found',
    );
    expect(await send('hi', { text_size: 3 })).toContain('Bad Request: sendmessage');
    const button = (callback_data: string) => ({
      reply_markup: { inline_keyboard: [[{ text: 'x', callback_data }]] },
    });
    expect(await send('hi', button('x'.repeat(65)))).toBe('Bad Request: BUTTON_DATA_INVALID');
    expect(await problem('sendPhoto', { chat_id: chat.id })).toBe(
      'Bad Request: there is no photo in the request',
    );
    server.people.bar(chat);
    expect(await call('sendMessage', { chat_id: chat.id, text: 'hi' })).toMatchObject({
      status: 403,
      error_code: 403,
    });
  });

  it('edits what is the bot’s own, and what is changed', async () => {
    const { result } = await call('sendMessage', { chat_id: chat.id, text: 'one' });
    const edit = (message_id: number, text: string) =>
      problem('editMessageText', { chat_id: chat.id, message_id, text });
    expect(await edit(result.message_id, 'two')).toBe('ok');
    expect(await edit(result.message_id, 'two')).toMatch(/^Bad Request: message is not modified/);
    expect(await edit(99, 'two')).toBe('Bad Request: message to edit not found');
    const hers = server.people.say(chat, alice, 'mine');
    expect(await edit(hers.message_id, 'two')).toBe("Bad Request: message can't be edited");
  });

  it('hands out updates until they are confirmed, to one poller', async () => {
    server.people.say(chat, alice, 'hello');
    const [first] = (await call('getUpdates')).result;
    expect((await call('getUpdates')).result).toEqual([first]);
    expect((await call('getUpdates', { offset: first.update_id + 1 })).result).toEqual([]);
    const waiting = call('getUpdates', { timeout: 5 });
    await until(() => server.updates.polling);
    const second = call('getUpdates', { timeout: 5 });
    expect(await waiting).toMatchObject({
      status: 409,
      description: expect.stringMatching(/terminated by other/),
    });
    server.people.say(chat, alice, 'again');
    expect((await second).result).toHaveLength(1);
    await call('setWebhook', { url: 'http://127.0.0.1:1/' });
    expect(await call('getUpdates')).toMatchObject({
      status: 409,
      description: expect.stringMatching(/webhook is active/),
    });
  });

  it('keeps from a bot in privacy mode what is not meant for it', () => {
    server.world.readsAll = false;
    const den = server.world.group('den');
    server.people.say(den, alice, 'just talk');
    server.people.say(den, alice, '@eliza_bot hello');
    server.people.say(den, alice, '/help');
    expect(server.updates.pending).toHaveLength(2);
  });

  it('asks to slow down, fails and hangs up on demand', async () => {
    server.fail({ status: 429, retryAfter: 3 });
    expect(await call('getMe')).toMatchObject({ status: 429, parameters: { retry_after: 3 } });
    server.fail({ method: 'getMe', drop: 'before' });
    await expect(call('getMe')).rejects.toThrow();
    expect((await call('getMe')).ok).toBe(true);
  });

  it.each([
    ['<b>x', `Can't find end tag corresponding to start tag "b"`],
    ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ['a < b', 'Unsupported start tag " b" at byte offset 2'],
    ['<h1>x</h1>', 'Unsupported start tag "h1" at byte offset 0'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
  ])('does not parse %j', (html, problem) => {
    expect(() => parseHtml(html)).toThrow(`Bad Request: can't parse entities: ${problem}`);
  });
});
