/**
 * Markdown as models write it, read once into one canonical tree per reply.
 *
 * The dialect is GitHub's, but a single `~` is a tilde: people write "~5 minutes". The tree is
 * [mdast](https://github.com/syntax-tree/mdast) without `html`, `definition`, `linkReference`, `imageReference`,
 * `footnoteReference` and `footnoteDefinition`: `canonical.ts` has turned them into what a chat can show.
 */
import type { Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown, gfmToMarkdown } from 'mdast-util-gfm';
import { toMarkdown } from 'mdast-util-to-markdown';
import { gfm } from 'micromark-extension-gfm';
import { canonical } from './canonical.js';

const syntax = { extensions: [gfm({ singleTilde: false })], mdastExtensions: [gfmFromMarkdown()] };

/** Quotes and lists inside one another that a reader could still follow, and a parser's time allows. */
const maxContainers = 24;

/** A line that begins with more containers than that. */
const deepLine = new RegExp(
  `^((?:[ \\t]*(?:>|[-+*][ \\t]|\\d{1,9}[.)][ \\t])){${maxContainers}}[ \\t]*)(?=[>+*\\d-])(?!(?:[-*][ \\t]*)+$)`,
  'gm',
);

/** Never throws: what is not markup is text. About 1 ms for 1,000 characters of prose, more where marks are dense. */
export function parseMarkdown(text: string): Root {
  const source = shallow(text);
  return canonical(fromMarkdown(source, syntax), source);
}

/** Without containers so deep that a parser's time, which grows with the square of their number, would be felt. */
export function shallow(text: string): string {
  return text.replace(deepLine, '$1\\');
}

/** The tree as markdown again; parsing it gives the same tree. */
export function markdownOf(root: Root): string {
  return toMarkdown(root, {
    extensions: [gfmToMarkdown({ tablePipeAlign: false, tableCellPadding: true })],
    bullet: '-',
    rule: '-',
    listItemIndent: 'one',
    resourceLink: true,
  }).replace(/\n$/, '');
}
