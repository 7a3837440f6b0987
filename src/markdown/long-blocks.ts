/** Code and tables that are better had as a file than read across several messages. */
import type { PhrasingContent } from 'mdast';
import { fileEnding } from './file-ending.js';
import { markdownOf, parseMarkdown } from './parse.js';
import { tableAsText } from './render.js';

/** A file made of a part of a reply. */
export interface TextFile {
  name: string;
  text: string;
}

/** Which blocks are too long for a chat. */
export interface LongBlocks {
  /** The longest block that stays, in UTF-16 units. */
  maxChars: number;
  /** False: only code is taken out. */
  tables: boolean;
  /** What stands in the block's place. */
  note(fileName: string): PhrasingContent;
}

/** Takes long blocks out of a reply and says where they went; without any, the markdown is returned as given. */
export function withoutLongBlocks(
  markdown: string,
  { maxChars, tables, note }: LongBlocks,
): { markdown: string; files: TextFile[] } {
  if (markdown.length <= maxChars) return { markdown, files: [] };
  const root = parseMarkdown(markdown);
  const files: TextFile[] = [];
  const children = root.children.map((node) => {
    const text = node.type === 'code' ? node.value : node.type === 'table' && tables ? tableAsText(node) : '';
    if (text.length <= maxChars) return node;
    const ending = node.type === 'code' ? fileEnding(node.lang) : 'txt';
    const name = `${node.type}-${files.length + 1}.${ending}`;
    files.push({ name, text });
    return { type: 'paragraph' as const, children: [note(name)] };
  });
  return files.length === 0 ? { markdown, files } : { markdown: markdownOf({ ...root, children }), files };
}
