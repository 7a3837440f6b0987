import { describe, expect, it } from 'vitest';
import * as discord from '../../connectors/discord/render.js';
import * as slack from '../../connectors/slack/render.js';
import * as telegram from '../../connectors/telegram/render.js';
import { isQuick } from '../../src/markdown/quick.js';
import { type ReplyForms, replyRenderer } from '../../src/replies.js';

const never = new URL('./forms-work.mjs', import.meta.url);
const forms = {
  renderReply: () => ({ parts: ['at once'], files: [] }),
  renderParts: () => ['at once'],
  renderPlain: (text: string) => [`plain ${text.length}`],
};

/** Repeated up to the 16,000 characters of a long reply. */
const hostile = {
  'code that stays open': '`a',
  'code of ever more ticks': '`a``b```c````d',
  'brackets that stay open': '[',
  'links that stay open': '[a](',
  'pictures in links': '![[]',
  'emphasis that stays open': '*a **b _c ~~d ',
  'emphasis in one another': '*a_b*c_',
  'quotes in one another': '> ',
  'lists and quotes in one another': '1. - > ',
  tables: '| a | b |\n|---|---|\n| `c | [d |\n',
  'tables in quotes': '> | a |\n> |---|\n> | `b |\n',
  spoilers: '||a ',
  'headings under lines': 'a\n=\n',
  footnotes: '[^a]: [^a] ',
  tags: '<a b="',
  'links with words': '<https://a.example/|',
  'signs that are joined': 'e\u0301\u0301\u0301',
};

describe('[security.14] a reply that takes long', () => {
  it('is rendered in a thread, a short one at once', async () => {
    const { reply, parts } = replyRenderer(never, forms);
    expect(await reply('hi')).toEqual({ parts: ['at once'], files: [] });
    expect(await reply('x'.repeat(9000))).toEqual({ parts: ['rendered 9000'], files: [] });
    expect(await parts('`'.repeat(900))).toEqual(['rendered 900']);
  });

  it('is shown as plain text where it takes too long; others do not wait for it', async () => {
    const { reply, parts } = replyRenderer(never, forms);
    const order: string[] = [];
    const endless = reply(`never${'x'.repeat(9000)}`).then((shown) => order.push(shown.parts[0]!));
    for (let turn = 0; turn < 10; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push((await parts('hi'))[0]!);
    }
    order.push((await parts('x'.repeat(8000)))[0]!);
    await endless;
    expect(order).toEqual([...Array(10).fill('at once'), 'rendered 8000', 'plain 9005']);
    expect(await reply('x'.repeat(8000))).toMatchObject({ parts: ['rendered 8000'] });
  });

  it.each(['www. ', 'a@b ', 'http://'])('counts addresses as marks, since each is looked at: %j', (piece) => {
    expect(isQuick(piece.repeat(1500 / piece.length))).toBe(false);
    expect(isQuick(`see ${piece}${'plain words '.repeat(100)}`)).toBe(true);
  });

  const platforms: [name: string, forms: ReplyForms, size: (part: string) => number, most: number][] = [
    ['Discord', discord, ({ length }) => length, 2000],
    ['Slack', slack, ({ length }) => length, 3000],
    ['Telegram', telegram, (html) => telegram.visible(html).length, 4096],
  ];

  it.each(platforms)('is within the limits of %s', async (name, module, size, most) => {
    const folder = new URL(`../../dist/connectors/${name.toLowerCase()}/`, import.meta.url);
    const { reply } = replyRenderer(new URL('render.js', folder), module);
    const texts = Object.values(hostile).map((piece) => piece.repeat(Math.ceil(16_000 / piece.length)));
    expect(texts.filter(isQuick)).toEqual([]);
    const shown = [...(await reply(texts[0]!)).parts, ...texts.flatMap((text) => module.renderPlain(text))];
    for (const part of shown) {
      expect(size(part)).toBeLessThanOrEqual(most);
      expect(part.trim()).not.toBe('');
    }
  });
});
