/** What reading a document gives: its text in pieces, and what could not be read. */
import type { ChunkText } from './chunks.js';

export interface Reading {
  chunks: ChunkText[];
  pages?: number | undefined;
  /** What could not be read, for people: sentences. */
  problems: string[];
}

/** What is to be read. `fetched`: it is a page, what was asked for, and where it came from. */
interface Readable {
  name: string;
  mediaType: string;
  fetched?: { asked: string; got: string } | undefined;
}

/** Reads bytes, aside and within limits. @throws Overrun where it takes too much time or memory */
export type Read = (bytes: Uint8Array, file: Readable) => Promise<Reading>;
