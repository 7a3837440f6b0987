/** Whatever people and models write, nothing throws, nothing is too long, and no fence stays open. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainMentions } from '../../../connectors/discord/mentions.js';
import { maxMessageChars } from '../../../connectors/discord/render.js';
import { replyParts } from '../../../connectors/discord/reply.js';

const marks = [
  '**',
  '_',
  '~~',
  '`',
  '```',
  '```js\n',
  '\n',
  '\n\n',
  '> ',
  '- ',
  '1. ',
  '# ',
  '| a | b |\n|---|---|\n',
];
const noise = [
  '[x](https://a.example/)',
  '<@1>',
  '<@&2>',
  '@everyone',
  '😀',
  '\u202e',
  '\u0000',
  '\\',
  '<t:1:R>',
  '||',
];
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...marks, ...noise), fc.string({ maxLength: 300 }), fc.lorem({ maxCount: 40 })),
    {
      maxLength: 60,
    },
  )
  .map((pieces) => pieces.join(''));

describe('a reply of any text', () => {
  it('comes in parts that Discord takes', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (written) => {
        for (const { content, files } of await replyParts({
          text: written,
          files: [],
          tooLarge: [],
          buttons: [],
        })) {
          expect(content.length).toBeLessThanOrEqual(maxMessageChars);
          expect(content.trim() === '' && files.length === 0).toBe(false);
          const fences = content.split('\n').filter((line) => /^[>\s\d.-]*```/.test(line));
          expect(fences.length % 2).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('mentions of any make', () => {
  it('are put into words or stay', () => {
    const names = { user: () => 'Ann', role: () => null, channel: () => 'lobby' };
    const pieces = fc.constantFrom(
      '<@',
      '<@!',
      '<@&',
      '<#',
      '<:e:',
      '<a:e:',
      '<t:',
      '</x:',
      '12',
      '>',
      ':R>',
      '-',
      'x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (written) => {
        expect(plainMentions(written.join(''), names)).not.toMatch(/<@!?\d{1,20}>|<#\d{1,20}>/);
      }),
    );
  });

  it('do not take long', () => {
    const started = process.cpuUsage();
    plainMentions('<'.repeat(200_000) + '</'.repeat(100_000), {
      user: String,
      role: String,
      channel: String,
    });
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });
});
