/** Turns what only a web page can show into what every chat can. */
import type {
  Definition,
  FootnoteDefinition,
  Html,
  Nodes,
  Parents,
  PhrasingContent,
  Root,
  RootContent,
  Text,
} from 'mdast';
import { withChatMarks } from './masks.js';

declare module 'mdast' {
  interface LinkData {
    /** Written in angle brackets: a chat that previews addresses leaves this one alone. */
    quiet?: boolean;
  }
}

/** Of nodes in one another; what is deeper stands there as it was written. */
const maxDepth = 60;

/** Nodes that may stand inside their own kind, and so be of any depth. */
const nesting = new Set<Nodes['type']>([
  'blockquote',
  'list',
  'emphasis',
  'strong',
  'delete',
  'link',
  'spoiler',
]);

const inlineParents = new Set<Nodes['type']>([
  'paragraph',
  'heading',
  'tableCell',
  'emphasis',
  'strong',
  'delete',
  'link',
  'spoiler',
]);

/**
 * Links and images by reference get their address; footnotes are numbered in the order of their references and
 * stand at the end; `<br>` is a line break, a comment is nothing, and any other HTML is the text that was written.
 * `text` is what the tree was parsed from.
 */
export function canonical(root: Root, text: string): Root {
  const pass = new Pass(root, text);
  const children = pass.childrenOf(root, 0) as RootContent[];
  return { ...root, children: [...children, ...pass.footnotes()] };
}

class Pass {
  readonly #text: string;
  readonly #definitions = new Map<string, Definition>();
  readonly #footnotes = new Map<string, FootnoteDefinition>();
  /** Numbers of identifiers, in the order of their references. */
  readonly #cited = new Map<string, number>();

  constructor(root: Root, text: string) {
    this.#text = text;
    this.#collect(root, 0);
  }

