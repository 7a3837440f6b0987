/**
 * One block of markdown as a tree for pages. Unlike what is sent to chats, everything that a page would load or run is
 * the text that was written: HTML, `<br>` and comments too, and definitions of addresses.
 */
import type { Nodes, Parents, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { sourceOf } from '../../markdown/source.js';

const syntax = {
  // "~5 minutes" is no deletion.
  extensions: [{ ...gfm({ singleTilde: false }), disable: { null: ['emailAutolink'] } }],
  mdastExtensions: gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] })),
};

export interface Parsed {
  root: Root;
  /** What the positions in it are of. */
  source: string;
}

/** Never throws: what is not markup is text. */
export function parseForPage(text: string): Parsed {
  const source = sourceOf(text);
  const root = fromMarkdown(source, syntax);
  plain(root, source);
  return { root, source };
}

const asWritten = new Set<Nodes['type']>([
  ...(['html', 'definition', 'footnoteDefinition', 'footnoteReference'] as const),
  ...(['linkReference', 'imageReference'] as const),
]);
const blockTypes = new Set<Nodes['type']>(['root', 'blockquote', 'listItem', 'footnoteDefinition']);

function plain(parent: Parents, source: string): void {
  const children = parent.children as Nodes[];
  for (const [index, node] of children.entries()) {
    if (asWritten.has(node.type)) {
      const value = source.slice(node.position?.start.offset, node.position?.end.offset);
      const text: Nodes = { type: 'text', value };
      children[index] = blockTypes.has(parent.type) ? { type: 'paragraph', children: [text] } : text;
    } else if ('children' in node) plain(node, source);
  }
}
