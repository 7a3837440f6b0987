/** Markdown that is still being written, made well-formed: what is open is closed, what has only begun is left out. */
import type { Code, Nodes } from 'mdast';
import { parseMarkdown } from './parse.js';
import { sourceOf } from './source.js';

/** What may have to be closed, the shortest first: the parser says what is. */
const closers = ['`', '*', '_', '**', '__', '~~', '||'];

/** A link, an image or a footnote's mark of which the end is missing: what it shows is its text. */
const openLink = /!?\[(?!\^)([^\][\n]*)(?:\]\((?:[^()\s]|\([^()\s]*\))*(?:\([^()\s]*)?)?$|\[\^[^\][\s]*$/;

const openTag = /<[/!]?[a-z][^<>\s]*$/i;

/** Marks that were just opened, or a word of nothing but marks. */
const bareMarks = /(^|\s)(?:\*{1,3}|_{1,3}|~{1,2}|`{1,2}|\|\||!?\[|<)$/;

/** A spoiler's end of which half is written. */
const halfClosed = /(\|\|(?![|\s])[^|\n]*[^|\s])\|$/;

/** A last line that may become a list item, a heading, a rule, a fence or a table, and is none yet. */
const bareLine =
  /(?:^|\n)[ \t]*(?:[-+*>]|#{1,6}|--|={1,2}|_{1,2}|`{1,2}|~{1,2}|\d{1,9}[.)]|\|[ |:-]*)[ \t]*$/;

/** A table's header, or its header and a part of the rule below it: not a table yet. */
const comingTable = /(?:^|\n)[ \t]*\|[^\n]*(?:\n[ \t]*[|:-][ \t|:-]*)?$/;

/** Only its end changes; a text that is complete stays as it is, but for white space at its end. */
export function healMarkdown(text: string): string {
  const written = sourceOf(text).trimEnd();
  const last = lastBlock(parseMarkdown(written));
  const start = last.position?.start.offset ?? 0;
  const before = written.slice(0, start);
  const source = written.slice(start);
  if (last.type === 'code') return before + healCode(before, source, last);
  if (last.type === 'table') return written.endsWith('|') ? written : before + healTable(source);
  if (last.type === 'paragraph' || last.type === 'heading') return (before + healInline(source)).trimEnd();
  // A list item or a quote in which nothing stands yet.
  return last.type === 'thematicBreak' ? written : before.trimEnd();
}

/** The block that ends last, at any depth; the root itself of an empty text. */
function lastBlock(node: Nodes): Nodes {
  if (!('children' in node) || !isContainer(node)) return node;
  const [first, ...others] = node.children as Nodes[];
  if (!first) return node;
  const last = others.reduce((latest, child) => (endOf(child) >= endOf(latest) ? child : latest), first);
  return lastBlock(last);
}

function isContainer({ type }: Nodes): boolean {
  return type === 'root' || type === 'blockquote' || type === 'list' || type === 'listItem';
}

function endOf(node: Nodes): number {
  return node.position?.end.offset ?? 0;
}

function healCode(before: string, source: string, { value }: Code): string {
  const fence = /^(`{3,}|~{3,})/.exec(source)?.[0];
  if (!fence) return source;
  const lines = source.split('\n');
  // The language may not be complete.
  if (lines.length === 1) return '';
  const end = lines.at(-1)!.replace(/^[\s>]*/, '');
  const closing = end !== '' && end === fence.charAt(0).repeat(end.length);
  if (closing && end.length >= fence.length) return source;
  // Three may be the fence of a block inside this one.
  if (closing && end.length < 3) lines.pop();
  if (value === '') return '';
  // The fence closes in the same quote or list it was opened in.
  const margin = before.slice(before.lastIndexOf('\n') + 1).replace(/[^>\s]/g, ' ');
  return `${lines.join('\n')}\n${margin}${fence}`;
}

/** Without its last line; a header whose rule is not complete is no table yet. */
function healTable(source: string): string {
  const rows = source.split('\n').slice(0, -1);
  return rows.length > 1 ? rows.join('\n') : '';
}

function healInline(source: string): string {
  let healed = source
    .replace(comingTable, '')
    .replace(bareLine, '')
    .replace(bareMarks, '$1')
    .replace(halfClosed, '$1')
    .trimEnd();
  if (marksShownIn(`${healed}\``) < marksShownIn(healed)) return `${healed}\``;
  healed = healed.replace(openLink, '$1').replace(openTag, '').trimEnd();
  // Marks inside marks are few; a text full of stray ones is shown as it is.
  for (let marks = 0; marks < 6; marks += 1) {
    const shown = marksShownIn(healed);
    const closer = shown > 0 && closers.find((mark) => marksShownIn(healed + mark) < shown);
    if (!closer) break;
    healed += closer;
  }
  return healed;
}

/** Characters of marks that a reader would see, because they mark nothing. */
function marksShownIn(source: string): number {
  const shown = (node: Nodes): number => {
    if (node.type === 'text') return node.value.match(/[*_~`]|\|\|/g)?.length ?? 0;
    return 'children' in node ? (node.children as Nodes[]).reduce((sum, child) => sum + shown(child), 0) : 0;
  };
  return shown(parseMarkdown(source));
}
