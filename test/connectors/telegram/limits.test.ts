/** Replies within all that Telegram counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  limits,
  renderHtml,
  renderParts,
  renderPlain,
  visible,
} from '../../../connectors/telegram/render.js';
import { parseHtml } from '../../platforms/telegram/html.js';

const address = (length: number, number: number) =>
  `https://a.example/${number}/`.padEnd(length, 'abcdefghij');
const links = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => `[link ${i}](${address(length, i)})`);

const addressesIn = (html: string) => [...html.matchAll(/<a href="([^"]*)"/g)].map(([, url]) => url!);
const entitiesIn = (html: string) => html.match(/<(?!\/|code class)/g)?.length ?? 0;

function expectWithinLimits(parts: string[]): void {
  for (const part of parts) {
    expect(() => parseHtml(part)).not.toThrow();
    expect(visible(part).length).toBeLessThanOrEqual(limits.text);
    expect(Buffer.byteLength(part)).toBeLessThan(32_768);
    expect(entitiesIn(part)).toBeLessThanOrEqual(100);
    expect(addressesIn(part).join('').length).toBeLessThanOrEqual(8000);
  }
}

describe('[delivery.12] a reply on Telegram', () => {
  it.each([
    ['40 links of 220 characters', links(40, 220), ' and '],
    ['60 links of 1,500 characters', links(60, 1500), ' and '],
    ['60 links of 1,500 characters in a list', links(60, 1500).map((link) => `- ${link}`), '\n'],
    ['60 links of 1,500 characters in paragraphs', links(60, 1500), '\n\n'],
    ['300 links of 40 characters', links(300, 40), ', '],
    ['links of 3,000 characters among words', ['word '.repeat(500), ...links(4, 3000)], ' '],
  ])('with %s has all of them as links', (_, pieces, between) => {
    const parts = renderParts(pieces.join(between));
    expectWithinLimits(parts);
    expect(parts.length).toBeGreaterThan(1);
    const written = [...pieces.join('').matchAll(/\]\(([^)]*)\)/g)].map(([, url]) => url);
    expect(parts.flatMap(addressesIn)).toEqual(written);
  });

  it.each([
    ['bold words', '**bold** '],
    ['code', '`x` and '],
    ['marks in one another', '**a _b ~~c~~_** '],
    ['spoilers', '||no|| '],
    ['items of a list', '- **a** `b`\n'],
    ['blocks of code', '```js\nx\n```\n\n'],
    ['quotes', '> **a**\n\n'],
  ])('with 250 %s has all of them formatted', (_, piece) => {
    const markdown = piece.repeat(250);
    const parts = renderParts(markdown);
    expectWithinLimits(parts);
    const formatted = (html: string) => html.match(/<(b|i|s|code|pre|tg-spoiler)>/g)?.length ?? 0;
    expect(parts.map(formatted).reduce((sum, count) => sum + count, 0)).toBe(formatted(renderHtml(markdown)));
    const words = (text: string) => text.replace(/\s+/g, '');
    expect(words(parts.map(visible).join(''))).toBe(words(visible(renderHtml(markdown))));
  });

  it.each([
    ['signs that are escaped', '<&> '.repeat(4000)],
    ['quotation marks', '"'.repeat(12_000)],
    ['characters of three bytes', '漢字の文章。'.repeat(2500)],
    ['emoji put together', '👨‍👩‍👧‍👦'.repeat(1500)],
    ['flags', '🇩🇪🇫🇷'.repeat(1500)],
  ])('of %s is within the limits, and whole', (_, text) => {
    const parts = renderParts(text);
    expectWithinLimits(parts);
    expect(parts.map(visible).join('').replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''));
    // A flag or a family is never cut in two.
    for (const part of parts) expect(visible(part)).toMatch(/^(👨‍👩‍👧‍👦|🇩🇪|🇫🇷|[^\p{RI}\u200d])*$/u);
  });

  it('as plain text is within the limits, too', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 9000, size: 'max' });
    fc.assert(
      fc.property(text, (written) => {
        const parts = renderPlain(written);
        expectWithinLimits(parts);
        const words = (some: string) => some.replace(/\s+/g, '');
        expect(words(parts.map(visible).join(''))).toBe(words(written));
      }),
      { numRuns: 30 },
    );
  });
});
