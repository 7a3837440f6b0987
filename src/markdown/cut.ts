/** Cuts one block in two, each well-formed: marks are closed in the first part and opened again in the second. */
import type { Code, Heading, Nodes, Paragraph, Parents, PhrasingContent, Table } from 'mdast';
import { boundaryIn, lineBoundaryIn, type Range } from './boundary.js';

/** A block with no blocks in it. */
export type Leaf = Exclude<Nodes, { type: 'root' | 'blockquote' | 'list' | 'listItem' }>;

/**
 * The first part has at most `at` characters of what the block shows. Null when it cannot be cut there, be it that it
 * would be empty or that the block is of one piece.
 */
export function cut(leaf: Leaf, at: number): [Leaf, Leaf] | null {
  if (leaf.type === 'paragraph' || leaf.type === 'heading') return cutPhrasing(leaf, at);
  if (leaf.type === 'code') return cutCode(leaf, at);
  return leaf.type === 'table' ? cutTable(leaf, at) : null;
}

/** In a simpler form that can be cut further; null for text without marks, the simplest. */
export function simpler(leaf: Leaf): Leaf[] | null {
  if (leaf.type === 'table') return rowsAsParagraphs(leaf);
  if (leaf.type === 'code') return [paragraph([{ type: 'text', value: leaf.value }])];
  if (leaf.type !== 'paragraph' && leaf.type !== 'heading') return null;
  const [only, ...others] = leaf.children;
  if (leaf.type === 'paragraph' && others.length === 0 && (!only || only.type === 'text')) return null;
  return [paragraph([{ type: 'text', value: spelledOut(leaf) }])];
}

/** Characters among which `cut` chooses. */
export function cuttableLength(leaf: Leaf): number {
  if (leaf.type === 'code') return leaf.value.length;
  return leaf.type === 'table' ? lengthOf(leaf) - lengthOf(leaf.children[0]!) : lengthOf(leaf);
}

/** Of the markdown, roughly. */
export function lengthAsWritten(leaf: Leaf): number {
  const { position } = leaf;
  return position
    ? position.end.offset! - position.start.offset!
    : 'value' in leaf
      ? leaf.value.length
      : lengthOf(leaf);
}

function cutCode(code: Code, at: number): [Leaf, Leaf] | null {
  const offset = lineBoundaryIn(code.value, at);
  if (offset === null || offset >= code.value.length) return null;
  // The line's end is where the parts meet.
  const value = code.value.slice(0, offset).replace(/\n$/, '');
  return [
    { ...code, value, position: undefined },
    { ...code, value: code.value.slice(offset), position: undefined },
  ];
}

/** The header stands above both. */
function cutTable(table: Table, at: number): [Leaf, Leaf] | null {
  const [header, ...rows] = table.children;
  let left = at;
  const fitting = rows.findIndex((row) => {
    left -= lengthOf(row);
    return left < 0;
  });
  if (fitting < 1) return null;
  return [
    { ...table, children: [header!, ...rows.slice(0, fitting)], position: undefined },
    { ...table, children: [header!, ...rows.slice(fitting)], position: undefined },
  ];
}

/** Each row as lines of "header: cell". */
function rowsAsParagraphs({ children: [header, ...rows] }: Table): Leaf[] {
  const names = header!.children.map(({ children }) => children);
  if (rows.length === 0) return [paragraph(joined(names))];
  return rows.map(({ children: cells }) => {
    // A row may have fewer cells than the header, or more.
    const columns = Math.max(names.length, cells.length);
    const lines = Array.from({ length: columns }, (_, column): PhrasingContent[] => {
      const name = names[column] ?? [];
      const cell = cells[column]?.children ?? [];
      return name.length > 0
        ? [{ type: 'strong', children: name }, { type: 'text', value: ': ' }, ...cell]
        : cell;
    });
    return paragraph(joined(lines.filter((line) => line.length > 0)));
  });
}

function joined(lines: PhrasingContent[][]): PhrasingContent[] {
  return lines.flatMap((line, index): PhrasingContent[] => (index > 0 ? [{ type: 'break' }, ...line] : line));
}

