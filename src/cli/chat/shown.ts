/** Words of models, tools and people, as a terminal may be given them. */
import { stripVTControlCharacters } from 'node:util';
import type { Nodes } from 'mdast';
import { harmless } from '../../core/harmless.js';
import { parseMarkdown } from '../../markdown/parse.js';
import { type Handlers, renderMarkdown } from '../../markdown/render.js';
import type { Styles } from './styles.js';

/** Nothing in it moves the cursor, sets a title or the clipboard, or turns a line's order round. */
export function shown(text: string): string {
  return harmless(stripVTControlCharacters(text));
}

/** The same on one line, at most so long in UTF-16 units. */
export function shownLine(text: string, most: number): string {
  const line = shown(text).replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1).replace(/\p{Cs}$/u, '')}…` : line;
}

/**
 * Markdown for the terminal. Every leaf is made harmless after it was read: `&#27;` becomes an escape only then.
 */
export function shownMarkdown(markdown: string, styles: Styles): string {
  return renderMarkdown(parseMarkdown(shown(markdown)), handlersOf(styles));
}

function handlersOf(styles: Styles): Handlers {
  const { bold, dim, cyan } = styles;
  return {
    text: ({ value }) => shown(value),
    strong: (node, to) => bold(to.inline(node)),
    emphasis: (node, to) => styles.italic(to.inline(node)),
    delete: (node, to) => styles.struck(to.inline(node)),
    heading: (node, to) => bold(styles.underline(to.inline(node))),
    inlineCode: ({ value }) => cyan(shown(value)),
    code: ({ value }) => codeLines(value, styles),
    thematicBreak: () => dim('─'.repeat(20)),
    blockquote: (node, to) =>
      to
        .blocks(node)
        .split('\n')
        .map((line) => dim('│ ') + line)
        .join('\n'),
    link: (node, to) => {
      const words = to.inline(node);
      const address = shown(node.url).replace(/\s/g, '%20');
      const same = [address, address.replace(/^mailto:/, ''), ''].includes(shown(plainOf(node.children)));
      return same ? styles.underline(address) : `${styles.underline(words)} ${dim(`(${address})`)}`;
    },
  };
}

/** Lines of code: indented, since without colours nothing else tells them from prose. */
export function codeLines(code: string, { cyan }: Styles): string {
  return shown(code)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${cyan(line)}`))
    .join('\n');
}

function plainOf(nodes: readonly Nodes[]): string {
  return nodes
    .map((node) => ('value' in node ? node.value : 'children' in node ? plainOf(node.children) : ''))
    .join('');
}
