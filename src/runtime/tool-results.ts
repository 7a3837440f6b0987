/** What a call gave, as it is kept: bounded, without what nobody can see, its files with an owner. */
import { harmless } from '../core/harmless.js';
import type { Attachment, Memory } from '../core/memory.js';
import type { ResultFile, ToolResult } from '../core/tool-result.js';
import { CarrierError } from '../errors.js';
import { type FileQuota, type FileStore, ownerOf } from '../store/file-store.js';

/** Longer results are cut: one chatty tool must not fill the model's context. */
const maxResultChars = 16_000;
const maxFiles = 10;
const maxFileBytes = 20 * 2 ** 20;
const mediaType = /^[a-z0-9][\w.+-]*\/[a-z0-9][\w.+-]*$/;

export interface KeptResult {
  text: string;
  files: Attachment[];
}

/** The text as the model reads it. */
export function resultText(text: unknown): string {
  const said = harmless(String(text ?? ''));
  if (said.length <= maxResultChars) return said;
  return `${said.slice(0, maxResultChars).replace(/[\uD800-\uDBFF]$/, '')}\n[cut: ${said.length} characters in all]`;
}

/** @param message of whoever asked: the files are theirs */
export async function keptResult(
  { text, files = [] }: ToolResult,
  message: Memory,
  store: { files: FileStore; quota: FileQuota },
): Promise<KeptResult> {
  const kept: Attachment[] = [];
  const notes: string[] = [];
  for (const file of files.slice(0, maxFiles)) {
    const attachment = await keptFile(file, message, store);
    if (typeof attachment === 'string') notes.push(attachment);
    else kept.push(attachment);
  }
  if (files.length > maxFiles) notes.push(`${files.length - maxFiles} more files are left out`);
  const named = kept.map(({ name, mediaType: type, size }) => `${name} (${type}, ${size} bytes)`);
  const said = [...(named.length > 0 ? [`files: ${named.join(', ')}`] : []), ...notes];
  return {
    text: [resultText(text), ...said.map((line) => `[${line}]`)].filter(Boolean).join('\n'),
    files: kept,
  };
}

async function keptFile(
  { name: said, mediaType: type, bytes }: ResultFile,
  message: Memory,
  { files, quota }: { files: FileStore; quota: FileQuota },
): Promise<Attachment | string> {
  const name = nameOf(said);
  if (!(bytes instanceof Uint8Array) || bytes.length > maxFileBytes)
    return `the file ${name} is left out: more than ${maxFileBytes} bytes are not kept`;
  const described = {
    name,
    mediaType: mediaType.test(type) && type.length <= 127 ? type : 'application/octet-stream',
  };
  try {
    const file = await files.put(bytes, { ...described, owner: ownerOf(message) }, quota);
    return { ...described, size: bytes.length, file };
  } catch (error) {
    // The tool has run: that counts, whatever becomes of its files.
    const full = error instanceof CarrierError && error.code === 'quota_exceeded';
    return `the file ${name} is left out: ${full ? 'there is no room left for it' : 'it could not be kept'}`;
  }
}

/** It stands in prompts and beside replies. */
function nameOf(said: unknown): string {
  const clean = harmless(String(said ?? ''))
    .replace(/[\p{Cc}/\\[\]]/gu, '_')
    .trim()
    .slice(0, 100);
  return clean === '' || /^\.+$/.test(clean) ? 'file' : clean;
}
