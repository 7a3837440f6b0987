/**
 * Holdings: everything that a hub stores, and of each sort what of a person an export has of it and what an erasure does
 * to it. Whoever adds a table, a collection, a sort of record or of note says so here; a test compares these lists with
 * what is defined.
 */
import type { Memory } from '../core/memory.js';
import type { Whom } from './whom.js';

export interface Holding {
  /** What of it an export has; null: nothing in it is a person's. */
  exports: string | null;
  /** What becomes of what is a person's in it. */
  erases: string;
}

/** What is known of somebody when notes and records are held against them. */
export interface Known {
  whom: Whom;
  /** Their direct conversations. */
  scopes: ReadonlySet<string>;
  rooms: ReadonlySet<string>;
  /** Ids of records that are kept under what is derived of an account. */
  derived: ReadonlySet<string>;
  /** Whether this is how the hub names them, as whoever did something there. */
  isNamed(text: string | undefined, connector?: string): boolean;
  memory(id: string): Promise<Memory | null>;
}

/** In the place of whoever did something. */
export const erasedPerson = 'person [erased]';

export const tables: Record<string, Holding> = {
  memories: {
    exports: 'what they said, what was noted of it, and the answers',
    erases: 'gone; quotes by others masked',
  },
  rooms: none('ids of conversations, which are hashes'),
  scopes: none('ids of conversations, which are hashes'),
  turns: {
    exports: 'turns that answered them, with their steps',
    erases: 'gone with the last of their messages',
  },
  checkpoints: { exports: null, erases: 'gone with the message that waits' },
  waits: { exports: null, erases: 'gone with the turn' },
  outbox: { exports: null, erases: 'gone with the answer, also what was given up' },
  terms: { exports: null, erases: 'gone with the memory' },
  vocabulary: { exports: null, erases: 'what terms are' },
  words: { exports: null, erases: 'gone with the memory' },
  embedders: none('names of models'),
  vectors: { exports: null, erases: 'gone with the memory' },
  bits: { exports: null, erases: 'gone with the memory' },
  tokens: none('the tokens of the hub itself'),
  files: { exports: 'the bytes', erases: 'gone with the last message that names them' },
  file_records: { exports: 'name, type and size', erases: 'gone with the file' },
  file_uses: { exports: null, erases: 'gone with the message' },
  progress: none('where background work stands'),
  notes: { exports: 'by sort, below', erases: 'by sort, below' },
  records: { exports: 'by sort, below', erases: 'by sort, below' },
  audit: { exports: null, erases: 'stays: ids and no words, which a chain of hashes holds together' },
  audit_chain: { exports: null, erases: 'stays: ids and no words, which a chain of hashes holds together' },
};

export const collections: Record<string, Holding> = {
  memories: tables.memories!,
  archive: { exports: 'what memories has', erases: 'gone, as in memories' },
  embedders: tables.embedders!,
  tokens: tables.tokens!,
  files: { exports: 'name, type and size', erases: 'gone with the last message that names them' },
  chunks: { exports: 'the bytes', erases: 'gone with the file' },
  notes: tables.notes!,
  records: tables.records!,
  meta: none('versions and settings of the database'),
  audit: tables.audit!,
  audit_chain: tables.audit_chain!,
};

/** Nothing in it is of a person. */
export function none(why: string): Holding {
  return { exports: null, erases: `stays: ${why}` };
}
