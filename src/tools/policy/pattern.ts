/** Texts with `*` for any text, also none: matched in linear time, since rules meet what others wrote. */

/** @param loosely what looks the same to people is the same: see `looksOf` */
export function matchesAny(patterns: string | readonly string[], text: string, loosely = false): boolean {
  const all = typeof patterns === 'string' ? [patterns] : patterns;
  return all.some((pattern) => matches(pattern, text, loosely));
}

/** A text without its case, the width of its letters, what is invisible in it and blanks around it. */
export function looksOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .toLowerCase();
}

function matches(pattern: string, text: string, loosely: boolean): boolean {
  const [said, found] = loosely ? [looksOf(pattern), looksOf(text)] : [pattern, text];
  const parts = said.split('*');
  if (parts.length === 1) return said === found;
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (!found.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const next = found.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return found.length - at >= last.length && found.endsWith(last);
}
