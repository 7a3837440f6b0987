import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rendersToNothing } from '../../src/markdown/nothing.js';
import { parseMarkdown, renderMarkdown } from '../../src/replies.js';

describe('[delivery.15] a reply that shows nothing', () => {
  it.each([
    '',
    ' \n\t',
    '<!-- x -->',
    '<!-- **bold** -->\n\n<!-- two -->',
    '<!-- never closed, with words',
    '&nbsp;',
    '&nbsp;&#8203;&ZeroWidthSpace;',
    '\u200b',
    '\u200b\u2060\ufeff\u00ad',
    '\u2800\u3164',
    '```\n```',
    '```js\n```',
    '~~~ python title="x"\n\n~~~',
    '[x]: https://a.example',
    '[x]: <https://a.example> "Title"\n[y]: /z',
    '\ud83d',
    '\ude00 \ud83d',
    '<br>\n<br/>',
    '****',
    '**\u200b**',
    '- \n- ',
    '> ',
    '#',
    '---',
    '|  |  |\n|--|--|\n|  |  |',
    '``` \n\u200b\n```',
    `<!--${' long'.repeat(5000)}-->`,
  ])('is known: %j', async (markdown) => {
    expect(await rendersToNothing(markdown)).toBe(true);
  });

  it.each([
    'hi',
    '👍',
    '🏳️‍🌈',
    '?',
    '…',
    '.',
    '1',
    '漢',
    '```\n<!-- x -->\n```',
    '`&nbsp;`',
    '`[x]: y`',
    '\\[x]: y',
    '[](https://a.example)',
    '![](https://a.example/cat.png)',
    '[x]: https://a.example\n\n[x]',
    '<p></p>',
    '~',
    '^',
    '\ud83d?',
    '<!-- x --> yes',
    '| a |\n|---|',
    `${'<!-- x -->'.repeat(2000)}word`,
  ])('is told from one that shows something: %j', async (markdown) => {
    expect(await rendersToNothing(markdown)).toBe(false);
  });

  it('is what its plain text is', async () => {
    const pieces = [
      '<!--',
      '-->',
      '&nbsp;',
      '\u200b',
      '```',
      '\n',
      '[x]:',
      ' /u',
      'a',
      '|',
      '-',
      '`',
      '**',
      '<br>',
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), async (some) => {
        const shown = renderMarkdown(parseMarkdown(some.join('')), {
          thematicBreak: () => '',
          listItem: (node, to) => to.blocks(node),
          blockquote: (node, to) => to.blocks(node),
          table: (node, to) =>
            node.children.map((row) => row.children.map((cell) => to.inline(cell))).join(''),
        });
        expect(await rendersToNothing(some.join(''))).toBe(/^[\s\u200b,]*$/.test(shown));
      }),
      { numRuns: 500 },
    );
  });
});
