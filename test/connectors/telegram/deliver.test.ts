import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, newId, type OutboundMessage, RetryableError } from '../../../src/extension-api.js';
import { type Bot, png, startBot } from './bot.js';

describe('Telegram, outbound:', () => {
  let bot: Bot;
  let alice: ReturnType<Bot['server']['world']['user']>;
  let chat: ReturnType<Bot['server']['world']['dm']>;

  beforeEach(async () => {
    bot = await startBot();
    alice = bot.server.world.user('Alice');
    chat = bot.server.world.dm(alice);
    bot.server.people.say(chat, alice, 'hello');
    await bot.host.received();
  });

  afterEach(() => bot.close());

  const said = () => bot.server.said(chat);
  const deliver = async (text: string, more?: object) => bot.deliver(await bot.answer(text, more));
  const attached = (name: string, mediaType: string, bytes: Uint8Array) =>
    bot.host.putFile(bytes, { name, mediaType });

  it('shows markdown as Telegram’s own formatting', async () => {
    const ids = await deliver('# Hi\n\n**bold** & `a<b`\n\n```js\nlet x;\n```');
    expect(ids).toEqual([`${chat.id}:2`]);
    expect(said()).toMatchObject([
      {
        text: 'Hi\n\nbold & a<b\n\nlet x;',
        entities: [
          { type: 'bold', offset: 0, length: 2 },
          { type: 'bold', offset: 4, length: 4 },
          { type: 'code', offset: 11, length: 3 },
          { type: 'pre', offset: 16, length: 6, language: 'js' },
        ],
      },
    ]);
  });

  it('goes on after what an older version noted, and notes it so that one can go on', async () => {
    const outbound = await bot.answer('# One', { attachments: [await attached('a.txt', 'text/plain', png)] });
    await bot.host.notes.put(`sent:${outbound.id}`, { captioned: false, ids: ['1:77'] });
    const ids = await bot.deliver(outbound);
    expect(ids).toEqual(['1:77', `${chat.id}:2`]);
    expect(said()).toMatchObject([{ document: { file_name: 'a.txt' } }]);
    expect(said()[0]!.caption).toBeUndefined();
    expect(await bot.host.notes.get(`sent:${outbound.id}`)).toEqual({ captioned: false, ids });
  });

  it('answers the question in a group, and needs no pointer between two', async () => {
    await deliver('Hello.');
    expect(said()[0]!.reply_to_message).toBeUndefined();
    const den = bot.server.world.group('den');
    bot.server.people.say(den, alice, 'hello all');
    await bot.host.received(2);
    await deliver('Hello.');
    expect(bot.server.said(den)).toMatchObject([{ reply_to_message: { message_id: 1 } }]);
    // A question that is gone by now is answered all the same.
    bot.server.people.remove(den, 1);
    await deliver('Hello again.');
    expect(bot.server.said(den)).toHaveLength(2);
  });

  it('splits what is too long, in order, and points at the question once', async () => {
    const den = bot.server.world.group('den');
    bot.server.people.say(den, alice, 'tell me all');
    await bot.host.received(2);
    const text = Array.from({ length: 900 }, (_, n) =>
      n % 10 === 0 ? `Sentence **${n}** & more.` : `Sentence ${n} & more.`,
    ).join(' ');
    const ids = await deliver(text);
    const parts = bot.server.said(den);
    expect(ids).toEqual(parts.map(({ message_id }) => `${den.id}:${message_id}`));
    expect(parts.length).toBeGreaterThan(3);
    expect(Math.max(...parts.map((part) => part.text!.length))).toBeLessThanOrEqual(4096);
    expect(parts.map((part) => part.text).join(' ')).toBe(text.replaceAll('**', ''));
    expect(parts.map((part) => part.reply_to_message !== undefined)).toEqual([
      true,
      ...parts.slice(1).map(() => false),
    ]);
  });

  it('goes on from the part that failed', async () => {
    const outbound = await bot.answer(Array.from({ length: 900 }, (_, n) => `Sentence ${n}.`).join(' '));
    bot.server.fail({ method: 'sendMessage', times: 1, delayMs: 1 });
    bot.server.fail({ method: 'sendMessage', status: 429, retryAfter: 7 });
    await expect(bot.deliver(outbound)).rejects.toMatchObject({
      retryAfterMs: 7000,
      code: 'delivery_failed',
    });
    expect(said()).toHaveLength(1);
    const ids = await bot.deliver(outbound);
    expect(said()).toHaveLength(ids.length);
    expect(new Set(said().map(({ text }) => text)).size).toBe(ids.length);
    // Another process, after a crash, finds the same marks.
    expect(await (await bot.another()).deliver!(outbound, AbortSignal.timeout(5000))).toEqual({
      messageIds: ids,
    });
    expect(said()).toHaveLength(ids.length);
  });

  it('tells what may pass from what will not', async () => {
    const outbound = await bot.answer('Hello.');
    const failure = async () => bot.deliver({ ...outbound, id: newId() }).catch((error) => error);
    for (const status of [500, 502, 503]) {
      bot.server.fail({ method: 'sendMessage', status });
      expect(await failure()).toBeInstanceOf(RetryableError);
    }
    bot.server.fail({ method: 'sendMessage', drop: 'before' });
    const dropped = await failure();
    expect(dropped).toBeInstanceOf(RetryableError);
    expect(`${dropped.stack}${JSON.stringify(dropped)}${dropped.cause}`).not.toContain('AAtest');
    bot.server.people.bar(chat);
    const blocked = await failure();
    expect(blocked).toBeInstanceOf(FatalError);
    expect(blocked.message).toContain('Forbidden: bot was blocked by the user');
    expect(
      await bot.deliver({ ...outbound, to: { ...outbound.to, metadata: {}, channel: '99' } }).catch((e) => e),
    ).toMatchObject({ retryable: false, message: expect.stringContaining('chat not found') });
    const topic: OutboundMessage = { ...outbound, to: { ...outbound.to, thread: '77' } };
    chat.barred = null;
    // Without its topic, it is answered all the same.
    expect(await bot.deliver(topic)).toHaveLength(1);
  });

  it('sends files: pictures as such, the rest as documents, a short text as their caption', async () => {
    const picture = await attached('cat.png', 'image/png', png);
    const table = await attached('table.csv', 'text/csv', Buffer.from('a,b'));
    await deliver('*Look* at this.', { attachments: [picture] });
    await deliver('And these.', { attachments: [picture, table] });
    expect(said()).toMatchObject([
      { photo: [{}], caption: 'Look at this.', caption_entities: [{ type: 'italic' }] },
      { text: 'And these.' },
      { photo: [{}] },
      { document: { file_name: 'table.csv', file_size: 3 } },
    ]);
    const stored = bot.server.world.files.get((said()[3]!.document as { file_id: string }).file_id)!;
    expect(stored.bytes.toString()).toBe('a,b');
  });

  it('points at the question with a file, too', async () => {
    const den = bot.server.world.group('den');
    bot.server.people.say(den, alice, 'draw');
    await bot.host.received(2);
    const buttons = [{ label: 'Again', payload: 'signed' }];
    await deliver('', { attachments: [await attached('cat.png', 'image/png', png)], buttons });
    expect(bot.server.said(den)).toMatchObject([
      {
        photo: [{}],
        reply_to_message: { message_id: 1 },
        reply_markup: { inline_keyboard: [[{ text: 'Again' }]] },
      },
    ]);
  });

  it('sends a picture that is none as a document, and says what could not be sent at all', async () => {
    const fake = await attached('fake.png', 'image/png', Buffer.from('no picture'));
    const gone = { ...fake, name: 'gone.txt', mediaType: 'text/plain', file: 'gone' };
    await deliver('Here.', { attachments: [fake, gone] });
    expect(said()).toMatchObject([
      { text: 'Here.' },
      { document: { file_name: 'fake.png' } },
      { text: '(gone.txt could not be sent.)' },
    ]);
  });

  it('sends code that would fill messages as a file', async () => {
    const code = Array.from({ length: 400 }, (_, n) => `print(${n} < 5)`).join('\n');
    await deliver(`Here it is:\n\n\`\`\`python\n${code}\n\`\`\`\n\nEnjoy.`);
    expect(said()).toHaveLength(1);
    expect(said()[0]).toMatchObject({
      caption: 'Here it is:\n\n📎 code-1.py\n\nEnjoy.',
      document: { file_name: 'code-1.py', file_size: code.length },
    });
  });

  it('offers buttons under the last words', async () => {
    const buttons = [
      { label: 'Yes', payload: 'y'.repeat(64) },
      { label: 'No', payload: 'n' },
    ];
    await deliver('May I?', { buttons });
    expect(said()[0]!.reply_markup).toEqual({
      inline_keyboard: [
        [
          { text: 'Yes', callback_data: 'y'.repeat(64) },
          { text: 'No', callback_data: 'n' },
        ],
      ],
    });
  });

  it('[security.18] mentions nobody by itself, and previews nothing', async () => {
    await deliver('[hey](tg://user?id=1001) and [see](https://evil.example/?q=secret)');
    expect(said()[0]).toMatchObject({
      text: 'hey (tg://user?id=1001) and see',
      entities: [{ type: 'text_link', url: 'https://evil.example/?q=secret' }],
    });
    const [call] = bot.server.calls.filter(({ method }) => method === 'sendMessage');
    expect(call!.parameters.link_preview_options).toEqual({ is_disabled: true });
  });

  it('[security.18] previews links where a setting allows it', async () => {
    const previewing = await startBot({ previews: true });
    const chat = previewing.server.world.dm(alice);
    previewing.server.people.say(chat, alice, 'where?');
    await previewing.host.received();
    await previewing.deliver(await previewing.answer('See [this](https://a.example/).'));
    const [call] = previewing.server.calls.filter(({ method }) => method === 'sendMessage');
    expect(call!.parameters.link_preview_options).toEqual({ is_disabled: false });
    await previewing.close();
  });

  it('prefers a plain reply to none where Telegram does not take its markup', async () => {
    bot.server.fail({
      method: 'sendMessage',
      status: 400,
      description: "Bad Request: can't parse entities: no idea",
    });
    await deliver('**Hello** & <b>bye</b>');
    expect(said()).toMatchObject([{ text: 'Hello & <b>bye</b>' }]);
    expect(said()[0]!.entities).toBeUndefined();
    const calls = bot.server.calls.filter(({ method }) => method === 'sendMessage');
    for (const { parameters } of calls)
      expect(parameters.link_preview_options).toEqual({ is_disabled: true });
  });

  it('stops with its signal', async () => {
    bot.server.fail({ method: 'sendMessage', delayMs: 3000 });
    const outbound = await bot.answer('Hello.');
    await expect(bot.connector.deliver!(outbound, AbortSignal.timeout(50))).rejects.toThrow();
  });
});
