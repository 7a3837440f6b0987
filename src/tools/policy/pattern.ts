/** Texts with `*` for any text, also none: matched in linear time, since rules meet what others wrote. */

export function matchesAny(patterns: string | readonly string[], text: string, ignoreCase = false): boolean {
  const all = typeof patterns === 'string' ? [patterns] : patterns;
  return all.some((pattern) => matches(pattern, text, ignoreCase));
}

function matches(pattern: string, text: string, ignoreCase: boolean): boolean {
  const [said, found] = ignoreCase ? [pattern.toLowerCase(), text.toLowerCase()] : [pattern, text];
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
