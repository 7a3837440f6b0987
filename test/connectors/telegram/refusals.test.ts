/** What Telegram refuses as it was rendered arrives in another form: what people see in the end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboundMessage } from '../../../src/extension-api.js';
import type { Chat } from '../../platforms/telegram/world.js';
import { until } from '../../support/until.js';
import { png } from './bot.js';
import { type Rig, refusal, startRig } from './rig.js';

describe('What Telegram refuses arrives all the same:', () => {
  let rig: Rig;
  let den: Chat;

  beforeEach(async () => {
    rig = await startRig({ gate: { groups: 'always' } });
    den = rig.server.world.group('den', { forum: true });
    rig.hub.model.answer = '**Yes**, [here](https://a.example/).';
  });

  afterEach(() => rig.close());

  const buttons = [{ label: 'Again', payload: 'signed' }];
  const withContent = (more: object) => {
    rig.hub.seen.outgoing = (message: OutboundMessage) => ({
      ...message,
      memory: { ...message.memory, content: { ...message.memory.content, ...more } },
    });
  };
  const bold = { type: 'bold', offset: 0, length: 3 };
  const plain = 'Yes, here (https://a.example/).';

  it.each([
    ['message to be replied not found', { text: 'Yes, here.', reply_markup: {}, entities: [bold, {}] }],
    ['REPLY_MESSAGE_ID_INVALID', { text: 'Yes, here.', reply_markup: {}, entities: [bold, {}] }],
    ['BUTTON_DATA_INVALID', { text: 'Yes, here.', reply_to_message: {}, entities: [bold, {}] }],
    ['reply markup is too long', { text: 'Yes, here.', reply_to_message: {}, entities: [bold, {}] }],
    ["can't parse entities: no idea", { text: plain, reply_to_message: {}, reply_markup: {} }],
    ['ENTITIES_TOO_LONG', { text: plain, reply_to_message: {}, reply_markup: {} }],
    ['message thread not found', { text: 'Yes, here.', reply_markup: {}, entities: [bold, {}] }],
    ['SOMETHING_NEW', { text: 'Yes, here.', reply_markup: {}, entities: [bold, {}] }],
  ])('[delivery.2] [delivery.14] %s', async (problem, seen) => {
    withContent({ buttons });
    rig.server.fail(refusal('sendMessage', problem));
    rig.ask('is it?', den);
    const [message, ...more] = await rig.said((all) => all.length > 0, den);
    expect(more).toEqual([]);
    expect(message).toMatchObject(seen);
    for (const extra of ['reply_to_message', 'reply_markup', 'entities'] as const)
      expect([extra, message![extra] !== undefined]).toEqual([extra, extra in seen]);
  });

  it.each([
    ['is gone', (topic: number) => den.topics.delete(topic)],
    ['was closed', (topic: number) => den.closedTopics.add(topic)],
  ])('[delivery.14] where the topic %s, without it, all parts of it', async (_, end) => {
    rig.hub.model.answer = null;
    const topic = rig.server.people.topic(den, rig.alice, 'Tea');
    rig.server.people.say(den, rig.alice, 'tea?', { topic });
    const draft = await rig.hub.model.asked();
    end(topic);
    const text = Array.from({ length: 600 }, (_, n) => `Sentence ${n}.`).join(' ');
    draft.end(text);
    await until(() => rig.texts(den).join(' ') === text);
    expect(rig.server.said(den).map(({ message_thread_id }) => message_thread_id)).toEqual([
      ...rig.texts(den).map(() => undefined),
    ]);
  });

  it('what is too long even as plain text, in pieces', async () => {
    const text = Array.from({ length: 250 }, (_, n) => `Sentence ${n}.`).join(' ');
    rig.hub.model.answer = text;
    rig.server.fail({ ...refusal('sendMessage', 'message is too long'), times: 2 });
    rig.ask('all of it');
    await until(() => rig.texts().join(' ') === text);
    expect(rig.texts().length).toBeGreaterThan(1);
  });

  it('[delivery.2] pieces go on where a try stopped, each once', async () => {
    const text = Array.from({ length: 250 }, (_, n) => `Sentence ${n}.`).join(' ');
    rig.hub.model.answer = text;
    rig.server.fail({ ...refusal('sendMessage', 'message is too long'), times: 2 });
    rig.server.fail({ method: 'sendMessage', delayMs: 1 });
    rig.server.fail({ method: 'sendMessage', status: 502 });
    rig.server.fail({ ...refusal('sendMessage', 'message is too long'), times: 2 });
    rig.ask('all of it');
    await until(() => rig.texts().join(' ').endsWith('Sentence 249.'));
    expect(rig.texts().join(' ')).toBe(text);
  });

  it('what it takes in no form is told in one sentence, and what follows is answered', async () => {
    withContent({ buttons });
    rig.server.fail({ ...refusal('sendMessage', 'NO_IDEA'), times: 4 });
    rig.ask('is it?', den);
    await rig.said((all) => all.length === 1, den);
    expect(rig.texts(den)).toEqual(['I have an answer, and Telegram does not let me show it here.']);
    rig.ask('and now?', den);
    await rig.said((all) => all.length === 2, den);
    expect(rig.texts(den)[1]).toBe('Yes, here.');
  });

  it('[delivery.2] a second part that is refused is not lost after the first', async () => {
    const text = Array.from({ length: 600 }, (_, n) =>
      n % 20 ? `Sentence ${n}.` : `Sentence **${n}**.`,
    ).join(' ');
    rig.hub.model.answer = text;
    rig.server.fail({ method: 'sendMessage', delayMs: 1 });
    rig.server.fail({ ...refusal('sendMessage', "can't parse entities"), times: 1 });
    rig.ask('all of it');
    await until(() => rig.texts().join(' ') === text.replaceAll('**', ''));
    expect(rig.server.said(rig.chat).map(({ entities }) => entities !== undefined)).toContain(false);
  });

  it.each(['sendDocument', 'sendPhoto'])(
    'words that are no good as a caption, before their file: %s',
    async (method) => {
      const photo = method === 'sendPhoto';
      const file = photo ? { name: 'cat.png', bytes: png } : { name: 'a.csv', bytes: Buffer.from('a,b') };
      rig.hub.model.answer = null;
      rig.server.people.send(den, rig.alice, { kind: 'document', ...file, caption: 'again?' });
      const [question] = await rig.hub.received();
      withContent({ attachments: question!.content.attachments });
      rig.server.fail({ ...refusal(method, 'message caption is too long'), times: 2 });
      if (photo) rig.server.fail({ ...refusal('sendDocument', 'message caption is too long'), times: 2 });
      (await rig.hub.model.asked()).end('Here.');
      const [words, sent] = await rig.said((all) => all.length === 2, den);
      expect(words).toMatchObject({ text: 'Here.', reply_to_message: {} });
      expect(sent).toMatchObject(photo ? { photo: [{}] } : { document: { file_name: 'a.csv' } });
      expect(sent!.caption).toBeUndefined();
    },
  );

  describe('where a chat takes no files,', () => {
    const code = Array.from({ length: 500 }, (_, n) => `print(${n})  # ${n}`).join('\n');
    const answer = `Here it is:\n\n\`\`\`py\n${code}\n\`\`\``;

    it('[delivery.13] words come as a message and code in parts, with one line in the log', async () => {
      rig.hub.model.answer = answer;
      den.forbidden.add('documents');
      rig.ask('code?', den);
      const all = await rig.said((messages) => messages.length >= 3, den);
      expect(all[0]).toMatchObject({ text: 'Here it is:\n\n📎 code-1.py', reply_to_message: {} });
      await until(() => rig.texts(den).slice(1).join('\n') === code);
      expect(rig.server.said(den).at(-1)!.entities).toMatchObject([{ type: 'pre', language: 'py' }]);
      const lines = rig.hub.seen.logged.filter(({ message }) => /takes no such file/.test(message));
      expect(lines).toHaveLength(1);
    });

    it('[delivery.13] they go on where a try stopped', async () => {
      rig.hub.model.answer = answer;
      den.forbidden.add('documents');
      rig.server.fail({ method: 'sendMessage', delayMs: 1 });
      rig.server.fail({ method: 'sendMessage', status: 502 });
      rig.ask('code?', den);
      await until(() => rig.texts(den).slice(1).join('\n') === code);
    });

    it('[delivery.13] what is no text is named, in the place of the file', async () => {
      rig.hub.model.answer = null;
      den.forbidden.add('documents').add('photos');
      let file = '';
      rig.hub.seen.outgoing = (message) => {
        const attachments = [{ name: 'cat.png', mediaType: 'image/png', size: png.length, file }];
        return {
          ...message,
          memory: { ...message.memory, content: { ...message.memory.content, attachments } },
        };
      };
      rig.server.people.send(den, rig.alice, { kind: 'photo', bytes: png, caption: 'what is it?' });
      const [question] = await rig.hub.received();
      file = question!.content.attachments[0]!.file;
      (await rig.hub.model.asked()).end('A cat.');
      await rig.said((all) => all.length === 2, den);
      expect(rig.texts(den)).toEqual(['A cat.', '(cat.png could not be sent.)']);
    });
  });

  it.each([403, 404, 400])(
    '[delivery.10] a page of an edge server with %i is not Telegram’s word',
    async (status) => {
      rig.server.fail({ method: 'sendMessage', status, page: '<html><h1>Blocked</h1></html>' });
      rig.server.fail({ method: 'sendMessage', status, page: '{"message":"no such route"}' });
      rig.ask('is it?', den);
      await rig.said((all) => all.length === 1, den);
      expect(rig.texts(den)).toEqual(['Yes, here.']);
    },
  );

  it('who blocked the bot is left in peace', async () => {
    rig.hub.model.answer = null;
    rig.ask('hello');
    const draft = await rig.hub.model.asked();
    rig.server.people.bar(rig.chat);
    draft.end('Hello.');
    await until(() => rig.hub.seen.deliveries.length > 0);
    expect(rig.hub.seen.deliveries[0]!.error).toMatchObject({ retryable: false, code: 'delivery_failed' });
    const sent = rig.server.calls.filter(({ method }) => method === 'sendMessage');
    expect(sent).toHaveLength(rig.hub.seen.deliveries.length);
  });
});
