/**
 * Canonical markdown as Telegram's HTML: https://core.telegram.org/bots/api#html-style. It has no headings, lists,
 * tables or rules; these come out as bold lines, bullets, monospaced columns and a dash.
 */

import type { Button } from '../../src/extension-api.js';
import {
  type Handlers,
  isVisible,
  markOf,
  parseMarkdown,
  type RenderedReply,
  type Renderer,
  renderMarkdown,
  splitMarkdown,
  splitPlain,
  withinAll,
  withoutLongBlocks,
} from '../../src/replies.js';

/** Characters after entities are parsed, counted here as UTF-16 units, of which there are never fewer. */
export const limits = { text: 4096, caption: 1024 };

/** Code that would fill more than a message is better had as a file. */
const longBlocks = {
  maxChars: limits.text,
  tables: false,
  note: (name: string) => ({ type: 'text' as const, value: `📎 ${name}` }),
};

/** A reply as messages and files. */
export function renderReply(text: string): RenderedReply {
  const { markdown, files } = withoutLongBlocks(text, longBlocks);
  return { parts: renderParts(markdown), files };
}

/** A text as it stands. */
export function renderPlain(text: string): string[] {
  return splitPlain(text, { ...splitting, render: escaped });
}

export function renderHtml(markdown: string): string {
  return renderMarkdown(parseMarkdown(markdown), handlers);
}

/** As many messages as it takes, each within the limit; none for an empty text. */
export function renderParts(markdown: string): string[] {
  const parts = splitMarkdown(markdown, { ...splitting, render: renderHtml }).map(renderHtml);
  return parts.filter((html) => isVisible(visible(html)));
}

/**
 * `bytes`: of what is sent; Telegram cuts requests of 32 KiB. `entities`: formatted stretches, addresses and names that
 * it finds by itself among them; formatting beyond is dropped. `entityBytes`: of all of them together; above some 9,000
 * it refuses the message, https://github.com/tdlib/telegram-bot-api/issues/165.
 */
const splitting = withinAll(
  { characters: limits.text, bytes: 32_000, entities: 100, entityBytes: 7500 },
  (html) => {
    const shown = visible(html);
    const addresses = [...html.matchAll(/<a href="([^"]*)"/g)].map(([, address]) =>
      Buffer.byteLength(address!),
    );
    // Telegram looks for addresses and names by itself, but not in code.
    const loose = visible(html.replace(/<(pre|code)\b[^>]*>[\s\S]*?<\/\1>/g, ' '));
    const tags = html.match(/<(?!code class)[a-z]/g)?.length ?? 0;
    return {
      characters: shown.length,
      bytes: Buffer.byteLength(html),
      entities: tags + (loose.match(/https?:\/\/|www\.|(?<!\w)[@#/$]\w/g)?.length ?? 0),
      entityBytes: addresses.reduce((sum, bytes) => sum + bytes, 0) + 16 * tags,
    };
  },
);

/** What a person sees of it; also what Telegram counts. */
export function visible(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|amp|quot);/g, (_, name: keyof typeof named) => named[name]);
}

const named = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** Short ones side by side, others one below the other. */
export function renderButtons(buttons: Button[] = []) {
  const rows = buttons.map(({ label, payload }) => ({ text: label, callback_data: payload }));
  const short = buttons.length <= 3 && buttons.every(({ label }) => label.length <= 12);
  const inline_keyboard = short ? [rows] : rows.map((button) => [button]);
  return buttons.length > 0 ? { reply_markup: { inline_keyboard } } : {};
}

const handlers: Handlers = {
  text: ({ value }) => escaped(value),
  spoiler: (node, to) => `<tg-spoiler>${to.inline(node)}</tg-spoiler>`,
  strong: (node, to) => `<b>${to.inline(node)}</b>`,
  emphasis: (node, to) => `<i>${to.inline(node)}</i>`,
  delete: (node, to) => `<s>${to.inline(node)}</s>`,
  inlineCode: ({ value }) => `<code>${escaped(value)}</code>`,
  heading: (node, to) => `<b>${to.inline(node)}</b>`,
  code: ({ value, lang }) => {
    if (!isVisible(value)) return '';
    const language = /^[\w+#.-]{1,32}$/.test(lang ?? '') ? ` class="language-${lang}"` : '';
    return language ? `<pre><code${language}>${escaped(value)}</code></pre>` : `<pre>${escaped(value)}</pre>`;
  },
  // Telegram knows no quote within a quote.
  blockquote: (node, to) => {
    const nested = to.parents.some(({ type }) => type === 'blockquote');
    return nested ? `» ${to.blocks(node)}` : `<blockquote>${to.blocks(node)}</blockquote>`;
  },
  listItem: (node, to) => `${to.text(markOf(node, to.parents.at(-1)))}${indented(to.blocks(node))}`,
  // An image is a link too, and Telegram has none within one: the inner one's words stay.
  link: (node, to) => linked(node.url, to.inline(node).replace(/<\/?a\b[^>]*>/g, ''), to),
};

/**
 * Web and mail addresses alone become links: one of `tg://user?id=` would mention, and so alert, whomever the model
 * or somebody who speaks through it has in mind.
 */
function linked(url: string, text: string, to: Renderer): string {
  const address = to.text(url);
  if (text === address || text === '' || address === `mailto:${text}`) return text || address;
  if (!/^(https?:|mailto:)/i.test(url)) return `${text} (${address})`;
  return `<a href="${address}">${text}</a>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** What follows an item's first line stands below it, but code keeps its own columns. */
function indented(html: string): string {
  return html
    .split(/(<pre>[\s\S]*?<\/pre>)/)
    .map((piece) => (piece.startsWith('<pre>') ? piece : piece.replace(/\n(?=[^\n])/g, '\n  ')))
    .join('');
}
