/** A reply as the messages Discord gets: text in parts, long code and tables as files, buttons at the end. */

import type { APIActionRowComponent, APIButtonComponentWithCustomId, RawFile } from 'discord.js';
import type { Button } from '../../src/extension-api.js';
import { fileEnding, markdownOf, parseMarkdown, splitMarkdown, tableAsText } from '../../src/replies.js';
import { maxMessageChars, renderDiscord } from './render.js';

export interface Part {
  /** As Discord shows it. */
  content: string;
  files: RawFile[];
  components: APIActionRowComponent<APIButtonComponentWithCustomId>[];
}

/** Code and tables that would fill more than about two messages are easier to read as a file. */
const longBlockChars = 3500;

/** https://discord.com/developers/docs/reference#uploading-files */
const maxFilesPerMessage = 10;
export const maxUploadBytes = 10 * 1024 * 1024;

export interface ReplyContent {
  text: string;
  files: RawFile[];
  /** Names of files that Discord would not take. */
  tooLarge: string[];
  buttons: Button[];
}

/**
 * None for a reply that shows nothing. Files come with the last text, and with messages of their own beyond what one
 * message takes.
 */
export function replyParts({ text, files: attached, tooLarge, buttons }: ReplyContent): Part[] {
  const { markdown, files: cutOut } = withoutLongBlocks(text);
  const notes = tooLarge.map((name) => `(The file ${name} is too large for Discord.)`);
  const parts = [...contentsOf(markdown), ...notes].map(
    (content): Part => ({ content, files: [], components: [] }),
  );
  const [first, ...rest] = bundles([...cutOut, ...attached]);
  if (first) {
    if (parts.length === 0) parts.push({ content: '', files: [], components: [] });
    parts.at(-1)!.files = first;
  }
  const last = parts.at(-1);
  if (last) last.components = rowsOf(buttons);
  return [...parts, ...rest.map((files) => ({ content: '', files, components: [] }))];
}

/** Text as Discord's messages show it. */
export function contentsOf(markdown: string): string[] {
  const render = renderDiscord;
  return splitMarkdown(markdown, { limit: maxMessageChars, render }).map(render);
}

function withoutLongBlocks(text: string): { markdown: string; files: RawFile[] } {
  if (text.length <= longBlockChars) return { markdown: text, files: [] };
  const root = parseMarkdown(text);
  const files: RawFile[] = [];
  const children = root.children.map((node) => {
    const long = node.type === 'code' ? node.value : node.type === 'table' ? tableAsText(node) : '';
    if (long.length <= longBlockChars) return node;
    const name = `${node.type}-${files.length + 1}.${node.type === 'code' ? fileEnding(node.lang) : 'txt'}`;
    files.push({ name, data: Buffer.from(`${long}\n`), contentType: 'text/plain; charset=utf-8' });
    const words = [{ type: 'text' as const, value: `📎 ${name}` }];
    return { type: 'paragraph' as const, children: [{ type: 'strong' as const, children: words }] };
  });
  return files.length === 0
    ? { markdown: text, files }
    : { markdown: markdownOf({ ...root, children }), files };
}

function bundles(files: RawFile[]): RawFile[][] {
  const bundled: RawFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const current = bundled.at(-1);
    if (current && current.length < maxFilesPerMessage && bytes + sizeOf(file) <= maxUploadBytes) {
      current.push(file);
      bytes += sizeOf(file);
    } else {
      bundled.push([file]);
      bytes = sizeOf(file);
    }
  }
  return bundled;
}

function sizeOf({ data }: RawFile): number {
  return (data as Uint8Array).length;
}

// https://discord.com/developers/docs/components/reference#button
const styles = { primary: 1, danger: 4, other: 2 } as const;

export function rowsOf(buttons: Button[]): Part['components'] {
  const rows: Part['components'] = [];
  for (const [index, { label, payload, style = 'other' }] of buttons.entries()) {
    if (index % 5 === 0) rows.push({ type: 1, components: [] });
    rows.at(-1)!.components.push({ type: 2, style: styles[style], label, custom_id: payload });
  }
  return rows;
}
