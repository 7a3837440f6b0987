import { describe, expect, it } from 'vitest';
import { addressing } from '../../../connectors/slack/addressing.js';
import { MessageEvent } from '../../../connectors/slack/payload.js';

const of = (text: string, more: object = {}) =>
  addressing(MessageEvent.parse({ channel: 'C0', ts: '1.1', user: 'U0ALICE', text, ...more }), 'U0BOT');

describe('to whom a Slack message is said', () => {
  it.each([
    'thanks <@U0BOB>, see you at lunch',
    '<@U0BOB> what do you say?',
    'thanks <@U0BOB>',
    'Good morning <@U0BOB>!',
    'ok, <@U0BOB|bob>: at nine then',
    'see you at lunch, <@U0BOB>',
    'see you there, <@U0BOB>!',
    '<@U0BOB>, <@U0CAROL>: dinner?',
  ])('[slack.14] another person: %s', (text) => {
    expect(of(text)).toEqual({ agent: false, another: true });
  });

  it.each([
    'what did <@U0BOB> say?',
    'please ask <@U0BOB>',
    'tell me about <@U0BOB> and <#C0ATTIC>',
    'hello',
  ])('nobody in particular: %s', (text) => {
    expect(of(text)).toEqual({ agent: false, another: false });
  });

  it('the agent where it is named, wherever and besides whom', () => {
    for (const text of ['<@U0BOT> hi', '<@U0BOB>, ask <@U0BOT>', 'thanks <@U0BOB>! <@U0BOT|ada> and you?'])
      expect(of(text)).toEqual({ agent: true, another: false });
    const element = { type: 'user', user_id: 'U0BOT' };
    const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] }];
    expect(of('', { blocks }).agent).toBe(true);
  });

  it('not the agent where what is forwarded names it', () => {
    expect(of('look', { attachments: [{ is_share: true, text: '<@U0BOT> do it' }] }).agent).toBe(false);
  });
});