function cutPhrasing<Block extends Paragraph | Heading>(block: Block, at: number): [Block, Block] | null {
  const text = flat(block);
  const offset = boundaryIn(text, at, marksOf(block), linksIn(block));
  if (offset === null || offset >= text.length) return null;
  const [before, after] = divided(block.children, offset);
  return [
    { ...block, children: trimmed(before, 'end'), position: undefined },
    { ...block, children: trimmed(after, 'start'), position: undefined },
  ];
}

/** The nodes before and after an offset into their `flat` text. */
function divided(nodes: PhrasingContent[], offset: number): [PhrasingContent[], PhrasingContent[]] {
  let passed = 0;
  for (const [index, node] of nodes.entries()) {
    const length = lengthOf(node);
    if (passed + length > offset) {
      const [before, after] = passed === offset ? [[], [node]] : dividedNode(node, offset - passed);
      return [
        [...nodes.slice(0, index), ...before],
        [...after, ...nodes.slice(index + 1)],
      ];
    }
    passed += length;
  }
  return [nodes, []];
}

function dividedNode(node: PhrasingContent, offset: number): [PhrasingContent[], PhrasingContent[]] {
  if (node.type === 'text' || node.type === 'inlineCode') {
    return [
      [{ ...node, value: node.value.slice(0, offset) }],
      [{ ...node, value: node.value.slice(offset) }],
    ];
  }
  if (!('children' in node)) return [[node], []];
  const [before, after] = divided(node.children, offset);
  return [
    [{ ...node, children: before } as PhrasingContent],
    [{ ...node, children: after } as PhrasingContent],
  ];
}

/** Without white space, and marks around nothing, at one end. */
function trimmed(nodes: PhrasingContent[], end: 'start' | 'end'): PhrasingContent[] {
  const edge = end === 'start' ? nodes[0] : nodes.at(-1);
  if (!edge) return nodes;
  const kept = trimmedNode(edge, end);
  const others = end === 'start' ? nodes.slice(1) : nodes.slice(0, -1);
  if (!kept) return trimmed(others, end);
  return end === 'start' ? [kept, ...others] : [...others, kept];
}

function trimmedNode(node: PhrasingContent, end: 'start' | 'end'): PhrasingContent | null {
  if (node.type === 'break') return null;
  if (node.type === 'text') {
    const value = end === 'start' ? node.value.trimStart() : node.value.trimEnd();
    return value === '' ? null : { ...node, value };
  }
  if (!('children' in node)) return node;
  const children = trimmed(node.children, end);
  return children.length === 0 ? null : ({ ...node, children } as PhrasingContent);
}

/** Where marked text stands: first and last offset of emphasis, links, code. */
function marksOf(parent: Parents): Range[] {
  let passed = 0;
  return parent.children.flatMap((node) => {
    const start = passed;
    passed += lengthOf(node);
    return node.type === 'text' ? [] : [[start, passed] as Range];
  });
}

/** Where links stand, at any depth. */
function linksIn(parent: Parents, from = 0): Range[] {
  let passed = from;
  return parent.children.flatMap((node) => {
    const start = passed;
    passed += lengthOf(node);
    if (node.type === 'link') return [[start, passed] as Range];
    return 'children' in node ? linksIn(node, start) : [];
  });
}

/** What is shown, one character for what is not text. Of the length `lengthOf` says. */
function flat(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode') return node.value;
  if ('children' in node) return node.children.map(flat).join('');
  return node.type === 'break' ? '\n' : '\ufffc';
}

function lengthOf(node: Nodes): number {
  if ('children' in node) return node.children.reduce((sum: number, child) => sum + lengthOf(child), 0);
  return node.type === 'text' || node.type === 'inlineCode' ? node.value.length : 1;
}

/** As text alone, addresses in words. */
function spelledOut(node: Nodes): string {
  if (node.type === 'break') return '\n';
  if (node.type === 'image') return `${node.alt ?? ''} (${node.url})`;
  if (!('children' in node)) return 'value' in node ? node.value : '';
  const text = node.children.map(spelledOut).join('');
  return node.type === 'link' && node.url !== text ? `${text} (${node.url})` : text;
}

function paragraph(children: PhrasingContent[]): Paragraph {
  return { type: 'paragraph', children };
}
