/** Splits a text without reading it as markdown: for what takes too long to be read. */
import { boundaryIn } from './boundary.js';
import type { SplitOptions } from './split.js';

/** The parts as `render` makes them, each within the limit unless a single character is not. Takes time in proportion. */
export function splitPlain(
  text: string,
  { limit, measure = ({ length }) => length, render }: SplitOptions,
): string[] {
  const parts: string[] = [];
  let rest = text.replace(/\p{Surrogate}/gu, '').trim();
  while (rest !== '') {
    let at = limit;
    let part = '';
    do {
      const end = boundaryIn(rest.slice(0, limit + 200), at) ?? 2;
      part = rest.slice(0, end);
      const size = measure(render(part.trim()));
      if (size <= limit) break;
      at = Math.min(Math.floor((at * limit) / size), part.length - 1);
    } while (at > 0);
    parts.push(render(part.trim()));
    rest = rest.slice(part.length).trimStart();
  }
  return parts;
}
