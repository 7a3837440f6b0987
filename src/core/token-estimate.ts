/**
 * How many tokens a text is at most likely to be, whatever the model: tokenizers differ, and a prompt that is too long
 * is refused. Plain English comes out about a third too high; other scripts, emoji and encoded bytes not too low.
 */

const signTokens = 0.75;
/** Tokens of one code unit beyond ASCII, by the first one above it. */
const costs: [below: number, tokens: number][] = [
  // Latin with marks, Greek, Cyrillic, Hebrew, Arabic.
  [0x800, 1],
  // Scripts that many tokenizers know byte by byte.
  [0x2000, 2.5],
  [0x3000, 1.5],
  // Chinese, Japanese, Korean.
  [0xd800, 1.5],
  // Half of a pair: emoji, rare signs.
  [0xe000, 2],
  [0x10000, 2.5],
];

/** Longer ones are no words: keys, hashes, encoded bytes. */
const longestWord = 24;
const wordChars = 4;
const encodedChars = 1.3;
const digitChars = 2;

export function estimateTokens(text: string): number {
  return count(text, Infinity).tokens;
}

/** The longest beginning of a text that is about so many tokens, and no more; never half a character. */
export function beginning(text: string, tokens: number): string {
  return text.slice(0, count(text, tokens).end).replace(/[\ud800-\udbff]$/, '');
}

/** Counts until the limit would be passed; `end`: where that is. */
function count(text: string, limit: number): { tokens: number; end: number } {
  let tokens = 0;
  let letters = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) letters++;
    else if (code >= 0x30 && code <= 0x39) digits++;
    // Signs of Base64 do not end what they stand in.
    else if (letters + digits > longestWord && (code === 0x2b || code === 0x2f)) letters++;
    else {
      tokens += wordCost(letters, digits);
      letters = 0;
      digits = 0;
      // A space goes with the word after it.
      if (code === 0x20) tokens += text.charCodeAt(at - 1) === 0x20 ? 0.25 : 0;
      else tokens += code < 0x80 ? signTokens : signCost(code);
    }
    if (tokens + wordCost(letters, digits) > limit) return { tokens: limit, end: at };
  }
  return { tokens: Math.ceil(tokens + wordCost(letters, digits)), end: text.length };
}

/** Not written out where it is used: what a closure in a loop captures is allocated anew for every letter. */
function signCost(code: number): number {
  return costs.find(([below]) => code < below)![1];
}

function wordCost(letters: number, digits: number): number {
  const length = letters + digits;
  return length > longestWord ? length / encodedChars : Math.ceil(letters / wordChars) + digits / digitChars;
}
