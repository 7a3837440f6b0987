import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpoken, normalizeMessage, type Reading } from '../../../connectors/slack/normalize.js';
import { ButtonPress, MessageEvent, SlashCommand } from '../../../connectors/slack/payload.js';
import { readText } from '../../../connectors/slack/text.js';

const folder = new URL('./fixtures/', import.meta.url);
const names: Record<string, string> = { U0ALICE: 'Alice', U0BOB: 'Bob', C0ATTIC: 'attic' };
const own = { botUserId: 'U0BOT', botId: 'B0BOT' };
const reading: Reading = {
  agentId: 'eliza',
  teamId: 'T0TEAM',
  botUserId: own.botUserId,
  home: true,
  names: (id) => names[id],
  replyIn: 'thread',
};

describe('payloads of Slack', () => {
  for (const file of readdirSync(folder)) {
    it(`become messages: ${file.replace('.json', '')}`, () => {
      const { event, normalized } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      const parsed = MessageEvent.parse(event);
      expect(isSpoken(parsed, own)).toBe(true);
      expect(normalizeMessage(parsed, reading)).toEqual(normalized);
    });
  }

  it('are twins where one is a mention and the other the message', () => {
    const mention = JSON.parse(readFileSync(new URL('mention-in-channel.json', folder), 'utf8')).event;
    const twin = { ...mention, type: 'message', channel_type: 'channel' };
    const [a, b] = [mention, twin].map((event) => normalizeMessage(MessageEvent.parse(event), reading));
    expect(a).toEqual(b);
  });

  it('are presses and commands though something beside what was chosen is odd', () => {
    const container = { channel_id: 'C0LOBBY', message_ts: '1700000000.000001', thread_ts: '' };
    const press = { container, user: { id: 'U0ALICE', name: 5 }, actions: [{ value: 'signed', text: null }] };
    for (const message of [{ text: null, blocks: [{}] }, 'gone'])
      expect(ButtonPress.parse({ ...press, message })).toMatchObject({
        user: { id: 'U0ALICE' },
        actions: [{ value: 'signed' }],
        response_url: '',
      });
    const command = { command: '/new', text: null, user_id: 'U0ALICE', channel_id: 'C0LOBBY' };
    expect(SlashCommand.parse(command)).toMatchObject({ command: '/new', text: '', response_url: '' });
  });

  it('are no messages of people where the workspace or we ourselves speak', () => {
    const said = { type: 'message', channel: 'C0LOBBY', ts: '1700000000.000001', text: 'x' };
    const silent = [
      { ...said, user: 'U0BOT' },
      { ...said, bot_id: 'B0BOT', user: 'U0OTHER' },
      { ...said, subtype: 'channel_join', user: 'U0ALICE' },
      { ...said, subtype: 'channel_topic', user: 'U0ALICE' },
      { ...said, subtype: 'message_replied' },
      said,
    ];
    for (const event of silent) expect(isSpoken(MessageEvent.parse(event), own)).toBe(false);
  });

  it('stay in the channel’s conversation where that is wished', () => {
    const event = { channel: 'C0LOBBY', ts: '1700000000.000001', user: 'U0ALICE', text: '<@U0BOT> hi' };
    const { source } = normalizeMessage(MessageEvent.parse(event), { ...reading, replyIn: 'channel' });
    expect(source.thread).toBeUndefined();
  });

  it('are read as text, whatever the text is', () => {
    const parts = fc.constantFrom(
      '<',
      '>',
      '@',
      '#',
      '!',
      '|',
      'U0BOB',
      '^',
      '&amp;',
      '&lt;',
      'a',
      ' ',
      '://',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (words) => {
        expect(typeof readText(words.join(''), (id) => names[id])).toBe('string');
      }),
    );
    expect(
      readText('<@U0GONE> <@U0GONE|sam> <!subteam^S1|@team> <!everyone> 1 < 2 <>', () => undefined),
    ).toBe('@U0GONE @sam @team @everyone 1 < 2 <>');
  });
});
