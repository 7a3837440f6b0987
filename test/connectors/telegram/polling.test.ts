import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { type Bot, startBot } from './bot.js';

describe('Telegram’s long polling', () => {
  let bot: Bot;
  let alice: ReturnType<Bot['server']['world']['user']>;

  beforeEach(async () => {
    bot = await startBot();
    alice = bot.server.world.user('Alice');
  });

  afterEach(() => bot.close());

  const texts = () => bot.host.inbound.map(({ text }) => text);
  const health = () => bot.connector.connection!.health();

  it('confirms nothing that is not stored, and keeps the order of a chat', async () => {
    const chat = bot.server.world.dm(alice);
    let failures = 2;
    bot.host.beforeStore = async () => {
      if (failures-- > 0) throw new RetryableError('store_unavailable', 'The disk is full.');
    };
    for (const text of ['one', 'two', 'three']) bot.server.people.say(chat, alice, text);
    await until(() => texts().length === 3);
    expect(texts()).toEqual(['one', 'two', 'three']);
    await until(() => bot.server.updates.pending.length === 0);
  });

  it('loses nothing when Telegram counts updates from below, as it may after a quiet week', async () => {
    const chat = bot.server.world.dm(alice);
    bot.server.people.say(chat, alice, 'before');
    await until(() => texts().length === 1);
    // The poll that confirms it comes back empty.
    await until(() => bot.server.updates.pending.length === 0);
    await until(() => !bot.server.updates.polling);
    await until(() => bot.server.updates.polling);
    bot.server.updates.countFrom(5);
    bot.server.people.say(chat, alice, 'after');
    await until(() => texts().length === 2);
  });

  it('does not wait for an update that Telegram gave up', async () => {
    const chat = bot.server.world.dm(alice);
    bot.host.beforeStore = async ({ text }) => {
      if (text === 'a day ago') throw new RetryableError('store_unavailable', 'The disk is full.');
    };
    bot.server.people.say(chat, alice, 'a day ago');
    await until(() => bot.host.logged.some(({ message }) => /could not be taken/.test(message)));
    bot.server.updates.drop(bot.server.updates.pending[0]!.update_id);
    bot.server.people.say(chat, alice, 'today');
    await until(() => bot.server.updates.pending.length === 0);
    expect(texts()).toEqual(['today']);
  });

  it('is not held up by an update that will never pass', async () => {
    const chat = bot.server.world.dm(alice);
    bot.host.edit = () => Promise.reject(new FatalError('text_too_long', 'It is too long.'));
    const said = bot.server.people.say(chat, alice, 'short');
    await until(() => texts().length === 1);
    bot.server.people.edit(chat, said.message_id, 'long');
    bot.server.people.say(chat, alice, 'next');
    await until(() => texts().includes('next'));
    await until(() => bot.server.updates.pending.length === 0);
  });

  it('waits while its agent is away', async () => {
    let away = 2;
    bot.host.beforeStore = async () => {
      if (away-- > 0) throw new FatalError('agent_unknown', 'No such agent.');
    };
    bot.server.people.say(bot.server.world.dm(alice), alice, 'hello');
    await until(() => texts().length === 1);
  });

  it('is not held up by a slow chat', async () => {
    const { people, world } = bot.server;
    let store = () => {};
    let first = true;
    bot.host.beforeStore = () => {
      if (!first) return Promise.resolve();
      first = false;
      return new Promise((resolve) => (store = resolve));
    };
    people.say(world.dm(alice), alice, 'slow');
    await until(() => !first);
    const bob = world.user('Bob');
    people.say(world.dm(bob), bob, 'quick');
    await until(() => texts().includes('quick'));
    // What is behind an unfinished update is not confirmed either.
    expect(bot.server.updates.pending).toHaveLength(2);
    store();
    await until(() => bot.server.updates.pending.length === 0);
    expect(texts()).toEqual(['quick', 'slow']);
  });

  it('names a second poller in its health and in the log, and polls again once it is gone', async () => {
    expect(health()).toBe('ok');
    bot.server.fail({
      method: 'getUpdates',
      status: 409,
      times: 2,
      description: 'Conflict: terminated by other getUpdates request',
    });
    bot.server.people.say(bot.server.world.dm(alice), alice, 'hello');
    await until(() => health() !== 'ok');
    expect(health()).toMatch(/409 Conflict.*second poller/);
    expect(bot.host.logged.filter(({ level }) => level === 'error')).toMatchObject([
      { message: expect.stringMatching(/409 Conflict.*second poller/) },
    ]);
    await until(() => health() === 'ok');
  });

  it('has a real second poller take turns with it, and both say so', async () => {
    const second = await bot.another();
    await until(() => [bot.connector, second].some((each) => /409/.test(each.connection!.health())));
  });

  it('survives server errors, lost connections and requests to slow down', async () => {
    const { people, world } = bot.server;
    const chat = world.dm(alice);
    bot.server.fail({ method: 'getUpdates', status: 502 });
    bot.server.fail({ method: 'getUpdates', drop: 'after' });
    bot.server.fail({ method: 'getUpdates', status: 429, retryAfter: 1 });
    bot.server.hangUp();
    people.say(chat, alice, 'hello');
    await until(() => texts().length === 1);
    await until(() => health() === 'ok');
    expect(texts()).toEqual(['hello']);
  });

  it('says that the token is no longer good, without telling it', async () => {
    bot.server.revoke();
    await until(() => /does not know the bot’s token/.test(health()));
    expect(JSON.stringify(bot.host.logged)).not.toContain('AAtest');
    expect(health()).not.toContain('AAtest');
  });

  it('refuses to open with a wrong token, for good', async () => {
    await bot.connector.connection!.close();
    bot.server.revoke();
    const again = startBot({ server: bot.server, token: '4242:AAwrong-token_of-the-test-server' });
    await expect(again).rejects.toMatchObject({ code: 'config_invalid', retryable: false });
    await expect(again).rejects.not.toThrow(/AAwrong/);
  });

  it('takes over from a webhook', async () => {
    await bot.connector.connection!.close();
    bot.server.updates.setWebhook({ url: 'http://127.0.0.1:1/' });
    await bot.connector.connection!.open();
    expect(bot.server.updates.webhook).toBeNull();
    bot.server.people.say(bot.server.world.dm(alice), alice, 'hello');
    await until(() => texts().length === 1);
  });

  it('lets a message in flight end when it is closed, and confirms it', async () => {
    let store = () => {};
    bot.host.beforeStore = () => new Promise((resolve) => (store = resolve));
    bot.server.people.say(bot.server.world.dm(alice), alice, 'hello');
    const began = store;
    await until(() => store !== began);
    const closed = bot.connector.connection!.close();
    store();
    await closed;
    expect(texts()).toEqual(['hello']);
    expect(bot.server.updates.pending).toEqual([]);
    bot.server.people.say(bot.server.world.dm(alice), alice, 'anybody?');
    expect(health()).toBe('closed');
    expect(bot.server.updates.polling).toBe(false);
    bot.host.beforeStore = async () => {};
    await bot.connector.connection!.open();
    await until(() => texts().length === 2);
  });

  it('takes once what comes again after a restart', async () => {
    const chat = bot.server.world.dm(alice);
    bot.server.people.say(chat, alice, 'hello');
    await until(() => texts().length === 1);
    await bot.connector.stop();
    bot.server.people.redeliver(chat, [...chat.messages.values()][0]!);
    await bot.another();
    await until(() => bot.server.updates.pending.length === 0);
    expect(texts()).toEqual(['hello']);
  });
});
