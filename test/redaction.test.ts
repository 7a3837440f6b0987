import { describe, expect, it } from 'vitest';
import { hideValue, redact } from '../src/redaction.js';

describe('redact', () => {
  it.each([
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted]'],
    ['key sk-proj-abcdefgh12345678 refused', 'key sk-[redacted] refused'],
    ['carrier_0123456789abcdef', 'carrier_[redacted]'],
    ['xoxb-1234-5678-abcdef', 'xoxb-[redacted]'],
    ['xoxe.xoxp-1-Mi0yLTEyMzQ', 'xoxe.[redacted]'],
    ['xapp-1-A1-2-abcdef', 'xapp-[redacted]'],
    ['redis://carrier:p4ss@host:6379', 'redis://carrier:[redacted]@host:6379'],
    [`https://api.telegram.org/bot4242:${'AAH-'.repeat(9)}/getMe`, 'https://api.telegram.org/bot4242:'],
    [`bot 123456789:${'aB3-'.repeat(9)} is wrong`, 'bot 123456789:[redacted] is wrong'],
    [`token ${'M'.repeat(24)}.Gabc12.${'x_y-'.repeat(8)} is wrong`, 'token [redacted] is wrong'],
  ])('%s', (text, clean) => {
    expect(redact(text).startsWith(clean)).toBe(true);
    expect(redact(text)).toContain('[redacted]');
  });

  it('[http-and-cli.19] hides values it was told, unless they are too short to hide anything', () => {
    hideValue('correct horse');
    hideValue('x');
    expect(redact('the key correct horse is wrong, expected x')).toBe(
      'the key [redacted] is wrong, expected x',
    );
  });

  it('hides long values too, and others beside them', () => {
    hideValue('é'.repeat(32_768));
    hideValue('battery staple');
    expect(redact(`${'é'.repeat(32_768)} and battery staple`)).toBe('[redacted] and [redacted]');
    expect(redact('https://host/?q=battery%20staple')).not.toContain('staple');
  });

  // A search that begins anew at every place, and reads on to the end from each, takes minutes for a megabyte.
  it.each(['eyJ-', 'Bearer ', '://a:', '1234:', '?key=', 'sk-', `${'a'.repeat(24)}.aaaaaa.`])(
    'is not held up by a long text of %j',
    (part) => expect(redact(part.repeat(1_000_000 / part.length))).toBeTypeOf('string'),
  );

  it.each([
    'The deploy ran at 12:30.',
    'version 1.2.3 of the package',
    'see docs.example.com/a.b.c',
    'note 123456:7',
  ])('leaves alone: %s', (text) => expect(redact(text)).toBe(text));
});
