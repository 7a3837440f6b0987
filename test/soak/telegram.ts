import { startTelegramServer } from '../platforms/telegram/server.js';
import { telegramManners } from './manners.js';
import type { SoakPlatform } from './platform.js';
import { Trouble, troubleBefore } from './trouble.js';

/** Two groups and a forum's topic with two people each, and two private chats. Updates wait until they are confirmed. */
export async function telegramPlatform(): Promise<SoakPlatform> {
  const telegram = await startTelegramServer();
  const { world, people } = telegram;
  const alice = world.user('Alice');
  const bob = world.user('Bob');
  const forum = world.group('forum', { forum: true });
  const topic = people.topic(forum, alice, 'news');
  const rooms = [
    { chat: world.group('lobby'), topic: undefined, members: [alice, bob] },
    { chat: world.group('attic'), topic: undefined, members: [alice, bob] },
    { chat: forum, topic, members: [alice, bob] },
    { chat: world.dm(alice), topic: undefined, members: [alice] },
    { chat: world.dm(bob), topic: undefined, members: [bob] },
  ];
  const trouble = new Trouble(telegramManners);
  const front = await troubleBefore(telegram.url, trouble);
  return {
    name: 'telegram',
    trouble,
    settings: { TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_URL: front.url },
    rooms: rooms.map(({ chat, topic, members }) => {
      let said = 0;
      return {
        say: (text) => void people.say(chat, members[said++ % members.length]!, text, { topic }),
        shown: () => telegram.said(chat).map(({ text, caption }) => String(text ?? caption ?? '')),
      };
    }),
    cut: () => telegram.cutPoll(),
    unsureSince: () => telegram.calls.findLast(({ method }) => method === 'sendMessage')?.at ?? 0,
    async stop() {
      await front.stop();
      await telegram.stop();
    },
  };
}
