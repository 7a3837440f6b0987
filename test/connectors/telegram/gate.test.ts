/** The connector on the real hub: what the gate refuses costs no request to Telegram, and nothing of it is kept. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { telegramConnector } from '../../../connectors/telegram/connector.js';
import type { Carrier } from '../../../src/carrier.js';
import { roomIdOf } from '../../../src/extension-api.js';
import { startTelegramServer, type TelegramServer } from '../../platforms/telegram/server.js';
import type { Chat } from '../../platforms/telegram/world.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';
import { until } from '../../support/until.js';
import { png, startBot } from './bot.js';

describe('Telegram, before the gate', () => {
  let home: Home;
  let server: TelegramServer;
  let carrier: Carrier;
  let alice: ReturnType<TelegramServer['world']['user']>;

  beforeEach(async () => {
    home = new Home();
    server = await startTelegramServer();
    alice = server.world.user('Alice');
  });

  afterEach(async () => {
    await home.dispose();
    await server.stop();
  });

  const start = async (telegram: object) => {
    const character = { name: 'Ada', bio: '.', plugins: [], connectors: { telegram } };
    home.character('assistant', character);
    const connector = telegramConnector({
      ...{ agentId: 'assistant', token: server.token, apiUrl: server.url, maxFileBytes: 1_000_000 },
      ...{ albumQuietMs: 50, albumSweepMs: 200, pollSeconds: 2, streaming: false },
    });
    const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
    carrier = await home.carrier({ connectors: [connector], model });
  };

  const photo = { kind: 'photo', bytes: png, caption: '@eliza_bot look' } as const;
  const document = { kind: 'document', bytes: Buffer.from('words'), name: 'a.txt' } as const;
  const voice = { kind: 'voice', bytes: Buffer.from('sound') } as const;

  /** All that people can send with bytes in it. */
  const send = (chat: Chat) => {
    const { people } = server;
    for (const each of [photo, document, voice]) people.send(chat, alice, each);
    people.album(chat, alice, [photo, photo]);
  };
  const taken = () => until(() => server.updates.pending.length === 0);
  /** Longer than an album waits for its rest. */
  const quiet = () => new Promise((resolve) => setTimeout(resolve, 300));
  const asked = () =>
    server.calls.filter(({ method }) => method === 'getFile').length + server.fetched.length;
  const kept = async (chat: Chat) => {
    const source = { connector: 'telegram', tenant: 'default', channel: String(chat.id) };
    const { items } = await carrier.store.memories.history(roomIdOf('assistant', source), { limit: 50 });
    return items.filter(({ role }) => role === 'user').map(({ content }) => content);
  };

  it('[discord.16] asks for no file of a stranger, in whatever way it is sent', async () => {
    await start({});
    const chat = server.world.dm(alice);
    send(chat);
    await taken();
    await until(() => server.said(chat).some(({ text }) => /pairing code/.test(text ?? '')));
    // The album is put together after its updates are taken.
    await quiet();
    expect(asked()).toBe(0);
    expect(await kept(chat)).toEqual([]);
    expect(JSON.stringify(await carrier.store.notes.list('', 1000))).not.toContain('captions:');
  });

  it('[discord.16] asks for no file where it does not serve', async () => {
    await start({ groups: 'off', dm: 'open' });
    const den = server.world.group('den');
    send(den);
    await taken();
    await quiet();
    expect(asked()).toBe(0);
    expect(await kept(den)).toEqual([]);
    expect(server.said(den)).toEqual([]);
  });

  it('[discord.16] asks for no file that nobody addressed to it, and keeps nothing', async () => {
    await start({});
    const den = server.world.group('den');
    server.people.send(den, alice, { ...photo, caption: 'our cat' });
    server.people.send(den, alice, document);
    server.people.album(den, alice, [document, document]);
    await taken();
    await quiet();
    expect(asked()).toBe(0);
    expect(await kept(den)).toEqual([]);
  });

  it('[discord.16] names the files of talk that it only overhears, and asks for none', async () => {
    await start({ context: true, places: 'open' });
    const den = server.world.group('den');
    const { people } = server;
    people.send(den, alice, { ...photo, caption: 'our cat' });
    people.send(den, alice, document);
    people.album(den, alice, [document, { ...document, name: 'b.txt' }]);
    await taken();
    await until(async () => (await kept(den)).length === 3);
    expect(asked()).toBe(0);
    expect((await kept(den)).map(({ text }) => text)).toEqual([
      'our cat\n[file photo.jpg, not read]',
      '[file a.txt, not read]',
      '[file a.txt, not read]\n[file b.txt, not read]',
    ]);
    expect((await kept(den)).flatMap(({ attachments }) => attachments)).toEqual([]);
  });

  it('has every file once the sender is let in, and once when the update comes again', async () => {
    await start({ dm: 'open' });
    const chat = server.world.dm(alice);
    const sent = server.people.send(chat, alice, document);
    await until(async () => (await kept(chat)).length === 1);
    expect(await kept(chat)).toMatchObject([{ text: '', attachments: [{ name: 'a.txt', size: 5 }] }]);
    const before = asked();
    server.people.redeliver(chat, sent);
    await taken();
    expect(asked()).toBe(before);
    send(chat);
    await until(async () => (await kept(chat)).length === 5);
    expect((await kept(chat)).flatMap(({ attachments }) => attachments)).toHaveLength(6);
  });
});

describe('Telegram’s edits and reactions', () => {
  it('say whose they are, for the gate', async () => {
    const bot = await startBot();
    const { people, world } = bot.server;
    const [alice, den] = [world.user('Alice'), world.group('den')];
    // The first poll says that reactions are wanted.
    await until(() => bot.server.updates.polling);
    const passed: unknown[] = [];
    bot.host.edit = async (edit) => passed.push(edit) > 0;
    bot.host.react = async (reaction) => passed.push(reaction) > 0;
    const said = people.say(den, alice, 'short');
    people.edit(den, said.message_id, 'long');
    people.react(den, alice, said.message_id, ['👍']);
    await until(() => passed.length === 2);
    const author = { id: String(alice.id), name: 'Alice' };
    expect(passed).toMatchObject([
      { key: { messageId: `${den.id}:${said.message_id}` }, text: 'long', author },
      { author, emoji: '👍', removed: false },
    ]);
    await bot.close();
  });
});
