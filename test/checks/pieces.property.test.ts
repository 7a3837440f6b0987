/** Whatever pieces a text comes in, what is shown adds up to the same, and no secret ever begins in it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instructions, secret, shownOf } from './checked.js';

const key = 'sk-ant-api03-abcdef1234567890';
const scraps = [
  ...[
    'https://evil.example/p?q=1',
    'https://good.example/a',
    '![x](',
    '](',
    ')',
    '[a]',
    '[1]: ',
    '<img src="',
    '">',
  ],
  ...[
    '<a href=',
    '//evil.example',
    '`',
    '```',
    '\n',
    '\n\n',
    '```\n',
    '\\',
    '&#58;',
    '&',
    'mailto:',
    'www.evil',
    '.com',
  ],
  ...[
    '.',
    ' ',
    '-----BEGIN ',
    'PRIVATE KEY-----',
    '|',
    '~~~\n',
    'ht',
    'tps',
    '://',
    '\r\n',
    '\u200b',
    '👨‍👩‍👧',
    '\ud83d',
  ],
  ...[
    secret,
    secret.slice(0, 9),
    secret.slice(9),
    key,
    key.slice(0, 8),
    Buffer.from(secret).toString('base64'),
    'Hello',
  ],
  ...[
    instructions,
    instructions.slice(0, 60),
    'the',
    'of the',
    'sk',
    'eyJ',
    '123456789:',
    'MT',
    '"',
    "'",
    '(',
    'data:x',
  ],
];

const texts = fc.array(fc.oneof(fc.constantFrom(...scraps), fc.string({ maxLength: 6 })), { maxLength: 14 });

function cut(text: string, places: number[]): string[] {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...sorted, text.length].map((place, at) => text.slice(at === 0 ? 0 : sorted[at - 1]!, place));
}

it('[act.56] is the same in any pieces', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 40 }), (words, places) => {
      const text = words.join('');
      const whole = shownOf([text]);
      const pieces = shownOf(cut(text, places));
      expect(pieces.text).toBe(whole.text);
      expect(pieces.found.length).toBe(whole.found.length);
      for (const version of pieces.versions) expect(whole.text.startsWith(version)).toBe(true);
      expect(shownOf(text.split('')).text).toBe(whole.text);
    }),
    { numRuns: 1500 },
  );
});

it('[act.56] never shows how a secret begins', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('Hello, it is ', 'key=', '**', '\n', '| a | '),
      fc.constantFrom(secret, key, 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'),
      fc.constantFrom(' and so on', '', '\n\nmore', '.'),
      fc.integer({ min: 1, max: 9 }),
      (before, hidden, after, size) => {
        const pieces = (before + hidden + after).match(new RegExp(`.{1,${size}}`, 'gs'))!;
        const { versions, text } = shownOf(pieces);
        for (const version of [...versions, text])
          expect(version.slice(before.length)).not.toMatch(/^(X|s|g)/);
        expect(text).toBe(`${before}[secret removed]${after}`);
      },
    ),
  );
});
