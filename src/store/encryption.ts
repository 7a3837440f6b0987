/** What a store knows of its own encryption at rest. */
export interface EncryptionState {
  /** Id of the key that new data goes under; null: it stays in the clear. */
  current: string | null;
  /** Ids of all keys that are set, the current one first. */
  keys: string[];
  unit: 'bytes' | 'values';
  /** How much is under each key; null: in the clear. A key that is not here may be taken out of the setting. */
  under: { key: string | null; amount: number }[];
  rotation: {
    state: 'done' | 'running' | 'failed';
    /** Amounts of this rotation, or of the last one. */
    done: number;
    total: number;
    /** Why it failed, for people; it is tried again by itself. */
    problem: string | null;
  };
}

export interface Encryption {
  status(): Promise<EncryptionState>;
  /** Begins to bring under the current key what is not; one that runs goes on. The state then. */
  rotate(): Promise<EncryptionState>;
}
