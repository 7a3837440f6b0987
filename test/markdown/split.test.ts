import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown, renderMarkdown, splitMarkdown } from '../../src/replies.js';
import { blocksIn, shownIn } from './words.js';

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

const torture = readFileSync(new URL('./torture.md', import.meta.url), 'utf8');

/** Counts as some platforms do: characters, not UTF-16 units. */
const characters = (rendered: string) => [...rendered].length;

describe('any text, however absurd,', { timeout: 60_000 }, () => {
  const tokens = [
    ...'*_`~[]()<>#-+.!\\&;:/ \n\n\n\t1aé"\0@$'.split(''),
    ...[
      '```',
      '```js\n',
      '**',
      '> ',
      '- ',
      '1. ',
      '- [ ] ',
      '👩‍👩‍👧',
      'שלום',
      '世界',
      '<br>',
      '&amp;',
      '\r\n',
      '    ',
    ],
    ...['https://e.com/a_b ', '[x](y)', '![i](j)', 'One sentence. ', 'wordswithoutspaces'],
  ];
  const soup = fc
    .array(fc.constantFrom(...tokens), { maxLength: 200, size: 'max' })
    .map((some) => some.join(''));
  const strings = fc.string({ unit: 'grapheme', maxLength: 400, size: 'max' });
  const bytes = fc.string({ unit: 'binary', maxLength: 400, size: 'max' });
  // With less room a link may have to be spelled out, which shows its address as well.
  const limits = fc.integer({ min: 100, max: 260 });
  const renders = fc.constantFrom(asWritten, asHtml);
  const measures = fc.constantFrom(undefined, characters);
  const bare = (shown: string) => shown.replaceAll('…', '');

  it('keeps what it shows, in its order, in parts within the limit', () => {
    let split = 0;
    const texts = fc.oneof(soup, strings, bytes).map((text) => text.replaceAll('|', '/'));
    fc.assert(
      fc.property(texts, limits, renders, measures, (text, limit, render, measure) => {
        const parts = splitMarkdown(text, { limit, render, measure });
        if (parts.length > 1) split += 1;
        const size = measure ?? (({ length }) => length);
        for (const part of parts) expect(size(render(part))).toBeLessThanOrEqual(limit);
        expect(bare(shownIn(...parts))).toBe(bare(shownIn(text)));
      }),
      { numRuns: 250 },
    );
    expect(split).toBeGreaterThan(100);
  });

  it('keeps every cell of a table', () => {
    const row = fc.array(
      fc.oneof(
        soup.map((text) => text.slice(0, 40)),
        fc.constant(''),
      ),
      { maxLength: 5 },
    );
    const rows = fc.array(
      row.map((cells) => `| ${cells.map((cell) => cell.replace(/[\r\n|]/g, '')).join(' | ')} |`),
      { minLength: 1, maxLength: 5, size: 'max' },
    );
    const tables = rows.map(([header, ...others]) => [header, '|-|-|-|', ...others].join('\n'));
    fc.assert(
      fc.property(tables, limits, renders, (text, limit, render) => {
        const parts = splitMarkdown(text, { limit, render });
        for (const part of parts) expect(render(part).length).toBeLessThanOrEqual(limit);
        const shown = bare(shownIn(...parts));
        for (const block of blocksIn(text)) expect(shown).toContain(bare(block));
      }),
      { numRuns: 200 },
    );
  });

  it('ends, even where a limit cannot be kept', () => {
    fc.assert(
      fc.property(soup, fc.integer({ min: 1, max: 20 }), renders, (text, limit, render) => {
        const shown = shownIn(...splitMarkdown(text.slice(0, 100), { limit, render }));
        // Addresses are spelled out where a link does not fit.
        for (const letter of shownIn(text.slice(0, 100)).replace(/[^a-z]/g, ''))
          expect(shown).toContain(letter);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['a word of 10,000 characters', 'x'.repeat(10_000)],
    ['emoji without end', '👩‍👩‍👧'.repeat(500)],
    ['one character of 5,000 code points', `e${'\u0301'.repeat(5000)}`],
    ['a fence without end', `\`\`\`js\n${'const a = 1;\n'.repeat(500)}`],
    ['a line of code of 10,000 characters', `\`\`\`\n${'y'.repeat(10_000)}\n\`\`\``],
    ['deep quotes and lists', `${'> '.repeat(20)}${'- '.repeat(20)}${'word '.repeat(500)}`],
    ['a link of 5,000 characters', `[a link](https://e.com/${'z'.repeat(5000)})`],
    ['an emphasis of 5,000 characters', `**${'some words '.repeat(450)}end**`],
    ['a long heading', `# ${'some words '.repeat(100)}`],
    ['null characters', '\0 '.repeat(1000)],
    ['Hebrew', 'שלום עולם. '.repeat(300)],
    ['Japanese, which has no spaces', '日本語の文章です。'.repeat(300)],
  ])('of %s is split', (_, text) => {
    const parts = splitMarkdown(text, { limit: 300, render: asHtml });
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(asHtml(part).length).toBeLessThanOrEqual(300);
    const shown = shownIn(...parts).replaceAll('…', '');
    expect(shown).toContain(shownIn(text).slice(0, 5));
    expect(shown.length).toBeGreaterThanOrEqual(shownIn(text).length);
  });
});

describe('a long reply', () => {
  const split = (text: string, limit: number) => splitMarkdown(text, { limit, render: asWritten });

  it('is one part, exactly as written, when it fits; none when it is empty', () => {
    const odd = '*  odd\n*  spacing\n\n__kept__';
    expect(split(odd, 2000)).toEqual([odd]);
    expect(split(' \n ', 2000)).toEqual([]);
  });

  it('is cut between paragraphs, a heading staying with what it heads', () => {
    const paragraph = 'Ten words make a sentence that is long enough here. '.repeat(3).trim();
    expect(split(`${paragraph}\n\n## Next\n\n${paragraph}\n\nThis:\n\n${paragraph}`, 200)).toEqual([
      paragraph,
      `## Next\n\n${paragraph}`,
      `This:\n\n${paragraph}`,
    ]);
  });

  it('is cut after a sentence, and outside of marks, where a paragraph is too long', () => {
    expect(split('One is short. Two is **a little bit. Longer** than that. Three ends it.', 60)).toEqual([
      'One is short. Two is **a little bit. Longer** than that.',
      'Three ends it.',
    ]);
    expect(split('One is short. Two is **a little bit. Longer** than that. Three ends it.', 40)).toEqual([
      'One is short. Two is',
      '**a little bit. Longer** than that.',
      'Three ends it.',
    ]);
  });

  it('closes marks and opens them again where there is no other way', () => {
    expect(split(`**${'bold *and more* '.repeat(5).trim()}**`, 50)).toEqual([
      '**bold *and more* bold *and more* bold _and_**',
      '**_more_ bold *and more* bold _and more_**',
    ]);
  });

  it('goes on with code in its language, cut between lines', () => {
    const code = Array.from({ length: 10 }, (_, line) => `print(${line})`).join('\n');
    const parts = split(`\`\`\`python\n${code}\n\`\`\``, 70);
    for (const part of parts) expect(part).toMatch(/^```python\n(print\(\d\)\n)+```$/);
    expect(parts.join('').match(/\d/g)!.join('')).toBe('0123456789');
  });

  it('goes on with a table under its header', () => {
    const rows = Array.from({ length: 10 }, (_, row) => `| ${row} | word |`).join('\n');
    const parts = split(`| n | w |\n|---|--:|\n${rows}`, 90);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part).toMatch(/^\| n \| w \|\n\| - \| -: \|\n(\| \d \| word \|\n?)+$/);
  });

  it('goes on with numbers, and says where an item goes on', () => {
    const items = Array.from({ length: 6 }, (_, item) => `${item + 3}. item ${item} has words`).join('\n');
    expect(split(items, 70)).toEqual([
      '3. item 0 has words\n4. item 1 has words\n5. item 2 has words',
      '6. item 3 has words\n7. item 4 has words\n8. item 5 has words',
    ]);
    expect(split(`- a\n- b\n  - ${'word '.repeat(6)}\n  - d\n- e`, 45)).toEqual([
      '- a\n- b\n  - word word word word word word',
      '- …\n  - d\n- e',
    ]);
  });

  it('keeps the marks of a quote', () => {
    const parts = split(`> ${'quoted words. '.repeat(20)}`, 100);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(part).toMatch(/^> quoted/);
  });

  it('comes out whole from a document with everything in it', () => {
    for (const [limit, render] of [
      [200, asWritten],
      [500, asHtml],
      [2000, asHtml],
    ] as const) {
      const parts = splitMarkdown(torture, { limit, render });
      for (const part of parts) expect(render(part).length).toBeLessThanOrEqual(limit);
      const shown = shownIn(...parts).replaceAll('…', '');
      for (const block of blocksIn(torture)) expect(shown).toContain(block);
    }
  });
});
