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

  it.each([
    ['gsk_abcdEFGH12345678', 'gsk_'],
    ['AIzaSyA1234567890abcdefghijklmnopqrstuv', 'AIza'],
    ['hf_abcdefghijklmnop', 'hf_'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP', 'eyJ'],
    ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic '],
    ['GET /v1/models?api_key=abc123 failed', 'GET /v1/models?api_key='],
    ['https://host/x?page=2&access_token=t0ken', 'https://host/x?page=2&access_token='],
    ['sk_live_51HabcdefGHIJ', 'sk_live_'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_'],
    ['glpat-abcdefghij1234567890', 'glpat-'],
    ['ghs_abcdefghijklmnop1234', 'ghs_'],
    ['key AKIAIOSFODNN7EXAMPLE refused', 'key AKIA'],
    ['SG.abcdefghij.klmnopqrstuv', 'SG.'],
    ['git clone https://a1b2c3d4e5f6a7b8c9d0@host/x.git', 'git clone https://'],
    [
      'https://hooks.slack.com/services/T0000000/B00000000/XXXXXXXXXXXXXXXX',
      'https://hooks.slack.com/services/T0000000/B00000000/',
    ],
    [
      'https://discord.com/api/webhooks/123456789012345678/abc-DEF_123',
      'https://discord.com/api/webhooks/123456789012345678/',
    ],
    ['x-api-key: 4f2a9c81d0', 'x-api-key: '],
    ['{"password":"hunter22"}', '{"password":"'],
    ['Authorization: Token 0123456789abcdef', 'Authorization: Token '],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----',
    ],
  ])('[security.19] hides the secret in %j', (text, kept) => {
    expect(redact(text).startsWith(`${kept}[redacted]`)).toBe(true);
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
  it.each([
    'eyJ-',
    'Bearer ',
    '://a:',
    '1234:',
    '?key=',
    'sk-',
    '-----BEGIN PRIVATE KEY-----',
    'password=',
    '://aaaaaaaaaaaaaaaa',
    'token ',
    `${'a'.repeat(24)}.aaaaaa.`,
  ])('is not held up by a long text of %j', (part) =>
    expect(redact(part.repeat(1_000_000 / part.length))).toBeTypeOf('string'),
  );

  it.each([
    'The deploy ran at 12:30.',
    'version 1.2.3 of the package',
    'see docs.example.com/a.b.c',
    'note 123456:7',
    'the password: required, and at least 8 characters',
    'token expired; a new token is needed',
    'api_key: must be a reference',
    'see https://host/path/to/page?page=2&q=keys',
    'mail ada.lovelace@example.com',
    'the basic version 2 of hf_',
    'AKIA is four letters',
  ])('leaves alone: %s', (text) => expect(redact(text)).toBe(text));
});
