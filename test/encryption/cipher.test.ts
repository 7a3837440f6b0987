import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Cipher, keyOf, keyOfBytes } from '../../src/encryption/cipher.js';
import { keyRingOf } from '../../src/encryption/key-ring.js';

const [one, two] = ['one', 'two'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const cipher = new Cipher(keyRingOf(one)!);
const rotated = new Cipher(keyRingOf(`${two},${one}`)!, 'one');
const unreadable = expect.objectContaining({ code: 'sealed_unreadable' });
const place = 'memories|42|text';

describe('a cipher', () => {
  it.each(['', 'Grüße 👋', 'enc1:one:QUJD', '\0\ud83d\ude00'])('gives back %j', (text) => {
    const sealed = cipher.seal(text, place);
    expect(sealed).toMatch(/^enc1:one:[\w+/=]+$/);
    expect(cipher.open(sealed, place)).toBe(text);
    const bytes = cipher.sealBytes(Buffer.from(text), place);
    expect(cipher.openBytes(bytes, place).toString()).toBe(text);
    expect([keyOf(sealed), keyOfBytes(bytes)]).toEqual(['one', 'one']);
  });

  it('gives back as it is what is not sealed', () => {
    for (const text of ['', 'hello', 'enc1:', 'enc1:one:', 'enc1:one:QUJD', 'enc1:a b:QUJD']) {
      expect(cipher.open(text, place)).toBe(text);
      expect(cipher.openBytes(Buffer.from(text), place).toString()).toBe(text);
      expect([keyOf(text), keyOfBytes(Buffer.from(text))]).toEqual([null, null]);
    }
  });

  it('[governed.28] makes another value of the same text each time, which opens in its own place alone', () => {
    const [first, second] = [cipher.seal('same', place), cipher.seal('same', place)];
    expect(first).not.toBe(second);
    for (const other of ['memories|42|name', 'memories|43|text', 'turns|42|text', ''])
      expect(() => cipher.open(first, other)).toThrow(unreadable);
    const bytes = cipher.sealBytes(Buffer.from('same'), place);
    expect(() => cipher.openBytes(bytes, 'files|7')).toThrow(unreadable);
  });

  it('[governed.28] refuses what was altered, cut, or is said to be under another key', () => {
    const sealed = cipher.seal('a text of some length', place);
    const body = sealed.slice('enc1:one:'.length);
    const altered = `${sealed.slice(0, 30)}${sealed[30] === 'A' ? 'B' : 'A'}${sealed.slice(31)}`;
    for (const wrong of [altered, sealed.slice(0, -8), `enc1:two:${body}`])
      expect(() => rotated.open(wrong, place)).toThrow(unreadable);
    expect(rotated.open(sealed, place)).toBe('a text of some length');
  });

  it('[governed.31] chooses the key by its id, and says which one is missing', () => {
    const newer = rotated.seal('text', place);
    expect(keyOf(newer)).toBe('two');
    expect(() => cipher.open(newer, place)).toThrow(/"two"/);
    expect(rotated.open(cipher.seal('text', place), place)).toBe('text');
  });

  it('makes tokens of words that stay the same while data keys change', () => {
    expect(cipher.token('word')).toMatch(/^[\w-]{16}$/);
    expect(rotated.token('word')).toBe(cipher.token('word'));
    expect(new Cipher(rotated.ring).token('word')).not.toBe(cipher.token('word'));
    expect(cipher.token('words')).not.toBe(cipher.token('word'));
    expect(() => new Cipher(cipher.ring, 'two')).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});
