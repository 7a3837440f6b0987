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
