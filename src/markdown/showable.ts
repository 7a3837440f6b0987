/** As much of a text that is still being written as fits into one message. */
import { healMarkdown } from './heal.js';
import { splitMarkdown } from './split.js';

const ellipsis = '…';

/** Well-formed, cut at a good place. @param maxChars in UTF-16 units of markdown. */
export function showable(text: string, maxChars: number): string {
  const healed = text.length <= maxChars ? healMarkdown(text) : text;
  if (healed.length <= maxChars) return healed;
  const limit = Math.max(1, maxChars - ellipsis.length - 2);
  const [first = ''] = splitMarkdown(text.slice(0, maxChars), { limit, render: (markdown) => markdown });
  return /[`~|]$/.test(first) ? `${first}\n\n${ellipsis}` : `${first} ${ellipsis}`;
}
