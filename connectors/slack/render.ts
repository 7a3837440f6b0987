/** A reply's markdown as Slack's mrkdwn. https://docs.slack.dev/messaging/formatting-message-text */
import {
  type Handlers,
  isVisible,
  markOf,
  parseMarkdown,
  plainText,
  type RenderedReply,
  type Renderer,
  renderMarkdown,
  splitMarkdown,
  splitPlain,
  withoutLongBlocks,
} from '../../src/replies.js';

type Node<T extends keyof Handlers> = Parameters<NonNullable<Handlers[T]>>[0];

/**
 * Stands on both sides of a mark until it is known what is beside it: Slack takes marks only at the edges of words.
 * Private use, and taken out of texts that hold it.
 */
const edge = '\uE000';

/** Invisible, and no letter: it makes an edge where there is none, and parts what would be read as a mark. */
const gap = '\u200B';

/** What Slack would read as formatting though the model wrote it as plain text: a pair of marks around words. */
const accidental = /(?<![\p{L}\p{N}])([*_~`])(?=\S)(?=[^\n]*\S\1(?![\p{L}\p{N}]))/gu;

const listGaps = '    ';

const handlers: Handlers = {
  text: ({ value }) =>
    escaped(value.replaceAll(edge, ''))
      .replace(/`(?=`)/g, `\`${gap}`)
      .replace(accidental, `$1${gap}`)
      .replace(/^(?=&gt;)/gm, gap),
  strong: (node, to) => marked('*', node, to, ['strong', 'heading']),
  emphasis: (node, to) => marked('_', node, to, ['emphasis']),
  delete: (node, to) => marked('~', node, to, ['delete']),
  inlineCode: ({ value }) => around('`', escaped(value.replaceAll('`', 'ˋ').replace(/\s*\n\s*/g, ' '))),
  code: ({ value }) =>
    isVisible(value) ? `\`\`\`\n${escaped(value).replace(/`(?=``)/g, `\`${gap}`)}\n\`\`\`` : '',
  heading: (node, to) => wrapLines('*', to.inline(node)),
  link: (node) => linked(node.url, plainText(node)),
  image: ({ url, alt }) => linked(url, alt ?? ''),
  // A fence does not show within a quote, so it stands outside.
  blockquote: (node, to) =>
    separately(node, to, (line) => `> ${line}`.trimEnd(), '\n\n').replace(/(?:\n[> ]+)+(?=\n```)/g, ''),
  listItem,
};

/** Of a section's text, in characters. https://docs.slack.dev/reference/block-kit/blocks/section-block */
const sectionChars = 3000;

/** Longer code and tables are easier to read, and to copy, as a file. */
const longBlocks = {
  maxChars: 2500,
  tables: true,
  note: (name: string) => ({
    type: 'emphasis' as const,
    children: [{ type: 'text' as const, value: `${name} is attached.` }],
  }),
};

/** A reply as texts of sections, and files. */
export function renderReply(text: string): RenderedReply {
  const { markdown, files } = withoutLongBlocks(text, longBlocks);
  return { parts: renderParts(markdown), files };
}

/** As sections alone. */
export function renderParts(markdown: string): string[] {
  const render = renderMrkdwn;
  return splitMarkdown(markdown, { limit: sectionChars, render }).map(render).filter(isVisible);
}

/** A text as it stands. */
export function renderPlain(text: string): string[] {
  const render = (part: string) => escaped(part).replace(/[*_~`]/g, `$&${gap}`);
  return splitPlain(text, { limit: sectionChars, render });
}

export function renderMrkdwn(markdown: string): string {
  return resolveEdges(renderMarkdown(parseMarkdown(markdown), handlers));
}

/** For texts that are not markdown. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function marked(
  mark: string,
  node: Node<'strong' | 'emphasis' | 'delete'>,
  to: Renderer,
  within: string[],
): string {
  const inner = to.inline(node);
  // Twice the same mark would take itself off.
  return to.parents.some(({ type }) => within.includes(type)) ? inner : wrapLines(mark, inner);
}

/** Marks do not reach over the end of a line. */
function wrapLines(mark: string, text: string): string {
  return text
    .split('\n')
    .map((line) => (line.trim() === '' ? line : around(mark, line.trim())))
    .join('\n');
}

function around(mark: string, text: string): string {
  return text === '' ? '' : `${edge}${mark}${text}${mark}${edge}`;
}

function resolveEdges(text: string): string {
  return text.replace(/\uE000+/gu, (run, offset: number) => {
    const before = text.slice(Math.max(0, offset - 2), offset);
    const after = text.slice(offset + run.length, offset + run.length + 2);
    // A letter, digit or emoji; a mark of another kind is no obstacle.
    return /[^\s\p{P}\p{Z}~`]$/u.test(before) && after !== '' && !/^\s/u.test(after)
      ? gap
      : /^[^\s\p{P}\p{Z}~`]/u.test(after) && before !== '' && !/\s$/u.test(before)
        ? gap
        : '';
  });
}

function linked(url: string, label: string): string {
  const shown = escaped(label.replaceAll(edge, '').replace(/\s+/g, ' ').trim());
  if (!/^(https?|mailto|tel):/i.test(url))
    return shown === '' || shown === escaped(url) ? escaped(url) : `${shown} (${escaped(url)})`;
  const target = escaped(url).replaceAll('|', '%7C').replace(/\s/g, '%20');
  const bare = target.replace(/^(mailto|tel):/i, '');
  return bare === target && (shown === '' || shown === bare) ? `<${target}>` : `<${target}|${shown || bare}>`;
}

function listItem(node: Node<'listItem'>, to: Renderer): string {
  const list = to.parents.at(-1);
  const depth = to.parents.filter(({ type }) => type === 'list').length;
  const mark = markOf(node, list).replace('•', ['•', '◦', '▪'][Math.min(depth, 3) - 1] ?? '•');
  const body = separately(
    node,
    to,
    (line) => (line === '' ? '' : listGaps + line),
    node.spread ? '\n\n' : '\n',
  );
  return body.startsWith(listGaps) ? mark + body.slice(listGaps.length) : `${mark.trimEnd()}\n${body}`;
}

/** Children as lines that are changed, but for code: whatever stood before its lines would be part of it. */
function separately(
  node: Node<'blockquote' | 'listItem'>,
  to: Renderer,
  change: (line: string) => string,
  between: string,
): string {
  const blocks = node.children.map((child) => to.node(child)).filter((text) => text !== '');
  let fenced = false;
  return blocks
    .join(between)
    .split('\n')
    .map((line) => {
      const fence = line.startsWith('```');
      if (fence) fenced = !fenced;
      return fence || fenced ? line : change(line);
    })
    .join('\n');
}
