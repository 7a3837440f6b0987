import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healMarkdown } from '../../src/replies.js';

const torture = readFileSync(new URL('./torture.md', import.meta.url), 'utf8');

describe('markdown that is still being written', { timeout: 60_000 }, () => {
  it.each([
    ['**bo', '**bo**'],
    ['an *em', 'an *em*'],
    ['**a *b', '**a *b***'],
    ['***x', '***x***'],
    ['a ~~x', 'a ~~x~~'],
    ['some `co', 'some `co`'],
    ['`a*b', '`a*b`'],
    ['**foo** **', '**foo**'],
    ['2 * 3 is', '2 * 3 is'],
    ['snake_case_', 'snake_case_'],
    ['see [the li', 'see the li'],
    ['see [the link](https://exa', 'see the link'],
    ['see [the link](https://e.com/a_(b', 'see the link'],
    ['see [the link](https://e.com/a_(b))', 'see [the link](https://e.com/a_(b))'],
    ['**see [the', '**see the**'],
    ['![a pict', 'a pict'],
    ['note[^1', 'note'],
    ['a <kb', 'a'],
    ['```', ''],
    ['```j', ''],
    ['```js\nlet a', '```js\nlet a\n```'],
    ['```js\nlet a\n``', '```js\nlet a\n```'],
    ['```js\nlet a\n```', '```js\nlet a\n```'],
    ['````md\n```\nx\n```', '````md\n```\nx\n```\n````'],
    ['> - ~~~\n>   code', '> - ~~~\n>   code\n>   ~~~'],
    ['| a | b |\n|--', ''],
    ['Table:\n\n| a | b |\n|--|--|\n| x', 'Table:\n\n| a | b |\n|--|--|'],
    ['| a | b |\n|--|--|\n| x | y |', '| a | b |\n|--|--|\n| x | y |'],
    ['- item\n-', '- item'],
    ['x\n\n1. a\n2.', 'x\n\n1. a'],
    ['Title\n-', 'Title'],
    ['text\n\n##', 'text'],
    ['', ''],
  ])('%j becomes %j', (written, healed) => {
    expect(healMarkdown(written)).toBe(healed);
  });

  it('is left alone where it is complete', () => {
    const complete = torture.slice(0, torture.indexOf('Unfinished:')).trimEnd();
    expect(healMarkdown(complete)).toBe(complete);
  });

  it('loses no more than its last line, wherever it stops', () => {
    for (let end = 1; end < torture.length; end += 29) {
      const written = torture.slice(0, end);
      const whole = written.slice(0, written.lastIndexOf('\n') + 1).trimEnd();
      // A table's header shows only once the table has begun, and a fence once there is code in it.
      if (/\|[^\n]*$|(```|~~~)[^\n]*$/.test(whole)) continue;
      expect(healMarkdown(written)).toContain(whole);
    }
  });

  it('never throws', () => {
    const marks = fc.constantFrom(
      ...'*_`~[]()<>#-+.!|\\&: \n\na'.split(''),
      '```',
      '| a |\n|-|\n',
      '> ',
      '- ',
    );
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 80 }), (some) => {
        const healed = healMarkdown(some.join(''));
        expect(healMarkdown(healed).length).toBeLessThanOrEqual(healed.length + 8);
      }),
      { numRuns: 500 },
    );
  });
});
