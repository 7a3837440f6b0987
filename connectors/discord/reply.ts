/** A reply as the messages Discord gets: text in parts, long code and tables as files, buttons at the end. */

import type { APIActionRowComponent, APIButtonComponentWithCustomId, RawFile } from 'discord.js';
import type { Button } from '../../src/extension-api.js';
import { replyRenderer, type TextFile } from '../../src/replies.js';
import * as forms from './render.js';

const rendering = replyRenderer(new URL('./render.js', import.meta.url), forms);

export interface Part {
  /** As Discord shows it. */
  content: string;
  files: RawFile[];
  components: APIActionRowComponent<APIButtonComponentWithCustomId>[];
}

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
export async function replyParts({
  text,
  files: attached,
  tooLarge,
  buttons,
}: ReplyContent): Promise<Part[]> {
  const { parts: contents, files: cutOut } = await rendering.reply(text);
  const notes = tooLarge.map((name) => `(The file ${name} is too large for Discord.)`);
  const parts = [...contents, ...notes].map((content): Part => ({ content, files: [], components: [] }));
  const [first, ...rest] = bundles([...cutOut.map(rawFile), ...attached]);
  if (first) {
    if (parts.length === 0) parts.push({ content: '', files: [], components: [] });
    parts.at(-1)!.files = first;
  }
  const last = parts.at(-1);
  if (last) last.components = rowsOf(buttons);
  return [...parts, ...rest.map((files) => ({ content: '', files, components: [] }))];
}

/** Text as Discord's messages show it. */
export function contentsOf(markdown: string): Promise<string[]> {
  return rendering.parts(markdown);
}

function rawFile({ name, text }: TextFile): RawFile {
  return { name, data: Buffer.from(`${text}\n`), contentType: 'text/plain; charset=utf-8' };
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
