/** The words of Block Kit's blocks, as people read them. https://docs.slack.dev/reference/block-kit/blocks */
import { escapeMarks, type Names, readText } from './text.js';

/** JSON of which nothing is known: what is not as Slack describes it has no words. */
type Json = Record<string, unknown>;

/** Blocks within blocks, as quotes and lists have them; more is nobody's message. */
const deepest = 12;

/** The words of each block, in order; those without any are left out. */
export function wordsOfBlocks(blocks: unknown, names: Names): string[] {
  return listOf(blocks)
    .map((block) => wordsOf(block, names, 0).trim())
    .filter((words) => words !== '');
}

/** @returns lines. */
function wordsOf(block: Json, names: Names, depth: number): string {
  if (depth > deepest) return '';
  const all = (value: unknown, between = '\n') =>
    listOf(value)
      .map((inner) => wordsOf(inner, names, depth + 1))
      .filter((words) => words !== '')
      .join(between);
  switch (block.type) {
    case 'rich_text':
      return all(block.elements);
    case 'rich_text_section':
      return inline(block.elements, names);
    case 'rich_text_preformatted':
      return `\`\`\`\n${inline(block.elements, names)}\n\`\`\``;
    case 'rich_text_quote':
      return eachLine(inline(block.elements, names), '> ');
    case 'rich_text_list':
      return listed(block, names, depth);
    case 'section':
      return [textOf(block.text, names), ...listOf(block.fields).map((field) => textOf(field, names))]
        .filter(Boolean)
        .join('\n');
    case 'context':
      return listOf(block.elements)
        .map((element) => textOf(element, names) || said(element.alt_text))
        .filter(Boolean)
        .join(' ');
    case 'actions':
      return listOf(block.elements)
        .map((element) => textOf(element.text, names))
        .filter(Boolean)
        .map((label) => `[${label}]`)
        .join(' ');
    case 'table':
      return rowsOf(block.rows)
        .map((row) => row.map((cell) => cellOf(cell, names, depth)).join(' | '))
        .join('\n');
    case 'image':
    case 'video':
      return [textOf(block.title, names), textOf(block.description, names) || said(block.alt_text)]
        .filter(Boolean)
        .join('\n');
    default:
      // Headers, markdown, and what Slack has added since.
      return [textOf(block, names), textOf(block.title, names), all(block.elements), all(block.blocks)]
        .filter(Boolean)
        .join('\n');
  }
}

function cellOf(cell: Json, names: Names, depth: number): string {
  const words = cell.type === 'rich_text' ? wordsOf(cell, names, depth + 1) : textOf(cell, names);
  return words.replace(/\s*\n\s*/g, ' ');
}

function listed({ elements, style, indent, offset }: Json, names: Names, depth: number): string {
  const first = typeof offset === 'number' ? offset + 1 : 1;
  const margin = '  '.repeat(typeof indent === 'number' ? Math.min(Math.max(indent, 0), deepest) : 0);
  return listOf(elements)
    .map((item, index) => {
      const mark = style === 'ordered' ? `${first + index}.` : '•';
      return `${margin}${mark} ${wordsOf(item, names, depth + 1)}`;
    })
    .join('\n');
}

/** A text object, or one that has its text itself. */
function textOf(value: unknown, names: Names): string {
  if (typeof value === 'string') return value;
  const { type, text } = objectOf(value);
  if (typeof text === 'object') return textOf(text, names);
  return type === 'mrkdwn' ? readText(said(text), names) : said(text);
}

function inline(elements: unknown, names: Names): string {
  return listOf(elements)
    .map((element) => marked(shown(element, names), objectOf(element.style)))
    .join('');
}

/** As it would stand in a message's text, read by the same rules. */
function shown(element: Json, names: Names): string {
  const { type, text, url, name, range, fallback, value, unicode } = element;
  const id = said(element.user_id ?? element.channel_id ?? element.usergroup_id);
  if (type === 'link') return readText(`<${said(url)}${text ? `|${escapeMarks(said(text))}` : ''}>`, names);
  if (type === 'user') return readText(`<@${id}>`, names);
  if (type === 'channel') return readText(`<#${id}>`, names);
  if (type === 'usergroup') return readText(`<!subteam^${id}>`, names);
  if (type === 'broadcast') return `@${said(range)}`;
  if (type === 'emoji') return emoji(said(unicode)) || `:${said(name)}:`;
  return said(text ?? fallback ?? value);
}

/** Code points in hexadecimal, joined by hyphens. */
function emoji(unicode: string): string {
  if (!/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(unicode)) return '';
  const points = unicode.split('-').map((point) => Number.parseInt(point, 16));
  return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points) : '';
}

/** Marks go around words, not around the spaces beside them. */
function marked(text: string, { bold, italic, strike, code }: Json): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  if (inner === '') return text;
  const marks = [code && '`', strike && '~', italic && '_', bold && '*'].filter(Boolean) as string[];
  return before + marks.reduce((words, mark) => mark + words + mark, inner) + after;
}

function eachLine(text: string, before: string): string {
  return text
    .split('\n')
    .map((line) => before + line)
    .join('\n');
}

function rowsOf(value: unknown): Json[][] {
  return Array.isArray(value) ? value.map(listOf) : [];
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.slice(0, 500).map(objectOf) : [];
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function said(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
