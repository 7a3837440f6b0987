import type { Update, User } from 'telegraf/types';
import { telegramConnector } from '../../../connectors/telegram/connector.js';
import { connectorContract } from '../../../src/testing/connector.js';
import type { TestHub } from '../../../src/testing/hub.js';
import type { Platform, PlatformFile, PlatformMessage } from '../../../src/testing/platform.js';
import { startTelegramServer } from '../../platforms/telegram/server.js';
import type { Chat, StoredMessage } from '../../platforms/telegram/world.js';

connectorContract('Telegram by long polling', (hub) => platform(hub, false));
connectorContract('Telegram by webhook', (hub) => platform(hub, true));

/** So long after its last poll a bot has gone, in ms. */
const goneMs = 5_000;

/** How long an update may lie with Telegram before it counts as not taken, in ms. */
const patienceMs = { pushed: 4000, polled: 1500 };

async function platform({ url, seen }: TestHub, pushed: boolean): Promise<Platform> {
  const server = await startTelegramServer();
  const connector = telegramConnector({
    agentId: 'eliza',
    token: server.token,
    apiUrl: server.url,
    maxFileBytes: 1_000_000,
    // Polls that are let go soon, since the suite stops its connector often.
    pollSeconds: 1,
    ...(pushed && { webhook: { url: `${url}/telegram/eliza`, secret: 'a-secret_of-the-webhook' } }),
  });
  const { world } = server;
  const groups = new Map<string, Chat>();
  const people = new Map<string, User>();
  const sent = new Map<string, { message: object }>();

  function personOf({ user, bot }: PlatformMessage): User {
    const person = people.get(user) ?? { ...world.user(user), ...(bot && { is_bot: true }) };
    people.set(user, person);
    return person;
  }

  function chatOf(message: PlatformMessage): Chat {
    if (message.direct) return world.dm(personOf(message));
    const chat = groups.get(message.channel) ?? world.group(message.channel);
    groups.set(message.channel, chat);
    return chat;
  }

  /** The same message gets the same update, as Telegram does it for what is not confirmed. */
  function updateOf(message: PlatformMessage, file?: PlatformFile): { message: object } {
    const known = sent.get(message.id);
    if (known) return known;
    const chat = chatOf(message);
    const about = { message_id: chat.nextId(), date: 1, chat: chat.shown, from: personOf(message) };
    const update = { message: { ...about, ...contentOf(message, file) } };
    sent.set(message.id, update);
    return update;
  }

  function contentOf(message: PlatformMessage, file?: PlatformFile): object {
    const { text, entities } = wordsOf(message);
    if (!file) return { text, entities };
    const { file_id, file_unique_id, bytes } = world.keep(Buffer.from(file.bytes), file.name);
    const kept = { file_id, file_unique_id, file_size: bytes.length };
    const document = { ...kept, file_name: file.name, mime_type: file.mediaType };
    return { caption: text, caption_entities: entities, document };
  }

  function wordsOf({ text, direct, addressed }: PlatformMessage) {
    if (direct || addressed === false) return { text, entities: [] };
    const name = `@${world.bot.username}`;
    return { text: `${name} ${text}`, entities: [{ type: 'mention', offset: 0, length: name.length }] };
  }

  const shown = () =>
    [...world.chats.values()].flatMap((chat) => server.said(chat).map((message) => ({ chat, message })));

  /** A poller says of what it could not take, and a webhook answers; who never asks is not there to take anything. */
  async function taken({ update_id }: Update): Promise<boolean> {
    const { updates } = server;
    const before = failures();
    let begun = Date.now();
    for (;;) {
      const times = updates.sent(update_id);
      if (times === null) return true;
      if (updates.polling) begun = Date.now();
      const ms = Date.now() - begun;
      // It may have been handed to a poll whose bot had just gone.
      const gone = times > 0 && !pushed && ms > goneMs;
      const ignored = gone || (times === 0 && ms > patienceMs[pushed ? 'pushed' : 'polled']);
      if (ignored || (pushed ? updates.refused(update_id) > 0 : failures() > before)) {
        updates.drop(update_id);
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  const failures = () => seen.logged.filter(({ message }) => /could not be taken/.test(message)).length;

  return {
    connector,
    send: (message) => taken(server.people.raw(updateOf(message))),
    sendFile: (message, file) => taken(server.people.raw(updateOf(message, file))),
    fileRequests: () =>
      server.fetched.length + server.calls.filter(({ method }) => method === 'getFile').length,
    shown: () => shown().map(({ message: { text, caption } }) => text ?? caption ?? ''),
    shownFiles: () =>
      shown().flatMap(({ message }) => {
        const document = message.document as { file_id: string; file_name: string } | undefined;
        const file = world.files.get(document?.file_id ?? '');
        return document && file ? [{ name: document.file_name, bytes: file.bytes }] : [];
      }),
    edit(message) {
      const edited_message = { ...sent.get(message.id)!.message, ...wordsOf(message), edit_date: 2 };
      return taken(server.people.raw({ edited_message }));
    },
    async react(emoji, user) {
      const { chat, message } = shown().at(-1)!;
      server.people.react(chat, people.get(user)!, message.message_id, [emoji]);
    },
    async press(label, user) {
      const { chat, message } = shown().findLast((said) => labelsOf(said.message).includes(label))!;
      await server.people.press(chat, people.get(user)!, message.message_id, label);
    },
    offered: () => shown().flatMap(({ message }) => labelsOf(message)),
    async erase(text) {
      const { chat, message } = shown().find((each) => each.message.text === text)!;
      chat.messages.delete(message.message_id);
    },
    async regroup(user, isIn) {
      const [chat] = groups.values();
      chat!.standing.set(people.get(user)!.id, isIn ? 'administrator' : 'left');
      if (isIn === null) chat!.hidesMembers = 'CHAT_ADMIN_REQUIRED';
      return `administrators:${chat!.id}`;
    },
    live: true,
    open: true,
    places: true,
    ordered: true,
    refuse(how) {
      server.heal();
      const method = 'sendMessage';
      if (how === 'later') server.fail({ method, status: 503, times: 100 });
      if (how === 'never')
        server.fail({ method, status: 403, times: 100, description: 'Forbidden: bot was kicked' });
      if (how === 'hang') server.fail({ method, delayMs: 60_000, drop: 'before', times: 100 });
    },
    close: () => server.stop(),
  };
}

function labelsOf({ reply_markup: markup }: StoredMessage): string[] {
  return markup?.inline_keyboard.flat().map(({ text }) => text) ?? [];
}
