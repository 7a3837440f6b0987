/**
 * A tree as a row of blocks, each with the quotes and lists it stands in, so that the row can be cut anywhere and
 * either side put together again.
 */
import type { Blockquote, List, ListItem, Nodes, Paragraph, Parents, Root } from 'mdast';
import type { Leaf } from './cut.js';

type Container = Blockquote | List | ListItem;

export interface Unit {
  /** Outermost first. */
  path: Container[];
  leaf: Leaf;
  /** How many of the innermost containers begin with this block; the others began before it. */
  begins: number;
}

/** Opens the rest of an item that began in an earlier part, so that nobody takes it for a new one. */
const continued = '…';

export function outlineOf(node: Nodes, path: Container[] = []): Unit[] {
  if (node.type === 'root') return node.children.flatMap((child) => outlineOf(child));
  if (node.type !== 'blockquote' && node.type !== 'list' && node.type !== 'listItem') {
    return [{ path, leaf: node, begins: 0 }];
  }
  const inside = [...path, node];
  const [first, ...others] = node.children.flatMap((child) => outlineOf(child, inside));
  if (!first) return [{ path: inside, leaf: { type: 'paragraph', children: [] }, begins: 1 }];
  return [{ ...first, begins: first.begins + 1 }, ...others];
}

/** The row as a tree. A list that begins in its middle counts on from there. */
export function assembled(units: Unit[]): Root {
  const root: Root = { type: 'root', children: [] };
  let open: { source: Container; made: Container }[] = [];
  const add = (node: Nodes) => ((open.at(-1)?.made ?? root) as Parents).children.push(node as never);
  for (const { path, leaf, begins } of units) {
    const left = open.findIndex(({ source }, depth) => source !== path[depth]);
    if (left >= 0) open = open.slice(0, left);
    let shown: Leaf = leaf;
    for (let depth = open.length; depth < path.length; depth += 1) {
      const source = path[depth]!;
      const made = emptied(source, path[depth + 1]);
      add(made);
      open.push({ source, made });
      if (source.type !== 'listItem' || depth >= path.length - begins) continue;
      if (depth === path.length - 1 && leaf.type === 'paragraph') shown = continuing(leaf);
      else add(continuing({ type: 'paragraph', children: [] }));
    }
    add(shown);
  }
  return root;
}

function emptied(container: Container, next: Container | undefined): Container {
  if (container.type !== 'list' || !container.ordered) return { ...container, children: [] };
  const index = container.children.indexOf(next as ListItem);
  return { ...container, start: (container.start ?? 1) + index, children: [] };
}

function continuing(paragraph: Paragraph): Paragraph {
  const mark = paragraph.children.length > 0 ? `${continued} ` : continued;
  return { ...paragraph, children: [{ type: 'text', value: mark }, ...paragraph.children] };
}
