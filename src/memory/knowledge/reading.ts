/** What reading a document gives: its text in pieces, and what could not be read. */

export interface ChunkText {
  text: string;
  /** Outermost first. */
  headings: string[];
  /** From 1 on. */
  page?: number | undefined;
  /** Its first row in a table, from 1 on, as people count them. */
  row?: number | undefined;
}

export interface Reading {
  chunks: ChunkText[];
  pages?: number | undefined;
  /** What could not be read, for people: a sentence each. */
  problems: string[];
}

/** Reads bytes, aside and within limits. @throws Overrun where it takes too much time or memory */
export type Read = (bytes: Uint8Array, file: { name: string; mediaType: string }) => Promise<Reading>;
