import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnoseTelegram } from '../../../connectors/telegram/doctor.js';
import { startTelegramServer, type TelegramServer } from '../../platforms/telegram/server.js';

describe('The doctor of Telegram', () => {
  let server: TelegramServer;

  beforeEach(async () => {
    server = await startTelegramServer();
  });

  afterEach(() => server.stop());

  const diagnose = (more: object = {}) =>
    diagnoseTelegram({ token: server.token, apiUrl: server.url, ...more });
  const failing = async (more: object = {}) => (await diagnose(more)).filter(({ ok }) => !ok);

  it('finds nothing wrong with a bot that is well', async () => {
    expect(await diagnose()).toEqual([
      { check: 'Telegram can be reached', ok: true },
      { check: 'token (it is @eliza_bot’s)', ok: true },
      { check: 'groups', ok: true },
      { check: 'group privacy mode is off', ok: true },
      { check: 'long polling', ok: true },
    ]);
    // A poll of its own would end the hub's.
    expect(server.calls.map(({ method }) => method)).toEqual(['getMe', 'getWebhookInfo']);
  });

  it('explains privacy mode, and minds it where the agent is to hear all', async () => {
    server.world.readsAll = false;
    const explained = (await diagnose()).find(({ check }) => check === 'group privacy mode is on');
    expect(explained).toMatchObject({
      ok: true,
      fix: expect.stringMatching(/\/setprivacy, Disable.*add it again/),
    });
    expect(await failing({ hearsAll: true })).toMatchObject([{ check: 'group privacy mode is on' }]);
  });

  it('names a bad token and never tells it', async () => {
    expect(await failing({ token: 'abc' })).toMatchObject([{ fix: expect.stringMatching(/@BotFather/) }]);
    const wrong = '4242:AAsome-other_token-than-the-right';
    const found = await failing({ token: wrong });
    expect(found).toMatchObject([{ check: 'token', fix: expect.stringMatching(/@BotFather/) }]);
    expect(JSON.stringify(found)).not.toContain('AAsome');
  });

  it('says where it cannot reach Telegram', async () => {
    const found = await failing({ apiUrl: 'http://127.0.0.1:1/path' });
    expect(found).toMatchObject([
      { check: 'Telegram can be reached', fix: expect.stringMatching(/TELEGRAM_API_URL/) },
    ]);
    expect(JSON.stringify(found)).not.toContain('AAtest');
  });

  it('finds a webhook in the way of polling, and one that leads elsewhere or fails', async () => {
    server.updates.setWebhook({ url: 'http://127.0.0.1:1/elsewhere' });
    expect(await failing()).toMatchObject([
      { check: 'long polling', fix: expect.stringMatching(/another program/) },
    ]);
    const webhook = { url: 'http://127.0.0.1:1/telegram' };
    expect(await failing({ webhook })).toMatchObject([{ fix: expect.stringMatching(/pushes elsewhere/) }]);
    server.updates.setWebhook(webhook);
    expect(await failing({ webhook })).toEqual([]);
    const alice = server.world.user('Alice');
    server.people.say(server.world.dm(alice), alice, 'hello');
    for (;;) {
      const found = await failing({ webhook });
      if (found.length > 0) return expect(found[0]!.fix).toMatch(/1 updates wait.*Connection refused/);
    }
  });
});
