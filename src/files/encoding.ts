/** Text in whatever encoding people's programs write. */

const marks: [bytes: number[], encoding: string][] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe, 0, 0], 'utf-32le'],
  [[0, 0, 0xfe, 0xff], 'utf-32be'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** What is looked at to tell an encoding, in bytes. */
const lookedAtBytes = 64 * 1024;

/**
 * The first `maxChars` of a text (UTF-16 code units), and whether there are more. What cannot be told for sure is read
 * as its letters make it likely.
 */
export async function decode(bytes: Uint8Array, maxChars: number): Promise<{ text: string; cut: boolean }> {
  // No encoding takes more than four bytes for a code unit.
  const start = bytes.subarray(0, maxChars * 4 + 4);
  const text = decoded(start, await encodingOf(start)).replace(/^\uFEFF/, '');
  // A copy, since whoever keeps a part of a text would keep it whole.
  const part = text.length > maxChars ? Buffer.from(wellFormed(text.slice(0, maxChars))).toString() : text;
  return { text: part, cut: text.length > maxChars || start.length < bytes.length };
}

/** Half a pair at the end is of a letter that was cut. */
function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}

async function encodingOf(bytes: Uint8Array): Promise<string> {
  for (const [mark, encoding] of marks)
    if (mark.every((byte, index) => bytes[index] === byte)) return encoding;
  const looked = bytes.subarray(0, lookedAtBytes);
  if (isUtf8(looked)) return 'utf-8';
  const wide = wideEncoding(looked);
  if (wide) return wide;
  const { analyse } = await import('chardet');
  const guesses = analyse(looked).map(({ name }) => name.toLowerCase());
  const known = guesses.filter((name) => name !== 'utf-8' && !/^utf-(16|32)/.test(name)).find(isKnown);
  // ISO 8859-1 is read as its larger cousin, as browsers do.
  return known ?? 'windows-1252';
}

/** Valid, but for a letter that the end cuts, or all but valid: logs are cut anywhere, and programs put in other bytes. */
function isUtf8(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    // In other encodings hardly a letter is valid by chance.
    const letters = new TextDecoder().decode(bytes, { stream: true }).match(/\P{ASCII}/gu) ?? [];
    const wrong = letters.filter((letter) => letter === '\uFFFD').length;
    return wrong * 4 <= letters.length - wrong;
  }
}

/** Text of Western letters in 16 or 32 bits, without a mark: every second byte, or three of four, are zero. */
function wideEncoding(bytes: Uint8Array): string | null {
  if (bytes.length < 4) return null;
  const zeros = [0, 0, 0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 4]!++;
  const share = zeros.map((count) => count / (bytes.length / 4));
  const [a = 0, b = 0, c = 0, d = 0] = share;
  if (b > 0.9 && c > 0.9 && d > 0.9) return 'utf-32le';
  if (a > 0.9 && b > 0.9 && c > 0.9) return 'utf-32be';
  if (b + d > 1 && a + c < 0.2) return 'utf-16le';
  if (a + c > 1 && b + d < 0.2) return 'utf-16be';
  return null;
}

function isKnown(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}

function decoded(bytes: Uint8Array, encoding: string): string {
  if (!encoding.startsWith('utf-32')) return new TextDecoder(encoding).decode(bytes, { stream: true });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, encoding === 'utf-32le');
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\uFFFD';
  }
  return text;
}

/** Whether it is text in some encoding: it has a mark, or no bytes that text never has. */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  if (marks.some(([mark]) => mark.every((byte, index) => bytes[index] === byte))) return true;
  const looked = bytes.subarray(0, lookedAtBytes);
  if (looked.includes(0)) return wideEncoding(looked) !== null;
  return !looked.some((byte) => (byte < 0x20 && !textControls.has(byte)) || byte === 0x7f);
}

/** Tab, line feed, form feed, carriage return, and the escape of coloured logs. */
const textControls: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);
