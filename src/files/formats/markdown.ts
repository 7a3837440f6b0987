/** Markdown: headings of the document itself make the sections; those in quotes, lists and fences do not. */
import type { Link, List, Nodes, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { harmless } from '../../core/harmless.js';
import type { Section } from '../document.js';
import { Sections } from '../sections.js';
import { visibleText } from './html.js';

export function markdownSections(written: string): Section[] {
  const { text, front } = withoutFront(harmless(written));
  const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const sections = new Sections();
  if (front) sections.add({ kind: 'text', text: front });
  for (const node of tree.children) {
    if (node.type === 'heading') sections.heading(node.depth, shown(node));
    else if (node.type === 'code')
      sections.add({ kind: 'code', text: node.value, ...(node.lang && { language: node.lang }) });
    else if (node.type === 'table') addTable(node, sections);
    else if (node.type === 'list')
      for (const [index, item] of node.children.entries())
        sections.add({
          kind: 'text',
          tight: index > 0,
          text: marked(markOf(node, index), shown(item)),
        });
    else sections.add({ kind: 'text', text: shown(node) });
  }
  return sections.all();
}

/** Settings at the beginning that people's programs put there, between two lines of dashes. */
function withoutFront(text: string): { text: string; front?: string } {
  const found = /^---[^\S\n]*\n([\s\S]{0,20000}?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|$)/.exec(text);
  if (!found || !/^[\w-]+[^\S\n]*:/m.test(found[1] ?? '')) return { text };
  return { text: text.slice(found[0].length), front: found[1] ?? '' };
}

function addTable({ children }: Table, sections: Sections): void {
  const [head, ...rows] = children.map((row) => row.children.map(shown));
  for (const [index, cells] of rows.entries())
    sections.add({ kind: 'row', cells, columns: head ?? [], row: index + 1 });
  if (rows.length === 0 && head) sections.add({ kind: 'text', text: head.join(' | ') });
}

/** What people see of it. Markup within is read as a page is. */
function shown(node: Nodes): string {
  if (!hasMarkup(node)) return new Words((text) => text).of(node);
  return visibleText(new Words(escaped).of(node).replaceAll('\n', '<br>'));
}

function hasMarkup(node: Nodes): boolean {
  return node.type === 'html' || ('children' in node && node.children.some(hasMarkup));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

class Words {
  readonly #written: (text: string) => string;

  constructor(written: (text: string) => string) {
    this.#written = written;
  }

  of(node: Nodes): string {
    switch (node.type) {
      case 'text':
      case 'inlineCode':
      case 'code':
        return this.#written(node.value);
      case 'html':
        return node.value.replace(/\n/g, ' ');
      case 'break':
        return '\n';
      case 'image':
      case 'imageReference':
        return this.#written(node.alt ?? '');
      case 'link':
        return this.#link(node);
      case 'definition':
        return '';
      case 'footnoteReference':
        return this.#written(`[^${node.label ?? node.identifier}]`);
      case 'footnoteDefinition':
        return this.#written(`[^${node.label ?? node.identifier}]: `) + this.#joined(node.children, '\n\n');
      case 'list':
        return node.children.map((item, index) => marked(markOf(node, index), this.of(item))).join('\n');
      case 'listItem':
      case 'table':
        return this.#joined(node.children, '\n');
      case 'blockquote':
        return this.#joined(node.children, '\n\n');
      case 'tableRow':
        return this.#joined(node.children, ' | ');
      default:
        return 'children' in node ? this.#joined(node.children, '') : '';
    }
  }

  #joined(nodes: Nodes[], between: string): string {
    return nodes.map((node) => this.of(node)).join(between);
  }

  /** With its address, unless that is what it says. */
  #link({ children, url }: Link): string {
    const words = this.#joined(children, '');
    const address = this.#written(url);
    if (words === address || `mailto:${words}` === address || !/^(https?|mailto|tel):/i.test(url))
      return words;
    return `${words} (${address})`;
  }
}

function markOf({ ordered, start }: List, index: number): string {
  return ordered ? `${(start ?? 1) + index}.` : '-';
}

function marked(mark: string, words: string): string {
  return `${mark} ${words.replace(/\n(?=.)/g, '\n  ')}`;
}
