import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderPreview, renderReply } from '../../../connectors/slack/message.js';
import { renderMrkdwn } from '../../../connectors/slack/render.js';

const gap = '\u200B';

describe('mrkdwn', () => {
  const cases: [what: string, markdown: string, mrkdwn: string][] = [
    ['bold, italic and struck words', 'a **b** _c_ ~~d~~ `e`', 'a *b* _c_ ~d~ `e`'],
    ['marks within marks', '**bold _and italic_ and ~~more~~**', '*bold _and italic_ and ~more~*'],
    ['bold within bold once', '# A **b** c', '*A b c*'],
    ['marks within a word', 'in**ter**nal', `in${gap}*ter*${gap}nal`],
    ['marks beside signs', '(**a**), "_b_".', '(*a*), "_b_".'],
    ['bold over two lines', '**a\nb**', '*a*\n*b*'],
    ['literal stars', '2 \\* 3 and \\*not bold\\*', `2 * 3 and *${gap}not bold*`],
    ['names with underscores', 'a snake_case_name', 'a snake_case_name'],
    ['signs of Slack', 'a < b && c > d <!channel>', 'a &lt; b &amp;&amp; c &gt; d &lt;!channel&gt;'],
    ['links', '[the _docs_](https://x.org/a?b=1&c=2)', '<https://x.org/a?b=1&amp;c=2|the docs>'],
    ['links with bars', '[a|b](https://x.org/a|b)', '<https://x.org/a%7Cb|a|b>'],
    ['bare links', 'see https://x.org.', 'see <https://x.org>.'],
    ['links that lead into the app', '[click](javascript:alert(1))', 'click (javascript:alert(1))'],
    ['pictures', '![a cat](https://x.org/cat.png)', '<https://x.org/cat.png|a cat>'],
    ['lists', '- a\n- b\n  - c\n    - d\n\n3. x\n4. y', '• a\n• b\n    ◦ c\n        ▪ d\n\n3. x\n4. y'],
    ['tasks', '- [x] done\n- [ ] open', '☑ done\n☐ open'],
    ['quotes', '> a\n> b\n>\n> c', '> a\n> b\n>\n> c'],
    ['code', '```ts\nif (a < b) {}\n```', '```\nif (a &lt; b) {}\n```'],
    ['code with fences in it', '````\n```\nx\n```\n````', `\`\`\`\n\`${gap}\`\`\nx\n\`${gap}\`\`\n\`\`\``],
    ['code in a list', '- a\n\n  ```\n  x\n  ```', '• a\n\n```\nx\n```'],
    ['code in a quote', '> a\n>\n> ```\n> x\n> ```', '> a\n```\nx\n```'],
    ['tables', '| a | b |\n|---|--:|\n| x | 10 |', '```\na   b\n-  --\nx  10\n```'],
    [
      '[slack.11] links as Slack writes them',
      '<https://x.org/doc|the document>',
      '<https://x.org/doc|the document>',
    ],
    ['[slack.11] such links in a sentence', 'a <https://x.org/a_b_c|b> c.', 'a <https://x.org/a_b_c|b> c.'],
    ['[slack.11] such links as code', '`<https://x.org|x y>`', '`&lt;https://x.org|x y&gt;`'],
    [
      '[slack.11] links in tables',
      '| a |\n|---|\n| [b](https://x.org) |',
      '```\na\n-----------------\nb (https://x.org)\n```',
    ],
    [
      '[slack.11] such links in tables',
      '| a | c |\n|---|---|\n| <https://x.org|b> | d |',
      '```\na                  c\n-----------------  -\nb (https://x.org)  d\n```',
    ],
    ['[slack.11] no mentions that look so', '<@U1|ann> <!here|x>', '&lt;@U1|ann&gt; &lt;!here|x&gt;'],
    ['what looks like a quote', '\\> not a quote', `${gap}&gt; not a quote`],
  ];

  for (const [what, markdown, mrkdwn] of cases)
    it(`has ${what}`, () => {
      expect(renderMrkdwn(markdown)).toBe(mrkdwn);
    });

  it('cannot ring anybody up, whatever a model writes', () => {
    const parts = [
      '<!channel>',
      '<@U1>',
      '<#C1>',
      '<!subteam^S1>',
      '@here',
      '`',
      '**',
      '[x](',
      ')',
      '<',
      '>',
      '|',
      '\n',
      ' ',
    ];
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map((words) => words.join(''));
    fc.assert(
      fc.property(text, (markdown) => {
        expect(renderMrkdwn(markdown)).not.toMatch(/<[!@#]/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a reply', () => {
  const sectionOf = ({ blocks }: { blocks: unknown[] }) =>
    (blocks[0] as { text: { text: string } }).text.text;

  it('is within Slack’s limits, whatever it says', async () => {
    const word = fc.constantFrom(
      'word ',
      '**bold** ',
      '<&> ',
      '\n\n',
      '- item\n',
      '> quote\n',
      '```\ncode\n```\n',
      '文字',
      '👩‍👩‍👧 ',
      'x'.repeat(900),
    );
    const text = fc.array(word, { maxLength: 200 }).map((words) => words.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (markdown) => {
        for (const message of (await renderReply(markdown, [])).messages) {
          expect(sectionOf(message).length).toBeLessThanOrEqual(3000);
          expect(Buffer.byteLength(message.text)).toBeLessThan(4000);
          expect(sectionOf(message).split('```').length % 2).toBe(1);
        }
        for (const message of [await renderPreview(markdown)])
          expect(sectionOf(message).length).toBeLessThanOrEqual(3000);
      }),
      { numRuns: 60 },
    );
  });

  it('loses no word when it is split', async () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}[.,]?$/), { minLength: 1, maxLength: 3000 });
    await fc.assert(
      fc.asyncProperty(words, async (list) => {
        const parts = (await renderReply(list.join(' '), [])).messages.map(sectionOf);
        expect(parts.join(' ').split(/\s+/)).toEqual(list);
      }),
      { numRuns: 30 },
    );
  });

  it('has long tables as a file', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `| row ${i} | some words of it |`).join('\n');
    const { messages, files } = await renderReply(`| a | b |\n|---|---|\n${rows}`, []);
    expect(messages.map(sectionOf)).toEqual(['_table-1.txt is attached._']);
    expect(files.map(({ name }) => name)).toEqual(['table-1.txt']);
  });
});
