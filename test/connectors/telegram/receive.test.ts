import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { type Bot, png, startBot } from './bot.js';

describe('Telegram, inbound:', () => {
  let bot: Bot;
  let alice: ReturnType<Bot['server']['world']['user']>;
  let bob: typeof alice;

  beforeEach(async () => {
    bot = await startBot();
    alice = bot.server.world.user('Alice', 'alice');
    bob = bot.server.world.user('Bob');
  });

  afterEach(() => bot.close());

  const inbound = async (count = 1) => {
    await bot.host.received(count);
    return bot.host.inbound.at(count - 1)!;
  };
  /** Every update so far is confirmed. */
  const confirmed = () => until(() => bot.server.updates.pending.length === 0);

  it('takes a private message, which is always for the agent', async () => {
    const chat = bot.server.world.dm(alice);
    bot.server.people.say(chat, alice, 'hello');
    expect(await inbound()).toMatchObject({
      agentId: 'eliza',
      source: {
        connector: 'telegram',
        tenant: 'default',
        channel: String(alice.id),
        messageId: `${alice.id}:1`,
      },
      direct: true,
      addressed: true,
      author: { id: String(alice.id), name: 'Alice' },
      text: 'hello',
    });
  });

  it('knows in a group when it is meant: by name, or by an answer to its own words', async () => {
    const { people, world } = bot.server;
    const chat = world.group('den');
    people.say(chat, alice, 'anybody here?');
    people.say(chat, alice, '@eliza_bot: what is @bob up to, @Eliza_Bot?');
    const second = await inbound(2);
    expect(bot.host.inbound[0]).toMatchObject({ direct: false, addressed: false });
    expect(second).toMatchObject({ addressed: true, text: 'what is @bob up to, @Eliza?' });
    const [id] = await bot.deliver(await bot.answer('Not much.'));
    people.say(chat, bob, 'really?', { replyTo: Number(id!.split(':')[1]) });
    expect(await inbound(3)).toMatchObject({
      addressed: true,
      replyTo: id,
      quote: { author: 'Eliza', text: 'Not much.' },
    });
    people.say(chat, bob, 'I see', { replyTo: 1 });
    expect(await inbound(4)).toMatchObject({
      addressed: false,
      quote: { author: 'Alice', text: 'anybody here?' },
    });
    // A chain of answers in a group without topics is the same room.
    expect(new Set(bot.host.memories.map(({ roomId }) => roomId)).size).toBe(1);
  });

  it('keeps the topics of a forum apart, and answers in theirs', async () => {
    const { people, world } = bot.server;
    const forum = world.group('forum', { forum: true });
    const tea = people.topic(forum, alice, 'Tea');
    const coffee = people.topic(forum, alice, 'Coffee');
    people.say(forum, alice, 'green', { topic: tea });
    people.say(forum, alice, 'black', { topic: coffee });
    people.say(forum, alice, 'hello');
    await inbound(3);
    expect(bot.host.inbound.map(({ source, quote }) => [source.thread, quote])).toEqual([
      [String(tea), undefined],
      [String(coffee), undefined],
      [undefined, undefined],
    ]);
    expect(new Set(bot.host.memories.map(({ roomId }) => roomId)).size).toBe(3);
    const question = bot.host.memories[1]!;
    const reply = await bot.answer('With sugar?');
    await bot.deliver({ ...reply, to: question.source });
    expect(bot.server.said(forum)).toMatchObject([
      { text: 'With sugar?', message_thread_id: coffee, is_topic_message: true },
    ]);
  });

  it('changes a message when it is edited, and never makes a new one', async () => {
    const { people, world } = bot.server;
    const chat = world.dm(alice);
    const { message_id } = people.say(chat, alice, 'helo');
    await inbound();
    people.edit(chat, message_id, 'hello');
    await until(() => bot.host.memories[0]!.content.text === 'hello');
    bot.host.memories.length = 0;
    const stranger = world.dm(bob);
    stranger.messages.set(9, {
      message_id: 9,
      date: 1,
      chat: stranger.shown,
      from: bob,
      text: 'before the hub was',
    });
    people.edit(stranger, 9, 'edited');
    await confirmed();
    expect(bot.host.memories).toEqual([]);
  });

  it('fetches photos, documents and voice, from its own server', async () => {
    const { people, world, fetched } = bot.server;
    const chat = world.dm(alice);
    people.send(chat, alice, { kind: 'photo', bytes: png, caption: 'look' });
    people.send(chat, alice, {
      kind: 'document',
      bytes: Buffer.from('a,b'),
      name: 'table.csv',
      mediaType: 'text/csv',
    });
    people.send(chat, alice, { kind: 'voice', bytes: Buffer.from('OggS') });
    await inbound(3);
    const [photo, document, voice] = bot.host.inbound;
    expect(photo).toMatchObject({
      text: 'look',
      attachments: [{ name: 'photo.jpg', mediaType: 'image/jpeg' }],
    });
    expect(document).toMatchObject({
      text: '',
      attachments: [{ name: 'table.csv', mediaType: 'text/csv', size: 3 }],
    });
    expect(voice).toMatchObject({ attachments: [{ name: 'voice.ogg', mediaType: 'audio/ogg', size: 4 }] });
    expect(Buffer.from(bot.host.files.get(photo!.attachments![0]!.file)!)).toEqual(png);
    expect(fetched).toHaveLength(3);
  });

  it('says so when a file is too large, and fetches nothing of it', async () => {
    const { people, world, fetched } = bot.server;
    people.send(world.dm(alice), alice, {
      kind: 'document',
      bytes: Buffer.alloc(1_000_001),
      name: 'big.bin',
    });
    expect(await inbound()).toMatchObject({
      text: '',
      parts: [{ kind: 'note', text: 'The file big.bin could not be fetched: it is larger than 976 KB.' }],
      attachments: [],
    });
    expect(fetched).toEqual([]);
  });

  it('tries again when the file server fails', async () => {
    const { people, world } = bot.server;
    bot.server.fail({ method: 'download', status: 502 });
    bot.server.fail({ method: 'download', drop: 'before' });
    people.send(world.dm(alice), alice, { kind: 'photo', bytes: png });
    expect(await inbound()).toMatchObject({ attachments: [{ size: png.length }] });
    await confirmed();
    expect(bot.host.memories).toHaveLength(1);
  });

  it('leaves out its own messages and what nobody said', async () => {
    const { people, world } = bot.server;
    const chat = world.group('den');
    people.raw({ message: { ...base(chat, 1), from: world.bot, text: 'my own words' } });
    people.raw({ message: { ...base(chat, 2), new_chat_members: [bob] } });
    people.raw({ edited_message: { ...base(chat, 1), from: world.bot, text: 'my own words, edited' } });
    people.raw({ message: 'not a message' });
    people.raw({ poll_answer: {} });
    await confirmed();
    expect(bot.host.memories).toEqual([]);
    expect(bot.host.logged).toContainEqual({
      level: 'error',
      message: 'an update of unknown shape is left out',
    });
  });

  it('marks what other bots say', async () => {
    const { people, world } = bot.server;
    people.say(world.group('den'), { ...bob, is_bot: true }, 'beep');
    await confirmed();
    expect(bot.host.inbound).toEqual([]);
  });

  it('keeps reactions as feedback, and their taking back', async () => {
    const { people, world } = bot.server;
    const chat = world.group('den');
    people.say(chat, alice, '@eliza_bot hi');
    await inbound();
    const [id] = await bot.deliver(await bot.answer('Hello!'));
    const message = Number(id!.split(':')[1]);
    people.react(chat, bob, message, ['👍']);
    people.react(chat, bob, message, ['🔥'], ['👍']);
    await until(() => bot.host.reactions.length === 3);
    expect(bot.host.reactions).toMatchObject([
      {
        emoji: '👍',
        removed: false,
        source: { messageId: id, channel: String(chat.id) },
        author: { name: 'Bob' },
      },
      { emoji: '🔥', removed: false },
      { emoji: '👍', removed: true },
    ]);
  });

  it('takes presses of buttons, once', async () => {
    const { people, world } = bot.server;
    const chat = world.dm(alice);
    people.say(chat, alice, 'may I?');
    await inbound();
    const buttons = [
      { label: 'Yes', payload: 'signed-yes' },
      { label: 'No', payload: 'signed-no' },
    ];
    const [id] = await bot.deliver(await bot.answer('Please choose.', { buttons }));
    const message = Number(id!.split(':')[1]);
    expect(await people.press(chat, alice, message, 'No')).toEqual({ text: 'Noted.', alert: false });
    expect(bot.host.presses).toMatchObject([{ payload: 'signed-no', author: { name: 'Alice' } }]);
    await until(() => bot.server.said(chat)[0]!.reply_markup === undefined);
  });

  it('tells a person politely what the hub refuses', async () => {
    const { people, world } = bot.server;
    const chat = world.dm(alice);
    people.say(chat, alice, 'x'.repeat(1001));
    await until(() => bot.server.said(chat).length === 1);
    await confirmed();
    expect(bot.server.said(chat)).toMatchObject([{ text: 'Say less.', reply_to_message: { message_id: 1 } }]);
    expect(bot.host.memories).toEqual([]);
  });

  it('keeps the room of a group that becomes a supergroup', async () => {
    const { people, world } = bot.server;
    const chat = world.group('den', { basic: true });
    people.say(chat, alice, '@eliza_bot before');
    await inbound();
    const early = await bot.answer('Said before, sent after.');
    const next = people.migrate(chat, alice);
    // The reply is under way to an address that is no more.
    expect(await bot.deliver(early)).toEqual([`${next.id}:2`]);
    people.say(next, alice, '@eliza_bot after');
    const second = await inbound(2);
    expect(second.source).toMatchObject({ channel: String(chat.id), messageId: `${next.id}:3` });
    const questions = bot.host.memories.filter(({ role }) => role === 'user');
    expect(questions[1]!.roomId).toBe(questions[0]!.roomId);
    await bot.deliver(await bot.answer('Said after.'));
    expect(bot.server.said(next).map(({ text }) => text)).toEqual([
      'Said before, sent after.',
      'Said after.',
    ]);
  });

  function base(chat: ReturnType<Bot['server']['world']['dm']>, message_id: number) {
    return { message_id, date: 1, chat: chat.shown, from: alice };
  }
});
