/** The forms in which a secret may be written so that somebody can read it back, squeezed. */
import { squeezed } from './squeezed.js';

/** A text to look for, squeezed. */
export interface Form {
  text: string;
  /** It is one only where these very signs stand: the secret could be ordinary words. */
  exactly?: string;
  /** It is one only where much stands between its signs. */
  spread?: true;
}

/** Of longer secrets the beginning is looked for in pieces. */
const longest = 256;
const piece = 14;
const stride = 7;

export function formsOf(secret: string): Form[] {
  const plain = squeezed(secret.slice(0, longest));
  if (plain.length < 4) return [];
  if (!isOdd(plain)) {
    const exactly = secret.slice(0, longest).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
    const back = squeezed([...secret.slice(0, longest)].reverse().join(''));
    return [
      { text: plain, exactly },
      ...(plain.length >= 6
        ? [{ text: plain, spread: true } as const, { text: back, spread: true } as const]
        : []),
      ...texts([...(plain.length >= 8 ? [back] : []), ...encoded(secret.slice(0, longest), 8)]),
    ];
  }
  const value = secret.slice(0, longest);
  const back = [...value].reverse().join('');
  return texts([
    plain,
    squeezed(back),
    ...(secret.includes('://') ? [] : [...piecesOf(plain), ...piecesOf(squeezed(back))]),
    squeezed(value.replace(/[a-z]/gi, rotated)),
    ...encoded(value, 6),
    ...encoded(back, 6),
    ...twice(value),
  ]);
}

/** Of words that may be said as they are: the forms in which they are only to be read back. */
export function hiddenForms(words: string): Form[] {
  const value = words.slice(0, longest);
  const plain = squeezed(value);
  if (plain.length < 12) return [];
  const bytes = Buffer.from(value);
  const back = [...value].reverse().join('');
  return [
    { text: plain, spread: true },
    ...texts([
      squeezed(back),
      squeezed(value.replace(/[a-z]/gi, rotated)),
      ...[0, 1, 2].map((shift) => squeezed(base64Inside(bytes, shift))),
      ...[0, 1, 2].map((shift) => squeezed(base64Inside(Buffer.from(back), shift))),
      ...[base32(bytes), bytes.toString('hex'), [...bytes].join('')],
    ]),
  ];
}

function texts(forms: string[]): Form[] {
  return [...new Set(forms)].filter((text) => text.length >= 6).map((text) => ({ text }));
}

/** No words of a language: they have letters and digits, or are long. */
function isOdd(plain: string): boolean {
  if (plain.length >= 24) return true;
  return plain.length >= 8 && /\d/.test(plain) && /\p{L}/u.test(plain);
}

function piecesOf(plain: string): string[] {
  const found: string[] = [];
  for (let at = 0; at + piece <= plain.length; at += stride) {
    const part = plain.slice(at, at + piece);
    // A piece of words and a number is found in ordinary texts.
    if ((part.match(/\d/g)?.length ?? 0) >= 2 && /\p{L}.*\d.*\p{L}|\d.*\p{L}.*\d/u.test(part))
      found.push(part);
  }
  return found;
}

function rotated(letter: string): string {
  const base = letter <= 'Z' ? 65 : 97;
  return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
}

/** @param least signs that are left of an encoding whose edges depend on what stands beside it */
function encoded(value: string, least: number): string[] {
  const bytes = Buffer.from(value);
  const list = [...bytes];
  const hex = list.map((byte) => byte.toString(16).padStart(2, '0'));
  const inside = [0, 1, 2].map((shift) => base64Inside(bytes, shift)).filter((text) => text.length >= least);
  return [
    ...inside.map(squeezed),
    base32(bytes),
    hex.join(''),
    hex.map((byte) => `x${byte}`).join(''),
    hex.map((byte) => `0x${byte}`).join(''),
    hex.map((byte) => `u00${byte}`).join(''),
    list.join(''),
    list.length > 64 ? '' : list.map((byte) => byte.toString(2).padStart(8, '0')).join(''),
    squeezed(value.replace(/[^A-Za-z0-9]/g, (sign) => encodeURIComponent(sign).replace(/^[^%]$/, percent))),
  ].filter((text) => text.length >= least);
}

function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16)}`;
}

/** What its base64 has in it wherever the value stands in what was encoded. */
function base64Inside(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((shift * 8) / 6);
  const whole = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(first, whole);
}

function base32(bytes: Buffer): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const groups = bits.match(/.{5}/g) ?? [];
  return groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group, 2)]).join('');
}

function twice(value: string): string[] {
  const once = Buffer.from(value).toString('base64');
  const hex = Buffer.from(value).toString('hex');
  return [
    base64Inside(Buffer.from(once), 0),
    base64Inside(Buffer.from(hex), 0),
    Buffer.from(once).toString('hex'),
    [...once].reverse().join(''),
    [...hex].reverse().join(''),
  ].map(squeezed);
}
