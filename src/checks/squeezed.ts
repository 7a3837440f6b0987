/** What is left of a text when case, spaces, signs and the cut of its letters do not matter. */

const folded = new Map<number, string>();

/** Of one character; empty: it does not count. */
export function squeezedChar(code: number): string {
  if (code < 0x80) {
    if ((code >= 48 && code <= 57) || (code >= 97 && code <= 122)) return ascii[code]!;
    return code >= 65 && code <= 90 ? ascii[code + 32]! : '';
  }
  const known = folded.get(code);
  if (known !== undefined) return known;
  const plain = String.fromCodePoint(code).normalize('NFKC').toLowerCase();
  const kept = plain.replace(/[^\p{L}\p{N}]/gu, '');
  if (folded.size < 20_000) folded.set(code, kept);
  return kept;
}

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

export function squeezed(text: string): string {
  let kept = '';
  for (const one of text) kept += squeezedChar(one.codePointAt(0)!);
  return kept;
}
