/** What a reader sees of markdown: its characters without white space, for comparing before and after. */
import type { Nodes } from 'mdast';
import { parseMarkdown } from '../../src/replies.js';

/** Of a reply sent as one message, or as several: a table's header that is repeated counts once. */
export function shownIn(...parts: string[]): string {
  let header = '';
  const shown = (node: Nodes): string => {
    if (node.type !== 'table') return wordsOf(node, shown);
    const [first, ...rows] = node.children.map((row) => wordsOf(row, shown));
    const repeated = first === header;
    header = first!;
    return (repeated ? '' : first) + rows.join('');
  };
  return parts.map((part) => shown(parseMarkdown(part))).join('');
}

/** The same for each block and each cell by itself. */
export function blocksIn(markdown: string): string[] {
  const shown = (node: Nodes): string => wordsOf(node, shown);
  const blocks = (node: Nodes): string[] => {
    const isBlock = ['paragraph', 'heading', 'tableCell'].includes(node.type) || !('children' in node);
    return isBlock ? [shown(node)] : (node.children as Nodes[]).flatMap(blocks);
  };
  return blocks(parseMarkdown(markdown));
}

function wordsOf(node: Nodes, shown: (node: Nodes) => string): string {
  if ('children' in node) return node.children.map(shown).join('');
  const words = node.type === 'image' ? (node.alt ?? '') : 'value' in node ? node.value : '';
  return words.replace(/\s+/g, '');
}
