/** How attackers hide words: each function writes a text so that people, and simple filters, do not read it. */

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const base64url = (text: string): string => Buffer.from(text).toString('base64url');
export const hex = (text: string): string => Buffer.from(text).toString('hex');
export const binary = (text: string): string =>
  [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join(' ');
export const reversed = (text: string): string => [...text].reverse().join('');
/** `s e n d   i t`: three blanks where there was one. */
export const spaced = (text: string): string =>
  text
    .split(' ')
    .map((word) => [...word].join(' '))
    .join('   ');
export const rotated = (text: string, by = 13): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const first = letter < 'a' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - first + by) % 26) + first);
  });

/** HTML's character references. */
export const entities = (text: string): string => [...text].map((one) => `&#${one.codePointAt(0)};`).join('');
export const urlEncoded = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
export const escapes = (text: string): string =>
  [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

export const tags = (text: string): string =>
  [...text].map((one) => String.fromCodePoint(0xe0000 + one.codePointAt(0)!)).join('');
/** A zero-width space between all characters. */
export const zeroWidth = (text: string): string => [...text].join('\u200b');
/** Bits as two invisible characters. */
export const invisibleBits = (text: string): string =>
  binary(text).replaceAll(' ', '').replaceAll('0', '\u200b').replaceAll('1', '\u200c');
/** Each byte as a selector of a variant, behind an emoji. */
export const selectors = (text: string): string =>
  `😀${[...Buffer.from(text)].map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join('')}`;

export const leet = (text: string): string =>
  text.replace(/[oieas]/gi, (letter) => ({ o: '0', i: '1', e: '3', a: '4', s: '5' })[letter.toLowerCase()]!);
/** Letters of other scripts that look the same. */
export const lookalikes = (text: string): string =>
  text.replace(/[aeopcxy]/g, (letter) => 'аеорсху'['aeopcxy'.indexOf(letter)]!);
export const fullWidth = (text: string): string =>
  text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
/** Mathematical letters, of which no filter's word list has any. */
export const mathematical = (text: string): string =>
  text.replace(/[a-z]/g, (one) => String.fromCodePoint(0x1d41a + one.charCodeAt(0) - 97));
