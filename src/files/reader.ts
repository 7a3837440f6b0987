/** Reading of files: what a model can take of an attachment's bytes. */
import type { Attachment } from '../core/memory.js';
import type { Image } from '../llm/llm.js';
import type { FileStore } from '../store/file-store.js';

/** What is wanted of a file. */
export interface Wanted {
  /** Longest text, in UTF-16 code units. */
  maxChars: number;
  /** Absent: the model does not see. */
  image?: { maxBytes: number; maxPixels: number };
  signal: AbortSignal;
}

/** What a file gives. */
export type Read =
  | { kind: 'text'; text: string; cut: boolean }
  | { kind: 'image'; image: Image }
  /** `problem`: why, in words for a model; absent: such files have nothing to read. */
  | { kind: 'nothing'; problem?: string };

const readableTypes =
  /^(text\/|application\/(json|xml|x-yaml|yaml|javascript|x-sh|sql|toml)\b)|\+(json|xml)$/;
const imageTypes = /^image\/(png|jpeg|gif|webp)$/;

/** Reads attachments, off the event loop and within limits. */
export class FileReader {
  readonly #store: FileStore;

  constructor(store: FileStore) {
    this.#store = store;
  }

  /** Never fails for what is in the file. @throws what the store throws, and the signal's reason. */
  async read({ file, mediaType }: Attachment, { maxChars, image }: Wanted): Promise<Read> {
    const readable = readableTypes.test(mediaType);
    if (!readable && !(image && imageTypes.test(mediaType))) return { kind: 'nothing' };
    const bytes = await this.#store.get(file);
    if (!bytes) return { kind: 'nothing', problem: 'it is not kept any more' };
    if (!readable) return { kind: 'image', image: { mediaType, bytes } };
    const text = new TextDecoder().decode(bytes.subarray(0, maxChars * 4));
    return { kind: 'text', text: text.slice(0, maxChars), cut: text.length > maxChars };
  }
}
