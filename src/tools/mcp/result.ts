/** What a call gave, as the hub has it: words for the model, files as files. */
import { isDeepStrictEqual } from 'node:util';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import type { ResultFile, ToolResult } from '../../extension-api.js';

/** Of all files of one result together. */
const mostFileBytes = 20 * 1024 * 1024;
const mostFiles = 20;
const longestName = 100;
const mediaTypes = /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/;
const unknownType = 'application/octet-stream';

export function resultOf({ content = [], structuredContent, isError }: CallToolResult): ToolResult {
  const files = new Files();
  const texts = content.map((block) => textOf(block, files));
  if (structuredContent !== undefined && !content.some((block) => says(block, structuredContent)))
    texts.push(JSON.stringify(structuredContent));
  const text = texts.filter((one) => one !== '').join('\n\n');
  const nothing = isError ? 'The tool failed and did not say why.' : 'Done; the tool gave no text.';
  return {
    text: text || nothing,
    ...(isError && { failed: true }),
    ...(files.kept.length > 0 && { files: files.kept }),
  };
}

/** Servers repeat what is structured as a text, for clients that know texts alone. */
function says(block: ContentBlock, structured: unknown): boolean {
  if (block.type !== 'text') return false;
  try {
    return isDeepStrictEqual(JSON.parse(block.text), structured);
  } catch {
    return false;
  }
}

function textOf(block: ContentBlock, files: Files): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
    case 'audio':
      return files.keep(`${block.type}-${files.kept.length + 1}`, block.mimeType, decoded(block.data));
    case 'resource_link':
      return `[link to ${block.name}: ${block.uri}${block.description ? `, ${block.description}` : ''}]`;
    case 'resource': {
      const { resource } = block;
      const name = nameOf(resource.uri);
      if ('text' in resource) {
        const kept = files.keep(name, resource.mimeType ?? 'text/plain', Buffer.from(resource.text));
        return `${kept}\n${resource.text}`;
      }
      return files.keep(name, resource.mimeType, decoded(resource.blob));
    }
    default:
      return `[something of the kind ${String((block as { type: unknown }).type).slice(0, 40)}]`;
  }
}

/** Null: it is no base64. */
function decoded(text: string): Uint8Array | null {
  return /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text) ? Buffer.from(text, 'base64') : null;
}

class Files {
  readonly kept: ResultFile[] = [];
  #bytes = 0;

  /** What the model is told of it. */
  keep(name: string, said: string | undefined, bytes: Uint8Array | null): string {
    const mediaType = said && mediaTypes.test(said) ? said.toLowerCase() : unknownType;
    if (!bytes) return `[file ${name}, ${mediaType}: it cannot be read]`;
    if (this.kept.length >= mostFiles || this.#bytes + bytes.length > mostFileBytes)
      return `[file ${name}, ${mediaType}, ${bytes.length} bytes: too large, it was not kept]`;
    this.#bytes += bytes.length;
    const named = name.includes('.') ? name : `${name}.${endingOf(mediaType)}`;
    this.kept.push({ name: named, mediaType, bytes });
    return `[file ${named}, ${mediaType}, ${bytes.length} bytes]`;
  }
}

/** The last part of an address, as a file may be called. */
function nameOf(uri: string): string {
  const last =
    uri
      .split(/[?#]/)[0]!
      .split(/[/\\:]/)
      .at(-1) ?? '';
  const clean = last.replace(/[^\p{L}\p{N}._-]/gu, '_').replace(/^\.+/, '');
  return clean.slice(-longestName) || 'resource';
}

function endingOf(mediaType: string): string {
  const [, kind = ''] = mediaType.split('/');
  if (mediaType === 'text/plain') return 'txt';
  return /^[a-z0-9]{1,5}$/.test(kind) ? kind : (/\+(\w{1,5})$/.exec(kind)?.[1] ?? 'bin');
}
