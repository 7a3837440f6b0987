/** What a message carries reaches the model: on the real hub, as it is stored for the turn. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promptText } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { type Rig, startRig } from './rig.js';

describe('The hub reads of Telegram', () => {
  let rig: Rig;
  let lastId = 100;

  beforeAll(async () => {
    rig = await startRig({ gate: { rate: { perUser: 0, perRoom: 0 } } });
    rig.hub.model.answer = 'I see.';
  });

  afterAll(() => rig.close());

  /** A message with this in it, as it is stored; null: it is not. */
  const stored = async (more: object) => {
    lastId += 1;
    const messageId = `${rig.chat.id}:${lastId}`;
    const head = { message_id: lastId, date: 1, chat: rig.chat.shown, from: rig.alice };
    rig.server.people.raw({ message: { ...head, ...more } }, rig.chat.id);
    await rig.taken();
    return (await rig.hub.memories()).find(({ source }) => source.messageId === messageId)?.content ?? null;
  };
  const entity = (type: string, offset: number, length: number, more: object = {}) => ({
    ...{ type, offset, length },
    ...more,
  });

  it.each([
    ['buy milk eggs', [entity('strikethrough', 4, 4)], 'buy ~~milk~~ eggs'],
    ['he dies in it', [entity('spoiler', 3, 4)], 'he ||dies|| in it'],
    [
      'see the page now',
      [entity('text_link', 4, 8, { url: 'https://a.example/' })],
      'see [the page](https://a.example/) now',
    ],
    ['run ls now', [entity('code', 4, 2)], 'run `ls` now'],
    ['look\nlet x', [entity('pre', 5, 5, { language: 'js' })], 'look\n\n```js\nlet x\n```'],
    ['they said\none\ntwo', [entity('blockquote', 10, 7)], 'they said\n\n> one\n> two'],
    ['so bold', [entity('bold', 3, 4)], 'so bold'],
    [
      'old page gone',
      [entity('strikethrough', 0, 8), entity('text_link', 4, 4, { url: 'https://a.example/' })],
      '~~old [page](https://a.example/)~~ gone',
    ],
    ['no milk today', [entity('strikethrough', 2, 6)], 'no ~~milk~~ today'],
    ['odd one', [entity('strikethrough', 4, 99), { type: 5 }, null], 'odd one'],
  ])('[telegram.11] the marks of %j', async (text, entities, read) => {
    expect(await stored({ text, entities })).toMatchObject({ text: read });
    expect(
      (await stored({ caption: text, caption_entities: entities, sticker: { emoji: '🎉' } }))!.text,
    ).toBe(read);
  });

  const friend = { id: 9, is_bot: false, first_name: 'Carol' };
  const channel = { id: -100, type: 'channel', title: 'News' };

  it.each([
    ['a sticker', { sticker: { emoji: '🎉', set_name: 'Party' } }, 'sticker', '🎉 (of the set Party)'],
    ['[telegram.9] a sticker without an emoji', { sticker: { emoji: null } }, 'sticker', 'without an emoji'],
    [
      'a poll',
      { poll: { question: 'Tea?', options: [{ text: 'Yes', voter_count: 2 }, { text: 'No' }] } },
      'poll',
      'Tea?\n- Yes (votes: 2)\n- No',
    ],
    [
      'a place',
      { venue: { title: 'Bar', address: 'Street 1' }, location: { latitude: 1, longitude: 2 } },
      'card',
      'place: Bar, Street 1',
    ],
    ['a location', { location: { latitude: 52.1, longitude: 4.3 } }, 'card', 'location: 52.1, 4.3'],
    [
      'a contact',
      { contact: { phone_number: '+1', first_name: 'Bob', last_name: null } },
      'card',
      'contact: Bob, +1',
    ],
    ['dice', { dice: { emoji: '🎲', value: 4 } }, 'card', '🎲: 4'],
    [
      '[telegram.12] a checklist',
      {
        checklist: {
          title: 'Shop',
          tasks: [
            { id: 1, text: 'milk', completion_date: 5 },
            { id: 2, text: 'eggs' },
          ],
        },
      },
      'card',
      'checklist: Shop\n- [x] milk\n- [ ] eggs',
    ],
    [
      '[telegram.12] data of an app',
      { web_app_data: { data: '{"a":1}', button_text: 'Order' } },
      'card',
      'from the app “Order”: {"a":1}',
    ],
    [
      '[telegram.12] a story',
      { story: { id: 1, chat: channel } },
      'note',
      'It carries a story of News, which bots are not shown.',
    ],
    [
      'paid media',
      { paid_media: { star_count: 1, paid_media: [] } },
      'note',
      'It carries paid media, which bots are not shown.',
    ],
    ['a game', { game: { title: 'Chess', description: 'Play' } }, 'card', 'game: Chess. Play'],
    [
      'a giveaway',
      { giveaway: { winner_count: 3, prize_description: 'Tea' } },
      'card',
      'giveaway: 3 winners. Tea',
    ],
    [
      'what comes to be',
      { hologram: { id: 1 } },
      'note',
      'It carries something that cannot be read here: hologram.',
    ],
    [
      '[telegram.9] a poll that is none',
      { poll: 'yes' },
      'note',
      'It carries something that cannot be read here: poll.',
    ],
  ])('%s', async (_, more, kind, text) => {
    expect(await stored(more)).toMatchObject({ text: '', parts: [{ kind, text }] });
  });

  it.each([
    ['an account', { type: 'user', sender_user: friend, date: 5 }, { author: 'Carol', at: 5000 }],
    ['a hidden account', { type: 'hidden_user', sender_user_name: 'Dan' }, { author: 'Dan' }],
    [
      'a group',
      { type: 'chat', sender_chat: { id: -5, type: 'supergroup', title: 'Den' } },
      { author: 'Den' },
    ],
    ['a channel', { type: 'channel', chat: channel }, { author: 'News' }],
    [
      '[telegram.9] a chat of an unknown type',
      { type: 'planet', chat: { id: -7, type: 'planet', title: 'Mars' } },
      { author: 'Mars' },
    ],
    ['[telegram.9] who knows whom', { type: 'what', who: 5 }, {}],
    ['a bot', { type: 'user', sender_user: { ...friend, is_bot: true } }, { author: 'Carol', bot: true }],
  ])('what was passed on, of %s', async (_, forward_origin, author) => {
    expect(await stored({ text: 'wise words', forward_origin })).toMatchObject({
      text: '',
      parts: [{ kind: 'forwarded', text: 'wise words', ...author }],
    });
    const poll = { question: 'Tea?', options: [{ text: 'Yes' }] };
    expect(await stored({ poll, forward_origin })).toMatchObject({
      parts: [{ kind: 'forwarded', text: 'Tea?\n- Yes', ...author }],
    });
  });

  const target = (more: object) => ({ message_id: 7, date: 1, chat: rig.chat.shown, from: friend, ...more });

  it('what it answers, whole or the words that were marked in it', async () => {
    expect(await stored({ text: 'why?', reply_to_message: target({ text: 'tea is good' }) })).toMatchObject({
      text: 'why?',
      quote: { author: 'Carol', text: 'tea is good' },
    });
    const reply_to_message = target({ text: 'tea is good' });
    expect(
      await stored({ text: 'why?', reply_to_message, quote: { text: 'good', position: 7 } }),
    ).toMatchObject({
      quote: { author: 'Carol', text: 'good' },
    });
    const poll = { question: 'Tea?', options: [{ text: 'Yes' }] };
    expect(await stored({ text: 'hm', reply_to_message: target({ poll }) })).toMatchObject({
      quote: { author: 'Carol', text: 'Tea?\n- Yes' },
    });
  });

  it('[telegram.6] what it answers in another chat', async () => {
    const origin = { type: 'channel', chat: channel, message_id: 3, date: 1 };
    expect(
      await stored({
        text: 'is it so?',
        external_reply: { origin, chat: channel, message_id: 3 },
        quote: { text: 'it rains', position: 0 },
      }),
    ).toMatchObject({ text: 'is it so?', quote: { author: 'News', text: 'it rains' } });
    const contact = { phone_number: '+1', first_name: 'Bob' };
    expect(await stored({ text: 'who?', external_reply: { origin, contact } })).toMatchObject({
      quote: { author: 'News', text: 'contact: Bob, +1' },
    });
    expect(await stored({ text: 'hm', external_reply: { origin: { type: 'planet' } } })).toMatchObject({
      text: 'hm',
      parts: [{ kind: 'note', text: 'It answers a message of another chat, which bots are not shown.' }],
    });
  });

  it('[telegram.12] that it answers a story', async () => {
    expect(
      await stored({
        text: 'nice',
        reply_to_story: { id: 1, chat: { id: 4, type: 'private', first_name: 'Bob' } },
      }),
    ).toMatchObject({
      text: 'nice',
      parts: [{ kind: 'note', text: 'It answers a story of Bob, which bots are not shown.' }],
    });
  });

  it('[telegram.9] a message without the odd part of it', async () => {
    const more = {
      ...{ text: 'still here', entities: 'none', quote: 5, via_bot: null, media_group_id: null },
      ...{
        reply_to_message: target({
          chat: { id: 1, type: 'planet' },
          text: 'from Mars',
          sticker: { emoji: null },
        }),
      },
    };
    expect(await stored(more)).toMatchObject({
      text: 'still here',
      quote: { text: expect.stringContaining('from Mars') },
    });
    expect(await stored({ text: 'and here', reply_to_message: 'odd' })).toMatchObject({ text: 'and here' });
  });

  it('nothing of what nobody said', async () => {
    for (const service of [
      { new_chat_members: [friend] },
      { pinned_message: target({ text: 'pinned' }) },
      { forum_topic_created: { name: 'Tea', icon_color: 1 } },
      { video_chat_started: {} },
      { chat_background_set: { type: {} } },
    ])
      expect(await stored(service)).toBeNull();
  });

  it('the name of the topic that it stands in', async () => {
    const forum = rig.server.world.group('forum', { forum: true });
    const topic = rig.server.people.topic(forum, rig.alice, 'Tea');
    const { people } = rig.server;
    people.say(forum, rig.alice, '@eliza_bot one', { topic });
    const asked = () =>
      rig.hub
        .memories()
        .then((all) =>
          all.filter(({ source, role }) => role === 'user' && source.channel === String(forum.id)),
        );
    await until(async () => (await asked()).length === 1);
    people.say(forum, rig.alice, '@eliza_bot two', { topic, replyTo: topic + 1 });
    await until(async () => (await asked()).length === 2);
    for (const { content } of await asked()) expect(content.parts).toEqual([{ kind: 'title', text: 'Tea' }]);
  });

  it('[telegram.6] [telegram.11] [telegram.12] all of it for the model, too', async () => {
    const { requests } = rig.hub.model;
    const read = async (more: object) => {
      const before = requests.length;
      await stored(more);
      await until(() => requests.length > before);
      return promptText(requests.at(-1)!).messages.at(-1)!.text;
    };
    const entities = [entity('strikethrough', 4, 4)];
    expect(await read({ text: 'buy milk eggs', entities })).toContain('buy ~~milk~~ eggs');
    const origin = { type: 'channel', chat: channel, message_id: 3, date: 1 };
    const quote = { text: 'it rains', position: 0 };
    expect(await read({ text: 'so?', external_reply: { origin }, quote })).toMatch(/News[\s\S]*it rains/);
    expect(await read({ text: 'wise words', forward_origin: origin })).toMatch(/News[\s\S]*wise words/);
    expect(await read({ poll: { question: 'Tea?', options: [{ text: 'Yes' }] } })).toMatch(/Tea\?[\s\S]*Yes/);
    expect(await read({ story: { id: 1, chat: channel } })).toContain('which bots are not shown');
  });
});
