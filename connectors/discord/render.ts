/** The canonical tree as Discord's markdown. https://support.discord.com/hc/en-us/articles/210298617 */
import {
  type Handlers,
  isVisible,
  parseMarkdown,
  type RenderedReply,
  type Renderer,
  renderMarkdown,
  splitMarkdown,
  splitPlain,
  withoutLongBlocks,
} from '../../src/replies.js';

/**
 * The most a message holds. Discord counts characters; UTF-16 units are never fewer.
 * https://discord.com/developers/docs/resources/message#create-message
 */
export const maxMessageChars = 2000;

/** Code and tables that would fill more than about two messages are easier to read as a file. */
const longBlocks = {
  maxChars: 3500,
  tables: true,
  note: (name: string) => ({
    type: 'strong' as const,
    children: [{ type: 'text' as const, value: `📎 ${name}` }],
  }),
};

/** A reply as messages and files. */
export function renderReply(text: string): RenderedReply {
  const { markdown, files } = withoutLongBlocks(text, longBlocks);
  return { parts: renderParts(markdown), files };
}

/** As messages alone. */
export function renderParts(markdown: string): string[] {
  const render = renderDiscord;
  return splitMarkdown(markdown, { limit: maxMessageChars, render }).map(render).filter(isVisible);
}

/** A text as it stands. */
export function renderPlain(text: string): string[] {
  return splitPlain(text, { limit: maxMessageChars, render: escaped });
}

/** Markdown of any make as Discord shows it. */
export function renderDiscord(markdown: string): string {
  return renderMarkdown(parseMarkdown(markdown), handlers);
}

type Tag = '**' | '*' | '_' | '~~';

const handlers: Handlers = {
  text: ({ value }) => escaped(value),
  spoiler: (node, to) => `||${to.inline(node)}||`,
  strong: (node, to) => (isBold(to) ? to.inline(node) : tagged('**', to.inline(node))),
  // Stars and stars in one another are read in more than one way; lines beside stars are not.
  emphasis: (node, to) => {
    if (to.parents.some(({ type }) => type === 'emphasis')) return to.inline(node);
    const beside = isBold(to) || node.children.some(({ type }) => type === 'strong');
    return tagged(beside ? '_' : '*', to.inline(node));
  },
  delete: (node, to) => tagged('~~', to.inline(node)),
  inlineCode: ({ value }) => codeSpan(value),
  code: ({ value, lang }) => {
    if (!isVisible(value)) return '';
    const language = /^[\w+#.-]{1,32}$/.test(lang ?? '') ? lang : '';
    return `\`\`\`${language}\n${apart(value)}\n\`\`\``;
  },
  // Discord has three sizes of headings.
  heading: (node, to) =>
    node.depth <= 3 ? `${'#'.repeat(node.depth)} ${to.inline(node)}` : tagged('**', to.inline(node)),
  // A quote in a quote is not told apart there.
  blockquote: (node, to) =>
    to.parents.some(({ type }) => type === 'blockquote')
      ? to.blocks(node)
      : to
          .blocks(node)
          .split('\n')
          .map((line) => `> ${line}`)
          .join('\n'),
  listItem: (node, to) => {
    const list = to.parents.at(-1);
    const ordered = list?.type === 'list' && list.ordered;
    const mark = ordered ? `${(list.start ?? 1) + list.children.indexOf(node)}. ` : '- ';
    const box = typeof node.checked === 'boolean' ? (node.checked ? '☑ ' : '☐ ') : '';
    return mark + box + indented(to.blocks(node), mark.length);
  },
  link: (node, to) => {
    const text = to.inline(node);
    const url = node.url.replaceAll('(', '%28').replaceAll(')', '%29').replace(/\s/g, '%20');
    const same = text === '' || ['', 'mailto:', 'http://'].some((start) => start + plain(text) === node.url);
    // Masked links are for the web alone, and not where the words look like another address.
    const quiet = node.data?.quiet;
    if (quiet && same && places.test(node.url)) return `<${node.url}>`;
    if (!/^https?:\/\//i.test(node.url))
      return same ? plain(text) || escaped(node.url) : `${text} (${escaped(node.url)})`;
    if (same) return quiet ? `<${node.url}>` : plain(text) || node.url;
    return /https?:\/\//i.test(text)
      ? `${text} (${node.url})`
      : quiet
        ? `[${text}](<${url}>)`
        : `[${text}](${url})`;
  },
};

function isBold({ parents }: Renderer): boolean {
  return parents.some((node) => node.type === 'strong' || (node.type === 'heading' && node.depth > 3));
}

/** Marks take effect beside words alone, so the white space goes outside; around nothing they stand for themselves. */
function tagged(tag: Tag, inner: string): string {
  const [, before = '', words = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(inner) ?? [];
  return words === '' ? inner : before + tag + words + tag + after;
}

/** Links into the server's own pages. https://discord.com/developers/docs/reference#message-formatting */
const places = /^id:[\w-]+(?::\d+)?$/;

/** Emoji of a server, commands, times: they stand for themselves. */
const tokens = /(<(?:a?:\w{1,32}:\d{1,20}|\/[^\n<>:]{1,100}:\d{1,20}|t:-?\d{1,14}(?::[a-zA-Z])?)>)/;

/** What Discord would take for its marks stands as it was written. */
function escaped(text: string): string {
  const pieces = text.split(tokens).map((piece, index) => (index % 2 === 0 ? withoutMarks(piece) : piece));
  return pieces
    .join('')
    .replace(/^(\s*)(#{1,3}(?=\s)|-#(?=\s)|[-+](?=\s)|>)/gm, '$1\\$2')
    .replace(/^(\s*\d+)\.(?=\s)/gm, '$1\\.');
}

function withoutMarks(text: string): string {
  return text.replace(/[\\*_~`|[\]]/g, '\\$&');
}

function plain(text: string): string {
  return text.replace(/\\([\\*_~`|[\]#>+.-])/g, '$1');
}

/** Discord knows no longer fence than three marks: those inside get a space of no width. */
function apart(code: string): string {
  return code.replaceAll('```', '`\u200b`\u200b`');
}

function codeSpan(value: string): string {
  if (!value.includes('`')) return `\`${value}\``;
  return `\`\` ${value.replaceAll('``', '`\u200b`')} \`\``;
}

function indented(text: string, width: number): string {
  return text.replace(/\n(?=.)/g, `\n${' '.repeat(width)}`);
}
