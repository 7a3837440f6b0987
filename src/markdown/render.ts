/**
 * Renders a canonical tree. A platform is a short table of handlers, one for each kind of node it has a form of its
 * own for; the rest comes out legibly as plain text.
 *
 * ```ts
 * renderMarkdown(parseMarkdown(text), {
 *   text: ({ value }) => escape(value),
 *   strong: (node, to) => `<b>${to.inline(node)}</b>`,
 *   code: ({ value, lang }) => `<pre>${escape(value)}</pre>`,
 * });
 * ```
 */
import type { List, ListItem, Nodes, Parents, Root, Table } from 'mdast';
import { alignedRows } from './table.js';

/** What is not told by the node itself. */
export interface Renderer {
  /** The children, one after another. */
  inline(parent: Parents): string;
  /** The children as blocks: a blank line between them, none between the items of a tight list. */
  blocks(parent: Parents): string;
  /** Any text, as the platform's `text` handler writes it: escaped, that is. */
  text(value: string): string;
  /** Any node in its platform's form. */
  node(node: Nodes): string;
  /** The nodes this one stands in, outermost first. */
  readonly parents: readonly Parents[];
}

/** A platform's own forms, by the kind of node. */
export type Handlers = {
  [Type in Nodes['type']]?: (node: Extract<Nodes, { type: Type }>, to: Renderer) => string;
};

/** Renders a tree by the handlers; what has none becomes legible plain text. */
export function renderMarkdown(root: Root, handlers: Handlers): string {
  return new Rendering(handlers).node(root);
}

/** The words of a node without any marks; a link is its text, an image its description. */
export function plainText(node: Nodes): string {
  return new Rendering({ link: (link, to) => to.inline(link), image: ({ alt }) => alt ?? '' }).node(node);
}

/** A table as aligned lines of words, without marks, for chats that have no tables. A link's address follows its text. */
export function tableAsText(table: Table): string {
  const words = new Rendering({});
  const rows = table.children.map((row) =>
    row.children.map((cell) => words.node(cell).replace(/\s+/g, ' ').trim()),
  );
  return alignedRows(rows, table.align);
}

/** The form of everything a platform says nothing about. */
const plain: Handlers = {
  root: (node, to) => to.blocks(node),
  text: ({ value }) => value,
  inlineCode: ({ value }, to) => to.text(value),
  code: ({ value }, to) => to.text(value),
  break: () => '\n',
  thematicBreak: (_, to) => to.text('———'),
  blockquote: (node, to) => prefixed(to.blocks(node), to.text('> '), to.text('> ')),
  list: (node, to) => to.blocks(node),
  listItem: (node, to) => {
    const mark = markOf(node, to.parents.at(-1));
    return prefixed(to.blocks(node), to.text(mark), ' '.repeat(mark.length));
  },
  table: (node, to) => to.node({ type: 'code', value: tableAsText(node) }),
  spoiler: (node, to) => to.text('||') + to.inline(node) + to.text('||'),
  link: (node, to) => {
    const text = to.inline(node);
    const address = to.text(node.url);
    const shown = text === '' || text === address || to.text(node.url.replace(/^mailto:/, '')) === text;
    return shown ? text || address : text + to.text(` (${node.url})`);
  },
  image: ({ alt, url, position }, to) =>
    to.node({ type: 'link', url, children: [{ type: 'text', value: alt || url }], position }),
};

/** Bullet, number or box, and the space after it. */
export function markOf(item: ListItem, list: Nodes | undefined): string {
  if (typeof item.checked === 'boolean') return item.checked ? '☑ ' : '☐ ';
  if (list?.type !== 'list' || !list.ordered) return '• ';
  return `${(list.start ?? 1) + list.children.indexOf(item)}. `;
}

class Rendering implements Renderer {
  readonly parents: Parents[] = [];
  readonly #handlers: Handlers;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  node(node: Nodes): string {
    const handle = this.#handlers[node.type] ?? plain[node.type];
    if (handle) return (handle as (node: Nodes, to: Renderer) => string)(node, this);
    if ('children' in node) return this.inline(node);
    return 'value' in node ? this.text(node.value) : '';
  }

  text(value: string): string {
    return (this.#handlers.text ?? plain.text!)({ type: 'text', value }, this);
  }

  inline(parent: Parents): string {
    return this.#childrenOf(parent).join('');
  }

  blocks(parent: Parents): string {
    const tight = isTight(parent);
    return this.#childrenOf(parent)
      .filter((block) => block !== '' || parent.type === 'list')
      .join(tight ? '\n' : '\n\n');
  }

  #childrenOf(parent: Parents): string[] {
    this.parents.push(parent);
    const children = parent.children.map((child) => this.node(child));
    this.parents.pop();
    return children;
  }
}

function isTight(parent: Parents): boolean {
  if (parent.type === 'listItem') return !parent.spread;
  return parent.type === 'list' && !isLoose(parent);
}

function isLoose(list: List): boolean {
  return list.spread === true || list.children.some(({ spread }) => spread);
}

function prefixed(text: string, first: string, others: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? first + line : line === '' ? others.trimEnd() : others + line))
    .join('\n');
}
