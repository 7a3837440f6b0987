import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { telegramConnector } from '../../../connectors/telegram/connector.js';
import { FatalError, RetryableError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { type Bot, startBot } from './bot.js';

describe('Telegram’s webhook', () => {
  let bot: Bot;
  let alice: ReturnType<Bot['server']['world']['user']>;

  beforeEach(async () => {
    bot = await startBot({ pushed: true });
    alice = bot.server.world.user('Alice');
  });

  afterEach(() => bot.close());

  const header = 'x-telegram-bot-api-secret-token';
  const secret = () => bot.server.updates.webhook!.secret_token!;
  const post = (body: string, headers: Record<string, string> = { [header]: secret() }) =>
    fetch(`${bot.url}/telegram/eliza`, { method: 'POST', body, headers }).then(({ status }) => status);
  const update = (id: number, text: string) =>
    JSON.stringify({
      update_id: id,
      message: { message_id: id, date: 1, chat: { id: 5, type: 'private' }, from: alice, text },
    });

  it('registers itself, its secret and its commands', async () => {
    expect(bot.server.updates.webhook).toMatchObject({ url: `${bot.url}/telegram/eliza` });
    expect(bot.server.updates.allowed).toContain('message_reaction');
    await until(() => bot.server.world.commands.length > 0);
    expect(bot.connector.connection).toBeUndefined();
  });

  it('takes what Telegram pushes, chat by chat in order', async () => {
    const chat = bot.server.world.dm(alice);
    for (const text of ['one', 'two', 'three']) bot.server.people.say(chat, alice, text);
    await bot.host.received(3);
    expect(bot.host.inbound.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    await until(() => bot.server.updates.pending.length === 0);
    expect(bot.server.updates.answered).toEqual([200, 200, 200]);
  });

  it('asks for it again when it could not be stored', async () => {
    let failures = 1;
    bot.host.beforeStore = async () => {
      if (failures-- > 0) throw new RetryableError('store_unavailable', 'The disk is full.');
    };
    bot.server.people.say(bot.server.world.dm(alice), alice, 'hello');
    await until(() => bot.server.updates.pending.length === 0);
    expect(bot.server.updates.answered).toEqual([503, 200]);
    expect(bot.host.memories).toHaveLength(1);
  });

  it('takes what will never pass, and asks again while the agent is away', async () => {
    const chat = bot.server.world.dm(alice);
    const codes = ['text_too_long', 'agent_unknown', 'text_too_long'] as const;
    let tried = 0;
    bot.host.edit = () => Promise.reject(new FatalError(codes[tried++]!, 'No.'));
    const said = bot.server.people.say(chat, alice, 'short');
    await until(() => bot.server.updates.pending.length === 0);
    bot.server.people.edit(chat, said.message_id, 'long');
    await until(() => bot.server.updates.pending.length === 0);
    bot.server.people.edit(chat, said.message_id, 'longer');
    await until(() => bot.server.updates.pending.length === 0);
    expect(bot.server.updates.answered).toEqual([200, 200, 503, 200]);
  });

  it('refuses forgeries, stores nothing and lives on', async () => {
    expect(await post(update(1, 'forged'), {})).toBe(401);
    expect(await post(update(1, 'forged'), { [header]: '' })).toBe(401);
    expect(await post(update(1, 'forged'), { [header]: `${secret()}x` })).toBe(401);
    expect(await post(update(1, 'forged'), { [header]: secret().toUpperCase() })).toBe(401);
    expect(await post(`{"update_id":1,"x":"${'x'.repeat(2_000_000)}"}`)).toBe(413);
    const get = await fetch(`${bot.url}/telegram/eliza`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${bot.url}/telegram/other`, { method: 'POST' })).status).toBe(401);
    expect(bot.host.memories).toEqual([]);
    expect(await post(update(2, 'true'))).toBe(200);
    expect(bot.host.memories).toHaveLength(1);
  });

  it.each([
    ...['{"update_id":', '', '[]', 'null', '{"update_id":"1"}', '{"update_id":1,"message":7}'],
    '{"update_id":1,"message":{"message_id":"x","chat":{"id":5,"type":"private"}}}',
    '{"update_id":1,"edited_message":{"chat":[]}}',
  ])('[telegram.9] takes %j, which nobody can read, and says so in the log', async (body) => {
    expect(await post(body)).toBe(200);
    expect(bot.host.memories).toEqual([]);
    expect(bot.host.logged).toContainEqual({
      level: 'error',
      message: 'an update of unknown shape is left out',
    });
    expect(await post(update(2, 'next'))).toBe(200);
    expect(bot.host.memories).toHaveLength(1);
  });

  it('stores nothing of a body that breaks off', async () => {
    await new Promise<void>((resolve) => {
      const headers = { [header]: secret(), 'content-length': 1000 };
      const broken = request(`${bot.url}/telegram/eliza`, { method: 'POST', headers });
      broken.on('error', () => resolve());
      broken.write(update(1, 'half'));
      setTimeout(() => broken.destroy(), 50);
    });
    expect(await post(update(2, 'whole'))).toBe(200);
    expect(bot.host.inbound.map(({ text }) => text)).toEqual(['whole']);
  });

  it('takes the same update twice as one message', async () => {
    expect(await Promise.all([post(update(1, 'hello')), post(update(1, 'hello'))])).toEqual([200, 200]);
    expect(bot.host.memories).toHaveLength(1);
  });

  it('registers once Telegram can be reached', async () => {
    await bot.close();
    bot = await startBot({ pushed: true });
    await bot.connector.stop();
    bot.server.updates.setWebhook(null);
    bot.server.fail({ method: 'setWebhook', status: 502 });
    await bot.connector.start(bot.host);
    await until(() => bot.host.logged.some(({ message }) => /did not take the webhook/.test(message)));
  });

  it('finishes what it is taking before it is stopped, and takes nothing then', async () => {
    let store = () => {};
    bot.host.beforeStore = () => new Promise((resolve) => (store = resolve));
    const began = store;
    const taken = post(update(1, 'in flight'));
    await until(() => store !== began);
    const stopped = bot.connector.stop();
    expect(await post(update(2, 'too late'))).toBe(503);
    store();
    await stopped;
    expect(await taken).toBe(200);
    expect(bot.host.inbound.map(({ text }) => text)).toEqual(['in flight']);
  });

  it('refuses a secret that Telegram would not take', () => {
    const options = { agentId: 'eliza', token: '1:x', maxFileBytes: 1 };
    const webhook = { url: 'https://hub.example/telegram', secret: 'no spaces' };
    expect(() => telegramConnector({ ...options, webhook })).toThrow(/letters, digits/);
  });
});
