/** Files that take long, on the real hub: nobody waits for them but the messages of their own chat. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { png, startBot } from './bot.js';
import { type Rig, startRig } from './rig.js';

const photo = { kind: 'photo', bytes: png, caption: 'look' } as const;

for (const pushed of [false, true]) {
  describe(`A file on Telegram that takes long, by ${pushed ? 'webhook' : 'long polling'},`, () => {
    let rig: Rig;

    beforeEach(async () => {
      rig = await startRig({ pushed });
      rig.hub.model.answer = ({ messages }) => `answer to ${messages.at(-1)!.text}`;
    });

    afterEach(() => rig.close());

    const slow = (ms: number) => rig.server.fail({ method: 'getFile', delayMs: ms });
    const people = async () => (await rig.hub.memories()).filter(({ role }) => role === 'user');
    const texts = async () => (await people()).map(({ content }) => content.text);

    it('[telegram.5] holds up nobody: 150 others are answered meanwhile', async () => {
      slow(25_000);
      const { people: writers, world } = rig.server;
      writers.send(rig.chat, rig.alice, photo);
      await until(() => rig.server.calls.some(({ method }) => method === 'getFile'));
      const others = Array.from({ length: 150 }, (_, n) => world.user(`Person ${n}`));
      for (const other of others) writers.say(world.dm(other), other, 'hello');
      await until(() => others.every((other) => rig.server.said(world.dm(other)).length === 1), 60_000);
      expect(await texts()).not.toContain('look');
      // The photo was noted durably, so its update is confirmed, too.
      await rig.taken();
      await rig.said((all) => all.length === 1);
      expect(
        (await people()).find(({ content }) => content.text === 'look')!.content.attachments,
      ).toHaveLength(1);
    });

    it('[telegram.5] is not lost when the hub stops while it is fetched', async () => {
      slow(60_000);
      rig.server.people.send(rig.chat, rig.alice, photo);
      await until(() => rig.server.calls.some(({ method }) => method === 'getFile'));
      await rig.taken();
      await rig.hub.stop();
      await rig.hub.start();
      await rig.said((all) => all.length === 1);
      expect(await people()).toMatchObject([
        { content: { text: 'look', attachments: [{ size: png.length }] } },
      ]);
    });

    it('[telegram.5] comes before what its sender says next', async () => {
      slow(1500);
      rig.server.people.send(rig.chat, rig.alice, photo);
      rig.ask('what is it?');
      await until(async () => (await texts()).length === 2);
      expect(await texts()).toEqual(['look', 'what is it?']);
    });

    it('[telegram.5] comes before what is said next as an album, too', async () => {
      slow(1500);
      rig.server.people.album(rig.chat, rig.alice, [photo, { ...photo, caption: undefined }]);
      rig.ask('what do you say?');
      await rig.taken();
      await until(async () => (await texts()).length === 2);
      expect(await texts()).toEqual(['look', 'what do you say?']);
      expect((await people())[0]!.content.attachments).toHaveLength(2);
    });

    it('waits, as an album, for a store that fails', async () => {
      let failures = 2;
      rig.hub.seen.beforeStore = async () => {
        if (failures-- > 0) throw new RetryableError('store_unavailable', 'The disk is full.');
      };
      rig.server.people.album(rig.chat, rig.alice, [photo, { ...photo, caption: undefined }]);
      await until(async () => (await people())[0]?.content.attachments.length === 2);
    });
  });
}

describe('A file on Telegram', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await startRig();
    rig.hub.model.answer = 'Well.';
  });

  afterEach(() => rig.close());

  const first = async () => (await rig.hub.received())[0]!.content;

  it('is named where it cannot be had, and others go on meanwhile', { timeout: 60_000 }, async () => {
    const { people, world } = rig.server;
    rig.server.fail({ method: 'download', status: 502, times: 100 });
    people.send(rig.chat, rig.alice, photo);
    rig.ask('well?');
    const bob = world.user('Bob');
    people.say(world.dm(bob), bob, 'hello');
    const [hello, look, well] = await rig.hub.received(3);
    expect([hello, look, well].map((message) => message!.content.text)).toEqual(['hello', 'look', 'well?']);
    expect(look!.content).toMatchObject({
      attachments: [],
      parts: [
        {
          kind: 'note',
          text: 'The file photo.jpg could not be fetched: Telegram’s file server answered 502.',
        },
      ],
    });
  });

  it.each([
    ['photo', 'reply_to_message'],
    ['document', 'external_reply'],
  ] as const)('of a message that is answered comes along: a %s of a %s', async (kind, where) => {
    const stored = rig.server.world.keep(png, 'cat.png');
    const file = { file_id: stored.file_id, file_unique_id: 'u', file_size: png.length };
    const media = kind === 'photo' ? { photo: [file] } : { document: { ...file, file_name: 'cat.png' } };
    const target =
      where === 'external_reply'
        ? { origin: { type: 'hidden_user', sender_user_name: 'Carol' } }
        : { message_id: 1, date: 1, chat: rig.chat.shown, from: rig.alice };
    rig.server.people.say(rig.chat, rig.alice, 'what is it?', { more: { [where]: { ...target, ...media } } });
    expect(await first()).toMatchObject({
      text: 'what is it?',
      attachments: [{ of: 'quote', size: png.length }],
      quote: { author: where === 'external_reply' ? 'Carol' : 'Alice' },
    });
  });

  it('is fetched to the end by a connector that is stopped meanwhile, which waits for nothing', async () => {
    const bot = await startBot();
    const bob = bot.server.world.user('Bob');
    bot.server.fail({ method: 'getFile', delayMs: 3000 });
    bot.server.people.send(bot.server.world.dm(bob), bob, photo);
    await until(() => bot.server.updates.pending.length === 0);
    await bot.connector.stop();
    expect(bot.host.inbound).toEqual([]);
    await bot.host.received();
    expect(bot.host.inbound).toMatchObject([{ attachments: [{ size: png.length }] }]);
    await bot.close();
  });

  it('of a message that is passed on is marked so', async () => {
    rig.server.people.send(rig.chat, rig.alice, {
      ...photo,
      more: {
        forward_origin: {
          type: 'channel',
          date: 1700000000,
          chat: { id: -1, type: 'channel', title: 'News' },
        },
      },
    });
    expect(await first()).toMatchObject({
      text: '',
      attachments: [{ of: 'forwarded', name: 'photo.jpg' }],
      parts: [{ kind: 'forwarded', author: 'News', text: 'look\n[photo.jpg]', at: 1_700_000_000_000 }],
    });
  });

  it.each([
    ['voice', 'voice.ogg'],
    ['video_note', 'video-note.mp4'],
    ['audio', 'Abba - Waterloo.mp3'],
  ])('that sounds is known as such: %s', async (kind, name) => {
    const stored = rig.server.world.keep(Buffer.from('OggS'), 'x');
    const file = { file_id: stored.file_id, file_unique_id: 'u', duration: 3, length: 240 };
    const song = kind === 'audio' ? { performer: 'Abba', title: 'Waterloo' } : {};
    rig.server.people.raw({
      message: {
        message_id: 5,
        date: 1,
        chat: rig.chat.shown,
        from: rig.alice,
        [kind]: { ...file, ...song },
      },
    });
    expect(await first()).toMatchObject({ attachments: [{ name }] });
    expect(rig.hub.seen.inbound[0]!.files).toMatchObject([{ name }]);
  });
});
