/** What /readyz says of the connection: true within a second, both ways. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { type Bot, startBot } from './bot.js';
import { type Rig, startRig } from './rig.js';

describe('The health of an idle bot', () => {
  let rig: Rig;

  beforeEach(async () => {
    // As in use: a poll that has nothing to tell is held for half a minute.
    rig = await startRig({ pollSeconds: 30 });
    await until(() => rig.server.updates.polling);
  });

  afterEach(() => rig.close());

  const health = async () => {
    const answer = await fetch(`${rig.hub.url}/readyz`);
    const { connections } = (await answer.json()) as { connections: Record<string, string> };
    return Object.values(connections)[0]!;
  };

  it.each([
    ['hangs up', { drop: 'before', forMs: 4000 } as const],
    ['answers 502', { status: 502, forMs: 4000 }],
    ['answers with a page', { status: 403, page: '<html></html>', forMs: 4000 }],
  ])('[telegram.10] is told within a second where Telegram %s, and when it is back', async (_, fault) => {
    expect(await health()).toBe('ok');
    rig.server.fail({ method: 'getUpdates', ...fault });
    const goneAt = Date.now();
    rig.server.cutPoll();
    await until(async () => (await health()) !== 'ok', 1000);
    expect(await health()).toContain('Telegram cannot be reached for getUpdates');
    await new Promise((resolve) => setTimeout(resolve, goneAt + 4000 - Date.now()));
    await until(async () => (await health()) === 'ok', 1000);
  });

  it('[telegram.10] hears at once what was said meanwhile', async () => {
    rig.hub.model.answer = 'Hello.';
    rig.server.fail({ method: 'getUpdates', drop: 'before', forMs: 1500 });
    rig.server.cutPoll();
    rig.ask('hello?');
    await rig.said((all) => all.length === 1);
    expect(await health()).toBe('ok');
  });
});

describe('A bot that starts while Telegram is away', () => {
  let bot: Bot;

  afterEach(() => bot.close());

  it.each(['getMe', 'deleteWebhook'])(
    '[telegram.10] says so, and is well soon after it is back: %s',
    async (method) => {
      bot = await startBot({ pollSeconds: 30 });
      const { connection } = bot.connector;
      await connection!.close();
      bot.server.fail({ method: 'deleteWebhook', status: 502, forMs: 3000 });
      if (method === 'getMe') {
        await bot.connector.stop();
        bot.server.fail({ method, status: 502, forMs: 3000 });
        bot = { ...bot, connector: await bot.another() };
      } else await connection!.open();
      const { health } = bot.connector.connection!;
      const told = () => health.call(bot.connector.connection);
      expect(told()).toContain(`Telegram cannot be reached for ${method} (502)`);
      await until(() => told() === 'ok', 4000);
      const alice = bot.server.world.user('Alice');
      bot.server.people.say(bot.server.world.dm(alice), alice, 'hello');
      await bot.host.received();
    },
  );
});
