import type { Update } from 'telegraf/types';
import type { TelegramOptions } from '../../../connectors/telegram/connector.js';
import { connectorContract, type Platform, type PlatformMessage } from '../../contract/connector.js';
import { FakeHost } from '../../http/host.js';
import type { TelegramServer } from '../../platforms/telegram/server.js';
import { startBot } from './bot.js';

connectorContract('Telegram by long polling', () => platform({ pushed: false }));
connectorContract('Telegram by webhook', () => platform({ pushed: true }));

/** Polls that are let go soon, since the suite stops its connector often. */
const options: Partial<TelegramOptions> = { pollSeconds: 1 };

async function platform({ pushed }: { pushed: boolean }): Promise<Platform> {
  // The suite brings its own hub.
  let hub = new FakeHost();
  const bot = await startBot({ pushed, host: hub, ...options });
  await bot.connector.stop();
  const { server, connector } = bot;
  const chats = new Map<string, ReturnType<TelegramServer['world']['group']>>();
  const people = new Map<string, ReturnType<TelegramServer['world']['user']>>();
  const sent = new Map<string, object>();

  /** The same message gets the same update, as Telegram does it for what is not confirmed. */
  function updateOf({ id, channel, user, text }: PlatformMessage): object {
    const known = sent.get(id);
    if (known) return known;
    const chat = chats.get(channel) ?? server.world.group(channel);
    const from = people.get(user) ?? server.world.user(user);
    chats.set(channel, chat);
    people.set(user, from);
    const update = { message: { message_id: chat.nextId(), date: 1, chat: chat.shown, from, text } };
    sent.set(id, update);
    return update;
  }

  /** A poller says of what it could not take, and a webhook answers; who never asks is not there to take anything. */
  async function taken({ update_id }: Update): Promise<boolean> {
    const { updates } = server;
    const before = failures();
    const begun = Date.now();
    for (;;) {
      const times = updates.sent(update_id);
      if (times === null) return true;
      const ignored = times === 0 && Date.now() - begun > 4000;
      if (ignored || (pushed ? updates.refused(update_id) > 0 : failures() > before)) {
        updates.drop(update_id);
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  const failures = () => hub.logged.filter(({ message }) => /could not be taken/.test(message)).length;

  return {
    connector: {
      ...connector,
      async start(host) {
        hub = host as FakeHost;
        await connector.start(host);
        await connector.connection?.open();
      },
    },
    send: (message) => taken(server.people.raw(updateOf(message))),
    shown: () => [...chats.values()].flatMap((chat) => server.said(chat).map(({ text }) => text ?? '')),
    refuse(how) {
      server.heal();
      if (how === 'later') server.fail({ method: 'sendMessage', status: 503, times: 100 });
      if (how === 'never')
        server.fail({
          method: 'sendMessage',
          status: 403,
          times: 100,
          description: 'Forbidden: bot was kicked',
        });
    },
    close: () => bot.close(),
  };
}
