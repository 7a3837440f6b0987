import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown, renderMarkdown, splitMarkdown } from '../../src/index.js';
import { shownIn } from './words.js';

const asWritten = (markdown: string) => markdown;
const asHtml = (markdown: string) =>
  renderMarkdown(parseMarkdown(markdown), {
    text: ({ value }) => value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
    strong: (node, to) => `<b>${to.inline(node)}</b>`,
    emphasis: (node, to) => `<i>${to.inline(node)}</i>`,
    code: ({ value, lang }, to) => `<pre><code class="language-${lang ?? ''}">${to.text(value)}</code></pre>`,
    link: (node, to) => `<a href="${to.text(node.url)}">${to.inline(node)}</a>`,
    blockquote: (node, to) => `<blockquote>${to.blocks(node)}</blockquote>`,
  });

describe('any text, however absurd,', () => {
  const marks = [
    ...'*_`~[]()<>#-+.!|\\&;:/ \n\n\n\t1aé"\0@$'.split(''),
    '```',
    '**',
    '> ',
    '- ',
    '1. ',
    '| a | b |\n|-|-|\n',
    '👩‍👩‍👧',
    'שלום',
    '世界',
    '<br>',
    '&amp;',
    'https://e.com/a_b',
    '\r\n',
    '    ',
  ];
  const soup = fc.array(fc.constantFrom(...marks), { maxLength: 300 }).map((tokens) => tokens.join(''));
  const text = fc.oneof(
    soup,
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
  );

  it('keeps what it shows, in parts within the limit', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 60, max: 200 }),
        fc.constantFrom(asWritten, asHtml),
        (text, limit, render) => {
          const parts = splitMarkdown(text.replaceAll('…', ''), { limit, render });
          for (const part of parts) expect(render(part).length).toBeLessThanOrEqual(limit);
          expect(shownIn(...parts).replaceAll('…', '')).toBe(shownIn(text).replaceAll('…', ''));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
