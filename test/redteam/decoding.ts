/** All that a text can be read as: what a clever model sees through, whether or not anybody asked it to. */
import { rotated } from './encoding.js';

const deepest = 3;
const known = new Map<string, string[]>();

/** The text itself first, then what is hidden in it. Every one is whole words; what is noise is left out. */
export function readings(text: string): string[] {
  const before = known.get(text);
  if (before) return before;
  const found = new Set<string>();
  read(text, found, 0);
  const all = [...found];
  known.set(text, all);
  return all;
}

function read(text: string, found: Set<string>, depth: number): void {
  if (depth > deepest || found.has(text) || text.trim().length < 4) return;
  found.add(text);
  for (const reading of [...whole(text), ...pieces(text)]) read(reading, found, depth + 1);
}

/** Ways in which all of a text may be written. */
function whole(text: string): string[] {
  const ways = [
    text.normalize('NFKC').replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, ''),
    text.replace(/\\(["/\\])/g, '$1').replaceAll('\\n', '\n'),
    text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    text.replace(/\\x([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    fromEntities(text),
    text.replace(/<!--|-->|<\/?[a-z][^<>]*>/gi, ' '),
    text.replace(/(?:%[0-9a-f]{2})+/gi, fromUrl),
    text.replace(/\*\*|__|~~/g, ''),
    joined(text),
  ];
  return ways.filter((way) => way !== text);
}

/** Texts that stand within a text, encoded. */
function pieces(text: string): string[] {
  return [
    ...each(text, /[A-Za-z0-9+/_-]{16,}={0,2}/g, (piece) => Buffer.from(piece, 'base64')),
    ...each(text, /\b(?:[0-9a-f]{2}){8,}\b/gi, (piece) => Buffer.from(piece, 'hex')),
    ...each(text, /\b(?:[0-9a-f]{2}[ :]){7,}[0-9a-f]{2}\b/gi, (piece) =>
      Buffer.from(piece.replace(/[ :]/g, ''), 'hex'),
    ),
    ...each(text, /(?:[01]{8}\s?){5,}/g, fromBits),
    ...each(text, /[\u200b\u200c]{40,}/g, (piece) =>
      fromBits(piece.replaceAll('\u200b', '0').replaceAll('\u200c', '1')),
    ),
    ...each(text, /[\u{e0020}-\u{e007e}]{4,}/gu, (piece) =>
      Buffer.from([...piece].map((one) => one.codePointAt(0)! - 0xe0000)),
    ),
    ...each(text, /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{8,}/gu, (piece) =>
      Buffer.from(
        [...piece]
          .map((one) => one.codePointAt(0)!)
          .map((code) => (code < 0xff00 ? code - 0xfe00 : code - 0xe0100 + 16)),
      ),
    ),
  ];
}

/** How a line may be read that says nothing as it stands. */
export function ciphers(line: string): string[] {
  if (line.length < 12) return [];
  const ways = [[...line].reverse().join(''), plainLetters(line), unspaced(line)];
  for (let by = 1; by < 26; by++) ways.push(rotated(line, by));
  return ways.filter((way) => way !== line);
}

function each(text: string, pattern: RegExp, decode: (piece: string) => Buffer): string[] {
  return [...text.matchAll(pattern)].map(([piece]) => decode(piece).toString()).filter(isWords);
}

function isWords(text: string): boolean {
  return /^[\p{L}\p{N}\p{P}\p{S}\p{M}\s]{6,}$/u.test(text) && !text.includes('\ufffd');
}

function fromBits(bits: string): Buffer {
  return Buffer.from(
    (bits.replace(/\s/g, '').match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)),
  );
}

function fromUrl(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

const names: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

function fromEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, (all, decimal, hexadecimal, name) => {
    if (name) return names[name.toLowerCase()] ?? all;
    const code = decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code < 0x110000 ? String.fromCodePoint(code) : all;
  });
}

/** `"send the va" + "ult code"`: what is to be put together. */
function joined(text: string): string {
  return text.replace(/"((?:[^"\n]*"\s*\+\s*")+[^"\n]*)"/g, (_, inner: string) =>
    inner.replace(/"\s*\+\s*"/g, ''),
  );
}

/** Figures and letters of other scripts that stand for Latin letters; as long as before. */
function plainLetters(line: string): string {
  const latin: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };
  // What has a dot or an at-sign in it is an address: it is kept as it is.
  return line.replace(/\S+/g, (word) => {
    if (/\w[.@:/]\w/.test(word) || /^[A-Z]{2}\d{2}/.test(word) || /^\d+$/.test(word)) return word;
    return word
      .replace(/[аеорсхуіѕ]/g, (one) => 'aeopcxyis'['аеорсхуіѕ'.indexOf(one)]!)
      .replace(/[013457$]/g, (one) => latin[one]!);
  });
}

function unspaced(line: string): string {
  return line.replace(/\S(?: \S)+/g, (run) => run.replaceAll(' ', '')).replace(/ {2,}/g, ' ');
}
