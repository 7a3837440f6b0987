/** How files lie in the database: what is known of each in `files`, its bytes in `chunks`. */
import type { Binary } from 'mongodb';
import type { NewFile } from '../file-store.js';

/** A document may have 16 MB; eight of these are read or written while few of them are in memory. */
export const chunkBytes = 4 * 1024 * 1024;

export interface FileDocument {
  /** Of an older file: SHA-256 of the bytes, hex. Only those lack the fields that may be absent. */
  _id: string;
  size: number;
  name?: string;
  mediaType?: string;
  owner?: NewFile['owner'];
  /** Under which names it counts, and as how many bytes. */
  person?: string;
  place?: string;
  counted?: number;
  /** When to look whether a memory names it (Unix ms); see `file-uses.ts`. */
  lookAt?: number;
  /** All bytes of a small older file. */
  bytes?: Binary;
}

export interface ChunkDocument {
  /** Id of the file and number of the chunk, from 0. */
  _id: string;
  bytes: Binary;
}

export function chunkId(file: string, i: number): string {
  return `${file}:${i}`;
}

export function chunksOf({ size }: Pick<FileDocument, 'size'>): number {
  return Math.ceil(size / chunkBytes);
}
