/**
 * How much of a text an embedder reads. Its tokens are not known here, so they are estimated, rather too many than too
 * few: a prose word is a token or two, but of code, tables and base64 nearly each letter may be one.
 */
const piece = /[a-z]+|[0-9]+|\s+|[\s\S]/giu;
/** Longer ones are no words that a vocabulary has. */
const longestWord = 14;

function tokensOf(part: string): number {
  if (/^\s/.test(part)) return 0;
  if (/^[a-z]/i.test(part)) return Math.ceil(part.length / (part.length > longestWord ? 2 : 5));
  if (/^[0-9]/.test(part)) return Math.ceil(part.length / 2);
  return part.length;
}

/** Rather too many. */
export function estimatedTokens(text: string): number {
  let tokens = 0;
  for (const [part] of text.matchAll(piece)) tokens += tokensOf(part);
  return tokens;
}

/** @returns as much of the text as `tokens` hold; the same text where all of it does. */
export function beginningOf(text: string, tokens: number): string {
  // Not one that has a token for each unit.
  if (text.length <= tokens) return text;
  let left = tokens;
  let end = 0;
  for (const [part] of text.matchAll(piece)) {
    const cost = tokensOf(part);
    if (cost > left) {
      // Of a long run, as much as fits.
      const whole = Math.floor((part.length * left) / cost);
      return text.slice(0, part.length > 2 ? end + whole : end);
    }
    left -= cost;
    end += part.length;
  }
  return text;
}
