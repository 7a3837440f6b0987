/** Commands on Telegram, as the hub carries them out: what people see, and what is kept. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../platforms/telegram/world.js';
import { until } from '../../support/until.js';
import { type Rig, type RigOptions, startRig } from './rig.js';

describe('A command on Telegram', () => {
  let rig: Rig;

  afterEach(() => rig.close());

  const start = async (options: RigOptions = {}) => {
    rig = await startRig(options);
    rig.hub.model.answer = ({ messages }) => `answer to ${messages.at(-1)!.text}`;
  };
  const kept = async () =>
    (await rig.hub.memories()).filter(({ role }) => role === 'user').map(({ content }) => content.text);
  const again = async (message: StoredMessage, chat = rig.chat) => {
    rig.server.people.redeliver(chat, message);
    await rig.taken();
    await new Promise((resolve) => setTimeout(resolve, 200));
  };

  describe('handed out twice', () => {
    beforeEach(() => start());

    it('[telegram.1] is carried out once: /forget yes leaves what was said later', async () => {
      rig.ask('before');
      await rig.said((all) => all.length === 1);
      const command = rig.ask('/forget yes');
      await rig.said((all) => all.length === 2);
      rig.ask('after');
      await rig.said((all) => all.length === 3);
      await again(command);
      expect(rig.texts()).toHaveLength(3);
      expect(await kept()).toEqual(['after']);
    });

    it.each(['/new', '/status', '/help', '/start'])('[telegram.1] is answered once: %s', async (text) => {
      const command = rig.ask(text);
      await rig.said((all) => all.length === 1);
      await again(command);
      await rig.hub.stop();
      await rig.hub.start();
      await again(command);
      expect(rig.texts()).toHaveLength(1);
    });

    it('[telegram.2] does not bring back what was forgotten', async () => {
      const pin = rig.ask('my PIN is 4711');
      await rig.said((all) => all.length === 1);
      rig.ask('/forget yes');
      await rig.said((all) => all.length === 2);
      await again(pin);
      expect(await kept()).toEqual([]);
      expect(rig.texts()).toHaveLength(2);
    });
  });

  it.each(['/forget@otherbot yes', '/new@otherbot', '/help@other_bot'])(
    '[telegram.3] for another bot is left alone: %s',
    async (text) => {
      await start({ gate: { groups: 'always' } });
      const den = rig.server.world.group('den');
      rig.ask('before', den);
      await rig.said((all) => all.length === 1, den);
      for (const chat of [den, rig.chat]) rig.ask(text, chat);
      await rig.taken();
      rig.ask('after', den);
      await rig.said((all) => all.some(({ text: said }) => /after/.test(said ?? '')), den);
      expect(await kept()).toContain('before');
      expect(rig.texts().join()).not.toMatch(/What I can do|Forgotten|new conversation/);
      expect(rig.texts(den).join()).not.toMatch(/Forgotten|new conversation/);
    },
  );

  it.each(['/ask@eliza_bot what is 2+2', '/ask@Eliza_Bot what is 2+2'])(
    '[telegram.4] that nobody knows, said to us in a group, is talk to us: %s',
    async (text) => {
      await start();
      const den = rig.server.world.group('den');
      rig.ask('/ask what is 1+1', den);
      rig.ask('/ask@other_bot what is 1+1', den);
      rig.ask(text, den);
      await rig.said((all) => all.length === 1, den);
      await rig.taken();
      expect(rig.texts(den)[0]).toContain('what is 2+2');
      expect(await kept()).toEqual([text]);
    },
  );

  it('[telegram.4] that we know is carried out in a group, with our name or without', async () => {
    await start();
    const den = rig.server.world.group('den');
    rig.ask('/help', den);
    rig.ask('/help@eliza_bot', den);
    await rig.said((all) => all.length === 2, den);
    expect(await kept()).toEqual([]);
  });

  it('[telegram.7] offers its button, which works, also where Telegram asks to slow down', async () => {
    await start();
    rig.ask('my PIN is 4711');
    await rig.said((all) => all.length === 1);
    rig.server.fail({ method: 'sendMessage', status: 429, retryAfter: 1 });
    rig.ask('/forget');
    const [, question] = await rig.said((all) => all.length === 2);
    const [[button]] = question!.reply_markup!.inline_keyboard as [[{ text: string }]];
    await rig.server.people.press(rig.chat, rig.alice, question!.message_id, button.text);
    await until(async () => (await kept()).length === 0);
  });

  it.each(['/help', '/new', '/forget yes', '/start', '/help@eliza_bot'])(
    '[telegram.8] is ordinary text where commands are off: %s',
    async (text) => {
      await start({ gate: { commands: false }, commands: false });
      rig.ask('before');
      await rig.said((all) => all.length === 1);
      rig.ask(text);
      await rig.said((all) => all.length === 2);
      expect(await kept()).toEqual(['before', text]);
      expect(rig.server.world.commands).toEqual([]);
    },
  );

  it('[telegram.12] /start keeps its payload, and alone says what the agent can do', async () => {
    await start();
    rig.ask('/start');
    await rig.said((all) => all.length === 1);
    expect(rig.texts()[0]).toContain('/help');
    rig.ask('/start order-4711');
    await rig.said((all) => all.length === 2);
    expect(rig.texts()[1]).toContain('order-4711');
    expect(await kept()).toEqual(['/start order-4711']);
  });

  it('[telegram.12] a bot that is renamed hears its new name, and not the old one', async () => {
    await start();
    const den = rig.server.world.group('den');
    rig.ask('@eliza_bot one', den);
    await rig.said((all) => all.length === 1, den);
    rig.server.world.bot.username = 'ada_bot';
    rig.ask('@ada_bot two', den);
    rig.ask('@eliza_bot three', den);
    rig.ask('/ask@ada_bot four', den);
    await rig.said((all) => all.length === 3, den);
    await rig.taken();
    expect(await kept()).toEqual(['one', 'two', '/ask@ada_bot four']);
  });

  it('is offered to Telegram’s apps', async () => {
    await start();
    expect(rig.server.world.commands.map(({ command }) => command)).toEqual([
      ...['help', 'new', 'status', 'forget', 'model', 'whoami', 'link', 'unlink', 'stop'],
    ]);
  });
});
