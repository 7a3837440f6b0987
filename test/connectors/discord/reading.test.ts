/** Everything that carries words reaches the model, marked for what it is, on the real hub. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { hubStages } from './hub-stage.js';

const open = hubStages();

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const card = {
  type: 'rich',
  title: 'Build 812 failed',
  url: 'https://ci.example/812',
  description: 'Two tests are **red**.',
  author: { name: 'Integration' },
  fields: [{ name: 'Branch', value: 'main', inline: true }],
  footer: { text: 'took 4 minutes' },
};
const poll = {
  question: { text: 'Where shall we eat?' },
  answers: [
    { answer_id: 1, poll_media: { text: 'Noodles', emoji: { id: null, name: '🍜' } } },
    { answer_id: 2, poll_media: { text: 'Pizza' } },
  ],
  results: { is_finalized: false, answer_counts: [{ id: 1, count: 3, me_voted: false }] },
  expiry: null,
  allow_multiselect: false,
  layout_type: 1,
};
const words = [
  'Build 812 failed',
  'https://ci.example/812',
  'Two tests are',
  'Integration',
  'Branch: main',
  'took 4',
];
const display = (content: string) => ({ type: 10, content });
const components = [
  {
    type: 17,
    components: [
      display('# Release 4'),
      {
        type: 9,
        components: [display('It is out.')],
        accessory: { type: 2, style: 5, label: 'Notes', url: 'https://r.example/4' },
      },
      { type: 12, items: [{ media: { url: 'https://x.example/a.png' }, description: 'a chart that rises' }] },
    ],
  },
] as never;

describe('[discord.1] what a message carries', () => {
  it.each([
    ['a card', { embeds: [card] }, 'card', words],
    ['a poll', { poll }, 'poll', ['Where shall we eat?', '🍜 Noodles (3 votes)', 'Pizza']],
    ['a sticker', { stickers: ['Wave'] }, 'sticker', ['Wave']],
    [
      'components',
      { components },
      'card',
      ['Release 4', 'It is out.', 'Notes', 'https://r.example/4', 'a chart that rises'],
    ],
  ])('of %s is read', async (_, carried, kind, expected) => {
    const stage = await open();
    stage.hub.model.answer = 'I see.';
    stage.alice.say(stage.lobby, `${stage.name} this`, carried);
    await stage.delivered();
    const [memory] = await stage.hub.received();
    const parts = memory!.content.parts!.filter((part) => part.kind === kind);
    for (const text of expected) {
      expect(parts.map((part) => part.text).join('\n')).toContain(text);
      expect(stage.prompt()).toContain(text);
    }
  });

  it('without a word of its own in a direct conversation is answered', async () => {
    const stage = await open();
    stage.hub.model.answer = 'I see.';
    stage.alice.say(stage.alice.direct(), '', { poll });
    await stage.delivered();
    expect(stage.prompt()).toContain('Where shall we eat?');
  });

  it('of the message it answers is read: a card alone, by a bot', async () => {
    const stage = await open();
    stage.hub.model.answer = 'I see.';
    const news = stage.discord.automatic(stage.lobby, '', undefined, { embeds: [card] });
    stage.alice.say(stage.lobby, `${stage.name} why?`, { replyTo: news.id });
    await stage.delivered();
    const memory = (await stage.hub.received()).at(-1)!;
    for (const text of words) expect(memory.content.quote!.text).toContain(text);
    expect(memory.content.quote!.author).toBe('robot');
    expect(stage.prompt()).toContain('Build 812 failed');
  });

  it.each([
    ['a poll', { poll }, 'Where shall we eat?'],
    ['a sticker', { stickers: ['Wave'] }, 'Wave'],
    ['components', { components }, 'It is out.'],
  ])('of the message it answers is read: %s alone', async (_, carried, text) => {
    const stage = await open();
    stage.hub.model.answer = 'I see.';
    const asked = stage.bob.say(stage.lobby, '', carried);
    stage.alice.say(stage.lobby, `${stage.name} well?`, { replyTo: asked.id });
    await stage.delivered();
    expect((await stage.hub.received()).at(-1)!.content.quote!.text).toContain(text);
  });

  it('of a picture it answers is seen, and a file it answers is read', async () => {
    const stage = await open();
    stage.hub.model.answer = 'I see.';
    const files = [
      stage.bob.file('cat.png', 'image/png', png),
      stage.bob.file('plan.txt', 'text/plain', Buffer.from('the word is plinth')),
    ];
    const shown = stage.bob.say(stage.lobby, '', { files });
    stage.alice.say(stage.lobby, `${stage.name} what is in this picture?`, { replyTo: shown.id });
    await stage.delivered();
    const memory = (await stage.hub.received()).at(-1)!;
    expect(memory.content.attachments).toMatchObject([
      { name: 'cat.png', mediaType: 'image/png', of: 'quote' },
      { name: 'plan.txt', of: 'quote' },
    ]);
    expect(stage.prompt()).toContain('the word is plinth');
  });

  it.each([
    ['a screenshot', true],
    ['a card', false],
  ])('that was forwarded, with %s alone, is read', async (_, picture) => {
    const stage = await open();
    stage.hub.model.answer = 'I see.';
    const files = [stage.bob.file('shot.png', 'image/png', png)];
    const first = stage.bob.say(stage.lobby, '', picture ? { files } : { embeds: [card] });
    stage.alice.forward(first, stage.alice.direct());
    await stage.delivered();
    const memory = (await stage.hub.received()).at(-1)!;
    if (picture) expect(memory.content.attachments).toMatchObject([{ name: 'shot.png', of: 'forwarded' }]);
    else expect(stage.prompt()).toContain('Build 812 failed');
    expect(memory.content.parts).toMatchObject([{ kind: 'forwarded' }]);
    expect(memory.content.text).toBe('');
  });

  it('of pictures is read in the words of who sent them', async () => {
    const stage = await open();
    stage.hub.model.answer = 'I see.';
    const files = [stage.alice.file('cat.png', 'image/png', png, undefined, 'a cat on a plinth')];
    stage.alice.say(stage.lobby, `${stage.name} look`, { files });
    await stage.delivered();
    expect(stage.prompt()).toContain('a cat on a plinth');
  });

  it('that cannot be read is named', async () => {
    const stage = await open({ connector: { maxFileBytes: 1000 } });
    stage.hub.model.answer = 'I see.';
    const files = [
      stage.alice.file('film.mp4', 'video/mp4', Buffer.alloc(1001)),
      stage.alice.file('trap.txt', 'text/plain', Buffer.from('x'), 'http://127.0.0.1:1/secret'),
    ];
    stage.alice.say(stage.lobby, `${stage.name} look`, { files });
    await stage.delivered();
    const [memory] = await stage.hub.received();
    expect(memory!.content.parts).toMatchObject([{ kind: 'note' }]);
    expect(memory!.content.parts![0]!.text).toContain('film.mp4 (it is larger than');
    expect(memory!.content.parts![0]!.text).toContain('trap.txt (it is not on one of Discord’s servers)');
  });
});

describe('[discord.16] files of people who do not address the bot', () => {
  it.each([
    ['in a channel', { context: true }],
    ['in a channel, where talk is kept', { context: true, groups: 'mention' }],
    ['in a direct conversation, of a stranger', { dm: 'pairing' }],
  ])('%s are not fetched', async (where, gate) => {
    const stage = await open({ gate });
    const files = () => [stage.bob.file('cat.png', 'image/png', Buffer.from('PNG'))];
    const place = where.includes('direct') ? stage.bob.direct() : stage.lobby;
    const shown = stage.bob.say(place, 'look', { files: files() });
    stage.bob.say(place, 'and this', { replyTo: shown.id });
    stage.bob.forward(shown, place);
    stage.ask('Hello.');
    await stage.delivered();
    await until(() => stage.hub.seen.calls.receive >= 4);
    expect(stage.discord.fetched).toEqual([]);
  });
});

describe('[discord.12] a change that does not say whose it is', () => {
  it('is applied', async () => {
    const stage = await open();
    const said = stage.alice.say(stage.lobby, `${stage.name} seven`);
    const draft = await stage.hub.model.asked();
    stage.alice.edit(said, `${stage.name} eight`, 'content');
    stage.alice.edit(said, `${stage.name} nine`, 'time');
    await until(async () => (await stage.hub.memories())[0]?.content.text === 'nine');
    draft.end('Ten.');
    await stage.delivered();
  });

  it('to a message that is gone, or of a preview of a link, changes nothing', async () => {
    const stage = await open();
    const said = stage.alice.say(stage.lobby, `${stage.name} seven`);
    const draft = await stage.hub.model.asked();
    const { guildId } = stage.lobby;
    const change = (data: object) =>
      stage.discord.world.tell({ t: 'MESSAGE_UPDATE', guildId, intent: 1 << 9, data: () => data });
    change({ id: said.id, channel_id: stage.lobby.id, guild_id: guildId, embeds: [card] });
    change({ id: '12345', channel_id: stage.lobby.id, guild_id: guildId, content: 'gone' });
    draft.end('Eight.');
    await stage.delivered();
    expect((await stage.hub.memories())[0]!.content.text).toBe('seven');
    expect(stage.hub.seen.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
