/** Small JSON values under keys, the same for every process: pairing codes, what a platform calls a reply, marks. */
export interface NoteStore {
  /** Null when there is none, or its time is over. */
  get(key: string): Promise<unknown>;
  /** Replaces what was there, its time too. `ttlMs`: how long it is seen; absent, for ever. */
  put(key: string, value: unknown, options?: { ttlMs?: number }): Promise<void>;
  /** Removes and gives it; of many callers at once one gets it, the others null. */
  take(key: string): Promise<unknown>;
  /** Notes whose key begins so, by key; at most `limit`. */
  list(prefix: string, limit: number): Promise<Note[]>;
}

export interface Note {
  key: string;
  value: unknown;
}

/** Keys are stored as JSON text, of any string: those of this prefix are at least the first and below the second. */
export function keysFrom(prefix: string): [from: string, to: string] {
  // Without the closing quote it is a prefix in JSON too; no UTF-8 has the byte that U+10FFFF is followed by.
  const from = JSON.stringify(prefix).slice(0, -1);
  return [from, `${from}\u{10ffff}`];
}
