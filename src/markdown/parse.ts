/**
 * Markdown as models write it, read once into one canonical tree per reply.
 *
 * The dialect is GitHub's, but a single `~` is a tilde: people write "~5 minutes". The tree is
 * [mdast](https://github.com/syntax-tree/mdast) without `html`, `definition`, `linkReference`, `imageReference`,
 * `footnoteReference` and `footnoteDefinition`: `canonical.ts` has turned them into what a chat can show; and with
 * what chats have besides (`masks.ts`).
 */
import type { Link, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown, gfmToMarkdown } from 'mdast-util-gfm';
import { defaultHandlers, type Handle, toMarkdown } from 'mdast-util-to-markdown';
import { gfm } from 'micromark-extension-gfm';
import { canonical } from './canonical.js';
import { masked, unmaskLiterals } from './masks.js';
import { sourceOf } from './source.js';

const dialect = gfm({ singleTilde: false });

const syntax = {
  // Platforms see addresses of mail themselves, and looking for one at every word takes a parser most of its time.
  extensions: [{ ...dialect, disable: { null: ['emailAutolink'] } }],
  // Their transforms would link addresses the parser has decided are none.
  mdastExtensions: gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] })),
};

/** Never throws: what is not markup is text. About 1 ms for 1,000 characters of prose, more where marks are dense. */
export function parseMarkdown(text: string): Root {
  const source = sourceOf(text);
  const root = fromMarkdown(masked(source), syntax);
  unmaskLiterals(root);
  return canonical(root, source);
}

/** The tree as markdown again; parsing it gives the same tree. */
export function markdownOf(root: Root): string {
  return toMarkdown(root, {
    extensions: [gfmToMarkdown({ tablePipeAlign: false, tableCellPadding: true })],
    bullet: '-',
    rule: '-',
    listItemIndent: 'one',
    resourceLink: true,
    unsafe: [{ character: '|', before: '\\|', inConstruct: 'phrasing' }],
    handlers: { break: lineBreak, link, spoiler },
  }).replace(/\n$/, '');
}

/** A row of a table is one line. */
const lineBreak: Handle = (node, parent, state, info) =>
  state.stack.includes('tableCell') ? '<br>' : defaultHandlers.break(node, parent, state, info);

const spoiler: Handle & { peek?: Handle } = (node, _, state, info) => {
  const tracker = state.createTracker(info);
  const inside = state.containerPhrasing(node, { ...tracker.current(), before: '|', after: '|' });
  return `||${inside}||`;
};
spoiler.peek = () => '|';

/** An address that was written not to be previewed is written so again. */
const link: Handle & { peek?: Handle } = (node: Link, parent, state, info) => {
  if (!node.data?.quiet || /[<>\s]/.test(node.url)) return defaultHandlers.link(node, parent, state, info);
  const [only, ...others] = node.children;
  if (only?.type === 'text' && others.length === 0 && only.value === node.url) return `<${node.url}>`;
  const exit = state.enter('label');
  const words = state.containerPhrasing(node, { ...info, before: '[', after: ']' });
  exit();
  return `[${words}](<${node.url}>)`;
};
link.peek = (node: Link) => (node.data?.quiet ? '<' : '[');
