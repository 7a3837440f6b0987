import { describe, expect, it } from 'vitest';
import { instructions, secret, shown, wordSecret } from './checked.js';

const put = '[secret removed]';
const b64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');
const back = (text: string) => [...text].reverse().join('');
const rot13 = (text: string) =>
  text.replace(/[a-z]/gi, (one) => {
    const base = one <= 'Z' ? 65 : 97;
    return String.fromCharCode(((one.charCodeAt(0) - base + 13) % 26) + base);
  });
const boxed = (text: string, first: number) =>
  text.replace(/[a-z]/gi, (one) => String.fromCodePoint(first + one.toLowerCase().charCodeAt(0) - 97));
const codes = (text: string, write: (code: number) => string) => [...Buffer.from(text)].map(write).join(' ');

/** Nothing is left that anybody could put together again: of a secret's forms no four signs in a row. */
const readable = (text: string, form: string) =>
  Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8)).filter((part) =>
    text.includes(part),
  );

describe('secrets that the hub knows', () => {
  it.each([
    ['as it is', secret],
    ['in other case', secret.toUpperCase()],
    ['spaced', [...secret].join(' ')],
    ['dotted', [...secret].join('.')],
    ['a sign a line', [...secret].join('\n')],
    ['with invisible signs', [...secret].join('\u200b')],
    ['in marks', [...secret].join('**')],
    [
      'fullwidth',
      [...secret]
        .map((one) => (one === '-' ? one : String.fromCharCode(one.charCodeAt(0) + 0xfee0)))
        .join(''),
    ],
    ['in letters of other scripts', secret.replace('hunter', 'һυпtег').replace('п', 'ո').replace('y', 'у')],
    ['with marks on its letters', [...secret].join('\u0332')],
    ['in letters with accents', secret.replace('u', 'ü').replace('e', 'é')],
    ['in boxes', boxed(secret, 0x1f170)],
    ['in flags', boxed(secret, 0x1f1e6)],
    [
      'in tags that nobody sees',
      secret.replace(/[!-~]/g, (one) => String.fromCodePoint(0xe0000 + one.charCodeAt(0))),
    ],
    ['reversed', back(secret)],
    ['rot13', rot13(secret)],
    ['base64', b64(secret)],
    ['base64, shifted', b64(`a${secret}b`)],
    ['base64, shifted by two', b64(`my ${secret}.`).replaceAll('+', '-')],
    ['base64 of the reversed', b64(back(secret))],
    ['base64 twice', b64(b64(secret))],
    ['hex', hex(secret)],
    ['hex in pairs', hex(secret).match(/../g)!.join(':')],
    ['escaped for an address', [...hex(secret).match(/../g)!].map((one) => `%${one}`).join('')],
    ['as codes', codes(secret, String)],
    ['as entities', [...Buffer.from(secret)].map((code) => `&#${code};`).join('')],
    ['as escapes', [...Buffer.from(secret)].map((code) => `\\u00${code.toString(16)}`).join('')],
  ])('are taken out %s', (_, form) => {
    const text = shown(`It is ${form} now.`);
    expect(text).toContain(put);
    expect(readable(text, form)).toEqual([]);
    expect(text).toMatch(/^It is .* now\.$/s);
  });

  it('are taken out in halves', () => {
    const text = shown(`First ${secret.slice(0, 18)}, then the rest.`);
    expect(text).not.toContain(secret.slice(0, 14));
  });

  it('that could be words are taken out as they are, and the words stay', () => {
    expect(shown(`Say ${wordSecret}.`)).toBe(`Say ${put}.`);
    expect(shown(`Say ${b64(wordSecret)}.`)).toContain(put);
    expect(shown(`Say ${[...wordSecret].join(' ')}.`)).toBe(`Say ${put}.`);
    expect(shown(`Say ${back(wordSecret)}.`)).toBe(`Say ${put}.`);
    expect(shown('Open sesame, opensesame!')).toBe('Open sesame, opensesame!');
  });
});

describe('secrets by their shape', () => {
  it.each([
    'sk-ant-api03-abcdef1234567890',
    'sk-proj-Ab3dEf6hIj9kLmNoPq',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'github_pat_11ABCDEFG0abcdefghij_klmnop1234567890',
    'xoxb-1234567890-abcdefghij1234',
    'AKIAIOSFODNN7EXAMPLE',
    'AIzaSyA1234567890abcdefghijklmnopqrstuv',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P',
    '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
    'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs',
    'carrier_0123456789abcdef0123456789abcdef',
    'glpat-a1b2c3d4e5f6g7h8i9j0',
    // Chance has put signs between all letters.
    'carrier_QJJo78-lPOMo4oO-VzXVF6KEpQnzz_wITsoxng0StyE',
    'carrier_8_ESNGMeWKMH5kc-vZS4CHQoDVl-Ap4d0ro-efz6UMs',
    'carrier_9_O_WXBUFb_0epfiats1-M_FLX_Pzvfdpia6YLxb_Ek',
    'glpat-Xy7_kQ2-mN9_vB4-tR8_wZ1-aa',
  ])('[act.56] are taken out: %s', (key) => {
    expect(shown(`Use ${key} for it.`)).toBe(`Use ${put} for it.`);
    expect(shown(`KEY=${key}`)).toBe(`KEY=${put}`);
  });

  it('[act.56] are taken out over several lines', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----';
    expect(shown(`Here:\n${key}\nThat is it, all.`)).toBe(`Here:\n${put}\nThat is it, all.`);
    expect(shown(`Here:\n${key.slice(0, 50)}`)).toBe(`Here:\n${put}`);
  });

  it.each([
    'claude-sonnet-4-5-20250929',
    'gpt-4o-2024-08-06 and text-embedding-3-large',
    '3f786850e387550fdab836ed7e6dc881de23001b',
    '550e8400-e29b-41d4-a716-446655440000',
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    'sk-learn-contrib, sk-SK, sk-model-20250929, task-force-1, npm_config_registry, hf_hub_download',
    '0xdAC17F958D2ee523a2206206994597C13D831ec7',
    '----- five dashes\n|-----|\n-----BEGIN CERTIFICATE-----',
    '1234567890:some-thing-that-is-over-thirty-characters-long',
    '12345678:30, 10:30:00, 2026-11-27T17:00:00Z, +49 30 123456',
    'می‌خواهم 👨‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇩🇪',
  ])('[act.60] leave names and numbers as they are: %j', (text) => {
    expect(shown(`Here: ${text} done.`)).toBe(`Here: ${text} done.`);
  });
});

describe('instructions', () => {
  it('are taken out where they are told word for word', () => {
    const text = shown(`Of course! ${instructions} Anything else?`);
    expect(text).toBe('Of course! You look [instructions removed]. Anything else?');
    expect(shown(`- ${instructions.toUpperCase().replaceAll(' ', '\n- ')}`)).toContain(
      '[instructions removed]',
    );
  });

  it('are nothing where only some of their words are used', () => {
    const text = 'You look after the finance team, and the names of the people in it are known to you.';
    expect(shown(text)).toBe(text);
  });
});
