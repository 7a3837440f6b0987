/** What a reader sees of markdown: its characters without white space, for comparing before and after. */
import type { Nodes } from 'mdast';
import { parseMarkdown } from '../../src/index.js';

/** Of a reply sent as one message, or as several: a table's header that is repeated counts once. */
export function shownIn(...parts: string[]): string {
  let header = '';
  const shown = (node: Nodes): string => {
    if (node.type === 'table') {
      const [first, ...rows] = node.children.map(shown);
      const repeated = first === header;
      header = first!;
      return (repeated ? '' : first) + rows.join('');
    }
    if ('children' in node) return node.children.map(shown).join('');
    if (node.type === 'image') return node.alt ?? '';
    return 'value' in node ? node.value : '';
  };
  return parts
    .map((part) => shown(parseMarkdown(part)))
    .join('')
    .replace(/\s+/g, '');
}
