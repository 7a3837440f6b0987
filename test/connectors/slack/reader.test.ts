/** Everything of a Slack message that has words, each marked for what it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageEvent } from '../../../connectors/slack/payload.js';
import { idsIn, readMessage } from '../../../connectors/slack/reader.js';

const known: Record<string, string> = { U0ALICE: 'Alice', U0BOB: 'Bob', C0ATTIC: 'attic' };
const read = (message: object) => {
  const event = { channel: 'D0ALICE', ts: '1700000000.000100', user: 'U0ALICE', text: '', ...message };
  return readMessage(MessageEvent.parse(event), (id) => known[id], { botUserId: 'U0BOT' });
};
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });
const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
const word = (text: string, style?: object) => ({ type: 'text', text, ...(style && { style }) });

describe('the words of a Slack message', () => {
  it('[slack.3] are those of its rich text where it has no other, with their marks', () => {
    const { text } = read({
      blocks: [
        rich(
          section(
            word('ask '),
            { type: 'user', user_id: 'U0BOB' },
            word(' in '),
            { type: 'channel', channel_id: 'C0ATTIC' },
            word(', not tomorrow', { strike: true }),
            word(' '),
            { type: 'emoji', name: 'wave', unicode: '1f44b' },
            { type: 'link', url: 'https://example.com', text: 'here' },
          ),
          {
            type: 'rich_text_list',
            style: 'ordered',
            elements: [section(word('one', { bold: true })), section(word('two'))],
          },
          { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [section(word('deep'))] },
          { type: 'rich_text_quote', elements: [word('so he said')] },
          { type: 'rich_text_preformatted', elements: [word('x = 1')] },
        ),
      ],
    });
    expect(text.split('\n')).toEqual([
      'ask @Bob in #attic~, not tomorrow~ 👋here (https://example.com)',
      '1. *one*',
      '2. two',
      '  • deep',
      '> so he said',
      '```',
      'x = 1',
      '```',
    ]);
  });

  it.each([
    [
      'emoji',
      'hi :wave: there',
      [section(word('hi '), { type: 'emoji', name: 'wave', unicode: '1f44b' }, word(' there'))],
    ],
    [
      'a group',
      'ask <!subteam^S1|@crew> now',
      [section(word('ask '), { type: 'usergroup', usergroup_id: 'S1' }, word(' now'))],
    ],
    [
      'an unknown channel',
      'see <#C0HALL|hall> now',
      [section(word('see '), { type: 'channel', channel_id: 'C0HALL' }, word(' now'))],
    ],
    [
      'a list within a list',
      '1. one\n    a. two',
      [
        { type: 'rich_text_list', style: 'ordered', elements: [section(word('one'))] },
        { type: 'rich_text_list', style: 'ordered', indent: 1, elements: [section(word('two'))] },
      ],
    ],
  ])(
    '[slack.3] are told once though a text and its blocks write it in their own way: %s',
    (_, text, elements) => {
      const alone = read({ text }).text;
      expect(read({ text, blocks: [rich(...elements)] }).text).toBe(alone);
    },
  );

  it('[slack.3] are those of the blocks where the text is odd', () => {
    expect(read({ text: 5, blocks: [rich(section(word('hello')))] }).text).toBe('hello');
  });

  it('[slack.3] are added where a text has their letters only within other words', () => {
    const header = { type: 'header', text: { type: 'plain_text', text: 'No' } };
    expect(read({ text: 'Notification', blocks: [header] }).text).toBe('Notification\nNo');
  });

  it.each([
    { username: 5 },
    { bot_id: '' },
    { edited: {} },
    { edited: true },
    { parent_user_id: '' },
    { channel_type: 3 },
    { bot_profile: 1 },
    { blocks: 'x' },
    { user: '', bot_id: 'B0ROBOT' },
  ])('[slack.3] are read though something beside them is odd: %j', (odd) => {
    expect(read({ text: 'hello', ...odd }).text).toBe('hello');
  });

  it.each([
    { size: '12' },
    { size: 1.5 },
    { size: -1 },
    { name: 7 },
    { mimetype: {} },
    { mode: 1 },
    { is_external: 'no' },
  ])('[slack.3] have a file though something about it is odd: %j', (odd) => {
    const { files } = read({ files: [{ id: 'F1', ...odd }] });
    expect(files.map(({ file }) => file.id)).toEqual(['F1']);
    const size = files[0]!.file.size ?? 0;
    expect(Number.isInteger(size)).toBe(true);
  });

  it('[slack.3] are told once where text and blocks tell the same, and what is in blocks alone is added', () => {
    const blocks = [
      rich(section(word('the '), word('numbers', { bold: true }))),
      {
        type: 'table',
        rows: [
          [{ type: 'raw_text', text: 'day' }, rich(section(word('hour')))],
          [
            { type: 'raw_text', text: 'Monday' },
            { type: 'raw_text', text: '9' },
          ],
        ],
      },
    ];
    expect(read({ text: 'the *numbers*', blocks }).text).toBe('the *numbers*\nday | hour\nMonday | 9');
  });

  it('[slack.3] are those of sections, headers, contexts, and of blocks that are new', () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Alarm' } },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: 'see <https://a.example|the page> &amp; <@U0BOB>' },
        fields: [{ type: 'mrkdwn', text: '*Host* web-1' }],
      },
      { type: 'divider' },
      {
        type: 'context',
        elements: [
          { type: 'image', alt_text: 'a cat' },
          { type: 'mrkdwn', text: 'now' },
        ],
      },
      { type: 'markdown', text: '# hello' },
      { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Stop' } }] },
      { type: 'task_card', title: 'Clean up', elements: [section(word('the attic'))] },
    ];
    expect(read({ text: '', blocks }).text.split('\n')).toEqual([
      'Alarm',
      'see the page (https://a.example) & @Bob',
      '*Host* web-1',
      'a cat now',
      '# hello',
      '[Stop]',
      'Clean up',
      'the attic',
    ]);
  });

  it('[slack.3] drop the agent’s name as an address, in blocks too', () => {
    const blocks = [rich(section({ type: 'user', user_id: 'U0BOT' }, word(' /status')))];
    expect(read({ blocks }).text).toBe('/status');
    expect(
      read({
        text: '<@U0BOT> hello',
        blocks: [rich(section({ type: 'user', user_id: 'U0BOT' }, word(' hello')))],
      }).text,
    ).toBe('hello');
  });
});

describe('what a Slack message carries', () => {
  const share = { is_share: true, is_msg_unfurl: true, ts: '1699999999.000100', channel_id: 'C0ATTIC' };

  it('[slack.3] is each of the forwarded messages, without a comment too, and their files', () => {
    const file = { id: 'F1', name: 'plan.pdf', size: 3 };
    const inner = { blocks: [rich(section(word('rain ', { italic: true }), word('& wind')))] };
    const { text, parts, files } = read({
      attachments: [
        { ...share, author_id: 'U0BOB', author_name: 'bob.j', text: 'the <https://example.com|roof> leaks' },
        { ...share, author_name: 'Carol', text: '', message_blocks: [{ team: 'T', message: inner }] },
        { ...share, author_subname: 'Dan', fallback: '[June 1st] dan: see the plan', files: [file] },
      ],
    });
    expect(text).toBe('');
    const at = 1_699_999_999_000;
    expect(parts).toEqual([
      { kind: 'forwarded', author: 'Bob', at, text: 'the roof (https://example.com) leaks' },
      { kind: 'forwarded', author: 'Carol', at, text: '_rain_ & wind' },
      { kind: 'forwarded', author: 'Dan', at, text: '[June 1st] dan: see the plan' },
    ]);
    expect(files).toMatchObject([{ file, of: 'forwarded' }]);
  });

  it('[slack.3] is what a forwarded message carries itself', () => {
    const inner = { blocks: [], attachments: [{ ...share, text: 'at the very beginning' }] };
    const { parts } = read({
      attachments: [{ ...share, text: 'see', message_blocks: [{ message: inner }] }],
    });
    expect(parts.map(({ text }) => text)).toEqual(['see', 'at the very beginning']);
  });

  it('[slack.3] is a message that a link points at, as a quote, and a page’s card', () => {
    const { parts } = read({
      text: 'see',
      attachments: [
        { is_msg_unfurl: true, author_id: 'U0BOB', text: 'the key is under the mat' },
        {
          from_url: 'https://example.com/a',
          service_name: 'Example',
          title: 'A page',
          text: 'About it',
          fields: [{ title: 'Price', value: '3' }],
          footer: 'today',
          fallback: 'Example: A page',
        },
        { fallback: 'A chart', image_url: 'https://example.com/c.png' },
      ],
    });
    expect(parts).toEqual([
      { kind: 'quote', author: 'Bob', text: 'the key is under the mat' },
      { kind: 'card', author: 'Example', text: 'A page (https://example.com/a)\nAbout it\nPrice: 3\ntoday' },
      { kind: 'card', text: 'A chart' },
    ]);
  });

  it('does not vanish with a part that is odd', () => {
    const { text, parts } = read({
      text: 'hello',
      files: [{ no: 'id' }],
      blocks: [null, 7, { type: 'rich_text', elements: 'none' }],
      attachments: [
        null,
        { is_share: 'yes', text: 5, fields: [3], ts: 'x' },
        { is_share: true, text: 'rain' },
      ],
    });
    expect(text).toBe('hello');
    expect(parts).toEqual([{ kind: 'forwarded', text: 'rain' }]);
  });

  it('names whose names are needed, in whatever they stand', () => {
    const event = {
      ...{ channel: 'D0ALICE', ts: '1.1', user: 'U0ALICE', text: 'ask <@U0A>' },
      blocks: [rich(section({ type: 'user', user_id: 'U0B' }))],
      attachments: [{ ...share, author_id: 'U0C', text: '<@U0D>' }],
    };
    expect(idsIn(MessageEvent.parse(event)).sort()).toEqual(['U0A', 'U0B', 'U0C', 'U0D']);
  });

  it('is read whatever it is', () => {
    const odd = fc.anything({ maxDepth: 4 });
    fc.assert(
      fc.property(odd, odd, (block, attachment) => {
        const event = {
          channel: 'D0',
          ts: '1.1',
          user: 'U0',
          text: 'x',
          blocks: [block],
          attachments: [attachment],
        };
        const { text } = readMessage(MessageEvent.parse(event), () => undefined);
        expect(text.startsWith('x')).toBe(true);
      }),
    );
  });
});
