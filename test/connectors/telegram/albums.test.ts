import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { type Bot, png, startBot } from './bot.js';

const photo = (caption?: string) => ({ kind: 'photo' as const, bytes: png, ...(caption && { caption }) });

for (const pushed of [false, true]) {
  describe(`An album on Telegram, by ${pushed ? 'webhook' : 'long polling'},`, () => {
    let bot: Bot;
    let alice: ReturnType<Bot['server']['world']['user']>;
    let chat: ReturnType<Bot['server']['world']['dm']>;

    beforeEach(async () => {
      bot = await startBot({ pushed, albumQuietMs: 400 });
      alice = bot.server.world.user('Alice');
      chat = bot.server.world.dm(alice);
    });

    afterEach(() => bot.close());

    const album = (...captions: (string | undefined)[]) => {
      return bot.server.people.album(chat, alice, captions.map(photo));
    };
    const inbound = async (count = 1) => {
      await bot.host.received(count);
      return bot.host.inbound;
    };
    const confirmed = () => until(() => bot.server.updates.pending.length === 0);
    const shelved = () => Object.keys(Object.assign({}, ...shelves())).length;
    const shelves = () =>
      [...bot.host.noted].filter(([key]) => key.startsWith('albums:')).map(([, value]) => value);

    it('is one message with all its photos', async () => {
      const [first] = album('my cats', undefined, 'the third is new');
      const [message, ...others] = await inbound();
      expect(others).toEqual([]);
      expect(message).toMatchObject({
        text: 'my cats\nthe third is new',
        source: {
          messageId: `${chat.id}:album:${first!.media_group_id}`,
          metadata: { messageIds: [1, 2, 3] },
        },
      });
      expect(message!.attachments).toHaveLength(3);
      await until(() => shelved() === 0);
    });

    it('is not lost when the process dies while it is gathered', async () => {
      album('my cats', undefined, undefined);
      // Every item is confirmed, and so will not come again; none is a message yet.
      await confirmed();
      expect(shelved()).toBe(1);
      expect(bot.host.memories).toEqual([]);
      await bot.connector.stop();
      expect(bot.host.memories).toEqual([]);
      await bot.another();
      const [message, ...others] = await inbound();
      expect(message).toMatchObject({ text: 'my cats', attachments: [{}, {}, {}] });
      await until(() => shelved() === 0);
      expect(others).toEqual([]);
    });

    it('is one message also when it is stored and its process dies before it is taken off the shelf', async () => {
      album('my cats', undefined);
      await confirmed();
      const staged = new Map(bot.host.noted);
      await inbound();
      await until(() => shelved() === 0);
      await bot.connector.stop();
      for (const [key, value] of staged) bot.host.noted.set(key, value);
      await bot.another();
      await until(() => shelved() === 0);
      expect(bot.host.memories).toHaveLength(1);
    });

    it('loses no item that comes late', async () => {
      const [first] = album('my cats', undefined);
      await inbound();
      await until(() => shelved() === 0);
      const late = bot.server.people.late(chat, alice, first!, photo('forgot this one'));
      const messages = await inbound(2);
      expect(messages[1]).toMatchObject({
        text: 'forgot this one',
        attachments: [{}],
        source: { messageId: `${chat.id}:${late.message_id}` },
      });
      await until(() => shelved() === 0);
    });

    it('changes with each of its captions', async () => {
      const [first, , third] = album('my cats', undefined, 'the third is new');
      await inbound();
      bot.server.people.edit(chat, third!.message_id, 'the third is old');
      await until(() => bot.host.memories[0]!.content.text === 'my cats\nthe third is old');
      bot.server.people.edit(chat, first!.message_id, 'our cats');
      await until(() => bot.host.memories[0]!.content.text === 'our cats\nthe third is old');
      expect(bot.host.memories).toHaveLength(1);
    });

    it('is kept apart from another at the same time', async () => {
      const bob = bot.server.world.user('Bob');
      const other = bot.server.world.dm(bob);
      album('mine', undefined);
      bot.server.people.album(other, bob, [photo('his'), photo(), photo()]);
      const messages = await inbound(2);
      expect(messages.map(({ text, attachments }) => [text, attachments!.length]).sort()).toEqual([
        ['his', 3],
        ['mine', 2],
      ]);
    });
  });
}
