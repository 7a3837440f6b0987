/** Reading of files: what a model can take of an attachment's bytes. */
import { LRUCache } from 'lru-cache';
import { ByteGate } from '../core/byte-gate.js';
import type { Attachment } from '../core/memory.js';
import type { Image } from '../llm/llm.js';
import type { FileStore } from '../store/file-store.js';
import { pageRanges, type ReadDocument, wholeText } from './document.js';
import { documentReader, maxDocumentBytes, type ReadsDocuments } from './document-reader.js';
import { decode, looksLikeText } from './encoding.js';
import { type PictureLimits, scaled } from './pictures.js';

/** What is wanted of a file. */
export interface Wanted {
  /** Longest text, in UTF-16 code units. */
  maxChars: number;
  /** Absent: the model does not see. */
  image?: PictureLimits;
  signal: AbortSignal;
}

/** What a file gives. */
export type Read =
  | { kind: 'text'; text: string; cut: boolean }
  | { kind: 'image'; image: Image }
  /** `problem`: why, in words for a model; absent: such files have nothing to read. */
  | { kind: 'nothing'; problem?: string };

const textTypes =
  /^(text\/|application\/(json|xml|x-yaml|yaml|javascript|x-sh|sql|toml|octet-stream|x-ndjson)\b)|\+(json|xml)$/;
const imageTypes = /^image\/(png|jpeg|gif|webp|tiff|avif|apng)$/;
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** For the words of one document, in ms: somebody waits for the answer. */
const deadlineMs = 15_000;
/** Longest text that is kept of one file, and of all, in UTF-16 code units: a file is read once. */
const maxKeptChars = 200_000;
/** Of files whose words are being read. */
const maxReadBytes = 64 * 1024 * 1024;
const maxCacheChars = 8_000_000;

/** Reads attachments, off the event loop and within limits. */
export class FileReader {
  readonly #store: FileStore;
  readonly #documents: ReadsDocuments = documentReader(deadlineMs);
  readonly #bytes = new ByteGate(maxReadBytes);
  readonly #texts = new LRUCache<string, Promise<Read>>({
    max: 500,
    maxSize: maxCacheChars,
    // As long as nobody knows how long it is, it counts as the longest.
    sizeCalculation: () => maxKeptChars,
  });

  constructor(store: FileStore) {
    this.#store = store;
  }

  /** Never fails for what is in the file. @throws what the store throws, and the signal's reason. */
  async read(attachment: Attachment, { maxChars, image, signal }: Wanted): Promise<Read> {
    signal.throwIfAborted();
    const { mediaType } = attachment;
    if (mediaType.startsWith('image/'))
      return image && imageTypes.test(mediaType) ? this.#picture(attachment, image) : { kind: 'nothing' };
    if (!textTypes.test(mediaType) && mediaType !== docx && mediaType !== 'application/pdf')
      return { kind: 'nothing' };
    const read = await this.#text(attachment);
    signal.throwIfAborted();
    if (read.kind !== 'text' || read.text.length <= maxChars) return read;
    return { kind: 'text', text: read.text.slice(0, maxChars), cut: true };
  }

  async #picture({ file, mediaType }: Attachment, limits: PictureLimits): Promise<Read> {
    const bytes = await this.#store.get(file);
    if (!bytes) return gone;
    const image = await scaled(bytes, mediaType, limits);
    return image
      ? { kind: 'image', image }
      : { kind: 'nothing', problem: 'it cannot be opened as a picture' };
  }

  #text(attachment: Attachment): Promise<Read> {
    const { file } = attachment;
    const known = this.#texts.get(file);
    if (known) return known;
    const reading = this.#readText(attachment);
    this.#texts.set(file, reading);
    const forget = () => void this.#texts.delete(file);
    reading.then((read) => {
      if (this.#texts.peek(file) !== reading) return;
      // Taken out first: the cache would keep the size of what is the same.
      forget();
      // Bytes may come back, and the store, too.
      if (read !== gone) this.#texts.set(file, reading, { size: sizeOf(read) });
    }, forget);
    return reading;
  }

  /** Whoever waits for it may go away meanwhile: others wait for the same. */
  async #readText(attachment: Attachment): Promise<Read> {
    const release = await this.#bytes.enter(attachment.size, new AbortController().signal);
    return this.#readBytes(attachment).finally(release);
  }

  async #readBytes({ file, name, mediaType, size }: Attachment): Promise<Read> {
    const isDocument = mediaType === docx || mediaType === 'application/pdf';
    if (isDocument && size > maxDocumentBytes)
      return { kind: 'nothing', problem: 'it is too large to be read' };
    const bytes = await this.#store.get(file);
    if (!bytes) return gone;
    if (isDocument) return told(await this.#documents(bytes, { name, mediaType, maxChars: maxKeptChars }));
    // What nobody knew may be text all the same.
    if (mediaType === 'application/octet-stream' && !looksLikeText(bytes)) return { kind: 'nothing' };
    return { kind: 'text', ...(await decode(bytes, maxKeptChars)) };
  }
}

function told(read: ReadDocument): Read {
  const failure = read.problems.find(({ outcome }) => outcome === 'failed');
  if (failure) return { kind: 'nothing', problem: failure.cause };
  const missing = read.problems.map(
    ({ cause, pages }) => `(${cause}${pages ? `: ${pageRanges(pages)}` : ''})`,
  );
  const text = [...missing, wholeText(read)].join('\n\n');
  return { kind: 'text', text: text.slice(0, maxKeptChars), cut: read.cut || text.length > maxKeptChars };
}

/** In UTF-16 code units; what is besides the text counts as a little. */
function sizeOf(read: Read): number {
  return 1000 + (read.kind === 'text' ? read.text.length : 0);
}

const gone: Read = { kind: 'nothing', problem: 'it is not kept any more' };
