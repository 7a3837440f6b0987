/** Reads documents in a thread of its own, within limits: what others made may take long, or fill the memory. */
import { type Aside, aside, Overrun } from '../core/aside.js';
import { type About, failed, type ReadDocument } from './document.js';
import { formatOf } from './document-format.js';
import type * as Documents from './documents.js';

/** Never fails for what is in the document: that is told in `problems`. */
export type ReadsDocuments = (bytes: Uint8Array, about: About) => Promise<ReadDocument>;

/** A larger document is not opened, in bytes. */
export const maxDocumentBytes = 32 * 1024 * 1024;

/** @param deadlineMs for one document. */
export function documentReader(deadlineMs: number): ReadsDocuments {
  let work: Aside<typeof Documents> | undefined;
  return async (bytes, about) => {
    const format = formatOf(bytes, about);
    if (bytes.length > maxDocumentBytes)
      return failed(
        format,
        `it is larger than ${maxDocumentBytes / 2 ** 20} MB`,
        'Split it into smaller ones.',
      );
    work ??= aside<typeof Documents>(new URL('./documents.js', import.meta.url), {
      deadlineMs,
      memoryMb: 512,
      growthMb: 384,
    });
    try {
      return await work('readBytes', bytes, { ...about, format });
    } catch (error) {
      if (!(error instanceof Overrun)) throw error;
      return failed(
        format,
        'it takes too much time or memory to be read',
        'Split it, or save it as plain text.',
      );
    }
  };
}

/** Reads what becomes knowledge of an agent, which nobody waits for. */
export const readDocument: ReadsDocuments = documentReader(60_000);
