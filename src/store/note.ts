/**
 * Notes, each sort with its key and its schema in one place: whoever uses one knows neither how its key is written nor
 * how a value is checked.
 */
import type { z } from 'zod';
import type { Logger } from '../logger.js';
import { problemsOf, problemText } from '../problems.js';
import type { NoteStore } from './note-store.js';

export interface NoteDefinition<K, T> {
  /** Of notes that lie in a store already; so it never changes. */
  key(of: K): string;
  /**
   * Of what is read. Old notes must fit it for ever. Where a note is read, changed and put back, make it loose:
   * other objects lose the fields of newer versions.
   */
  schema: z.ZodType<T>;
  /** Stands for a note that does not fit the schema; absent: null, as if there were none. */
  damaged?: T;
}

/** One sort of note. */
export interface NoteSort<K, T> {
  key(of: K): string;
  /** What lies in the store, checked; null when nothing lies there. A damaged note is told in the log, never thrown. */
  read(key: string, stored: unknown, log: Logger): T | null;
  /** For whoever only writes. */
  put(notes: NoteStore, of: K, value: T, options?: { ttlMs?: number }): Promise<void>;
  in(notes: NoteStore, log: Logger): TypedNotes<K, T>;
}

/** The notes of one sort in a store; see `NoteStore` for what each method promises. */
export interface TypedNotes<K, T> {
  get(of: K): Promise<T | null>;
  put(of: K, value: T, options?: { ttlMs?: number }): Promise<void>;
  take(of: K): Promise<T | null>;
  /** Those whose keys begin as this one's. The value of a damaged one is as `get` would give it. */
  list(from: K, limit: number): Promise<{ key: string; value: T | null }[]>;
}

export function defineNote<K, T>({ key, schema, damaged }: NoteDefinition<K, T>): NoteSort<K, T> {
  const read: NoteSort<K, T>['read'] = (name, stored, log) => {
    if (stored === null) return null;
    const { data, error } = schema.safeParse(stored);
    if (!error) return data;
    const problem = problemText(problemsOf(error, schema));
    log.warn({ note: name, problem }, 'a note cannot be read: it is damaged, or of another version');
    return damaged ?? null;
  };
  const put: NoteSort<K, T>['put'] = (notes, of, value, options) => notes.put(key(of), value, options);
  return {
    key,
    read,
    put,
    in: (notes, log) => ({
      get: async (of) => read(key(of), await notes.get(key(of)), log),
      put: (of, value, options) => put(notes, of, value, options),
      take: async (of) => read(key(of), await notes.take(key(of)), log),
      list: async (from, limit) =>
        (await notes.list(key(from), limit)).map((note) => ({
          key: note.key,
          value: read(note.key, note.value, log),
        })),
    }),
  };
}
