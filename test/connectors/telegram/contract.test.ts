import type { Update } from 'telegraf/types';
import type { TelegramOptions } from '../../../connectors/telegram/connector.js';
import {
  connectorContract,
  type Platform,
  type PlatformFile,
  type PlatformMessage,
} from '../../../src/testing/connector.js';
import { FakeHost } from '../../../src/testing/host.js';
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
  const sent = new Map<string, { message: object }>();

  /** The same message gets the same update, as Telegram does it for what is not confirmed. */
  function updateOf({ id, channel, user, text }: PlatformMessage, file?: PlatformFile): { message: object } {
    const known = sent.get(id);
    if (known) return known;
    const chat = chats.get(channel) ?? server.world.group(channel);
    const from = people.get(user) ?? server.world.user(user);
    chats.set(channel, chat);
    people.set(user, from);
    const update = {
      message: { message_id: chat.nextId(), date: 1, chat: chat.shown, from, ...contentOf(text, file) },
    };
    sent.set(id, update);
    return update;
  }

  function contentOf(text: string, file?: PlatformFile): object {
    if (!file) return { text };
    const { file_id, file_unique_id, bytes } = server.world.keep(Buffer.from(file.bytes), file.name);
    const kept = { file_id, file_unique_id, file_size: bytes.length };
    return { caption: text, document: { ...kept, file_name: file.name, mime_type: file.mediaType } };
  }

  const shown = () =>
    [...chats.values()].flatMap((chat) => server.said(chat).map((message) => ({ chat, message })));

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
    sendFile: (message, file) => taken(server.people.raw(updateOf(message, file))),
    shown: () => shown().map(({ message: { text, caption } }) => text ?? caption ?? ''),
    shownFiles: () =>
      shown().flatMap(({ message }) => {
        const document = message.document as { file_id: string; file_name: string } | undefined;
        const file = server.world.files.get(document?.file_id ?? '');
        return document && file ? [{ name: document.file_name, bytes: file.bytes }] : [];
      }),
    edit({ id, text }) {
      const edited_message = { ...sent.get(id)!.message, text, edit_date: 2 };
      return taken(server.people.raw({ edited_message }));
    },
    async press(label, user) {
      const { chat, message } = shown().at(-1)!;
      await server.people.press(chat, people.get(user)!, message.message_id, label);
    },
    live: true,
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