  childrenOf(parent: Parents, depth: number): Nodes[] {
    const made = parent.children.flatMap((child) => this.#made(child, parent, depth + 1));
    if (!inlineParents.has(parent.type)) return made;
    const children = withChatMarks(made);
    const isBlock = parent.type === 'paragraph' || parent.type === 'heading' || parent.type === 'tableCell';
    return isBlock ? withoutEdges(merged(children)) : merged(children);
  }

  /** As blocks; complete once all references have been seen. */
  footnotes(): RootContent[] {
    const blocks = new Map<string, RootContent[]>();
    const make = (identifier: string) => {
      const content = this.childrenOf(this.#footnotes.get(identifier)!, 1) as RootContent[];
      const [first, ...rest] = content;
      const mark = this.#mark(identifier);
      blocks.set(
        identifier,
        first?.type === 'paragraph'
          ? [
              { ...first, children: merged([words(`${mark} `), ...first.children]) as PhrasingContent[] },
              ...rest,
            ]
          : [{ type: 'paragraph', children: [words(mark)] }, ...content],
      );
    };
    // A footnote may refer to others: the map grows while it is read.
    for (const identifier of this.#cited.keys()) make(identifier);
    for (const identifier of this.#footnotes.keys()) if (!blocks.has(identifier)) make(identifier);
    return [...blocks.values()].flat();
  }

  #collect(parent: Parents, depth: number): void {
    if (depth > maxDepth) return;
    for (const child of parent.children) {
      // The first of several definitions counts, as in CommonMark.
      if (child.type === 'definition' && !this.#definitions.has(child.identifier))
        this.#definitions.set(child.identifier, child);
      if (child.type === 'footnoteDefinition' && !this.#footnotes.has(child.identifier))
        this.#footnotes.set(child.identifier, child);
      if ('children' in child) this.#collect(child, depth + 1);
    }
  }

  #made(node: Nodes, parent: Parents, depth: number): Nodes[] {
    const inline = inlineParents.has(parent.type);
    switch (node.type) {
      case 'definition':
      case 'footnoteDefinition':
        return [];
      case 'html':
        return htmlAsText(node, inline);
      case 'inlineCode':
        // As CommonMark has it; and a line of it that begins with its ticks would be taken for a fence.
        return [{ ...node, value: node.value.replace(/\r\n|\n|\r/g, ' ') }];
      case 'footnoteReference':
        return this.#footnotes.has(node.identifier)
          ? [words(this.#mark(node.identifier))]
          : this.#asWritten(node, inline);
      case 'imageReference': {
        const target = this.#definitions.get(node.identifier);
        if (!target) return this.#asWritten(node, inline);
        const { alt, position } = node;
        return [{ type: 'image', url: target.url, title: target.title, alt, position }];
      }
      case 'linkReference': {
        const target = this.#definitions.get(node.identifier);
        if (!target) return this.#asWritten(node, inline);
        const link: Nodes = { type: 'link', url: target.url, title: target.title, children: node.children };
        return this.#made({ ...link, position: node.position }, parent, depth);
      }
    }
    if (!('children' in node)) return [node];
    if (node.type === 'link' && this.#isQuiet(node)) node.data = { ...node.data, quiet: true };
    if (depth > maxDepth && nesting.has(node.type)) return this.#asWritten(node, inline);
    const children = this.childrenOf(node, depth);
    if (inline) return breaksOutside(node, children);
    return node.type === 'paragraph' && children.length === 0 ? [] : [{ ...node, children } as Nodes];
  }

  #mark(identifier: string): string {
    const number = this.#cited.get(identifier) ?? this.#cited.size + 1;
    this.#cited.set(identifier, number);
    return `[${number}]`;
  }

  #isQuiet({ position }: Nodes): boolean {
    const written = position ? this.#text.slice(position.start.offset, position.end.offset) : '';
    return written.startsWith('<') || /\]\(\s*<[^\s>]*>/.test(written);
  }

  #asWritten(node: Nodes, inline: boolean): Nodes[] {
    const { start, end } = node.position!;
    const text = words(this.#text.slice(start.offset, end.offset));
    return [inline ? text : { type: 'paragraph', children: [text], position: node.position }];
  }
}

function htmlAsText({ value, position }: Html, inline: boolean): Nodes[] {
  const shown = value.replace(/<!--[\s\S]*?(?:-->|$)/g, '');
  const lines = shown.split(/<br\s*\/?>/i).map(words);
  const nodes = lines.flatMap((line, index): Nodes[] => (index > 0 ? [{ type: 'break' }, line] : [line]));
  if (inline) return nodes;
  const children = withoutEdges(merged(nodes)) as PhrasingContent[];
  return children.length > 0 ? [{ type: 'paragraph', children, position }] : [];
}

function words(value: string): Text {
  return { type: 'text', value };
}

/** Marks around the words alone: a line break at either end of them is not marked, and blanks need no marks. */
function breaksOutside(node: Parents, children: Nodes[]): Nodes[] {
  const words = withoutEdges(children);
  if (words.length === 0 && node.type !== 'link') return children;
  const start = children.indexOf(words[0]!);
  const end = start + words.length;
  if (words.length === children.length || words.length === 0) return [{ ...node, children } as Nodes];
  return [...children.slice(0, start), { ...node, children: words } as Nodes, ...children.slice(end)];
}

/** A line break at the start or the end of a block breaks nothing, and markdown cannot say it. */
function withoutEdges(nodes: Nodes[]): Nodes[] {
  const blank = (node: Nodes) => node.type === 'break' || (node.type === 'text' && node.value.trim() === '');
  const first = nodes.findIndex((node) => !blank(node));
  return first < 0 ? [] : nodes.slice(first, nodes.findLastIndex((node) => !blank(node)) + 1);
}

/** Text nodes beside one another as one, and none that is empty. */
function merged(nodes: Nodes[]): Nodes[] {
  const made: Nodes[] = [];
  for (const node of nodes) {
    const last = made.at(-1);
    if (node.type !== 'text') made.push(node);
    else if (last?.type === 'text') made[made.length - 1] = { ...last, value: last.value + node.value };
    else if (node.value !== '') made.push(node);
  }
  return made;
}
