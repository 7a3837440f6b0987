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
  const plain = (letterIn(code) ?? String.fromCodePoint(code)).normalize('NFKD').toLowerCase();
  const kept = [...plain.replace(/[^\p{L}\p{N}]/gu, '')].map((one) => lookAlikes.get(one) ?? one).join('');
  if (folded.size < 20_000) folded.set(code, kept);
  return kept;
}

/** Letters in boxes and flags, and the tags that nobody sees: of these Unicode does not say what they stand for. */
function letterIn(code: number): string | undefined {
  for (const first of [0x1f150, 0x1f170, 0x1f1e6])
    if (code >= first && code < first + 26) return String.fromCharCode(97 + code - first);
  return code > 0xe0020 && code < 0xe007f ? String.fromCharCode(code - 0xe0000) : undefined;
}

/** Small letters of other scripts that are read as Latin ones. */
const lookAlikes = new Map(
  [
    ['аɑα', 'a'],
    ['вβ', 'b'],
    ['сϲ', 'c'],
    ['ԁ', 'd'],
    ['еєε', 'e'],
    ['ɡ', 'g'],
    ['нһ', 'h'],
    ['іıιӏ', 'i'],
    ['јϳ', 'j'],
    ['кκ', 'k'],
    ['мμ', 'm'],
    ['ո', 'n'],
    ['оοσօ', 'o'],
    ['рρ', 'p'],
    ['ԛ', 'q'],
    ['гᴦ', 'r'],
    ['ѕ', 's'],
    ['тτ', 't'],
    ['υս', 'u'],
    ['νѵ', 'v'],
    ['ԝ', 'w'],
    ['хχ', 'x'],
    ['уүγ', 'y'],
    ['ᴢζ', 'z'],
  ].flatMap(([signs = '', letter = '']) => [...signs].map((sign) => [sign, letter] as const)),
);

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

export function squeezed(text: string): string {
  let kept = '';
  for (const one of text) kept += squeezedChar(one.codePointAt(0)!);
  return kept;
}
