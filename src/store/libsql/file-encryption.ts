import { statSync } from 'node:fs';
import type { DataKey, KeyRing } from '../../encryption/key-ring.js';
import type { Encryption, EncryptionState } from '../encryption.js';

/** Of a file that is under one key as a whole: `key-change.ts` has brought it there before anything else opened it. */
export class FileEncryption implements Encryption {
  readonly #file: string;
  readonly #key: DataKey | null;
  readonly #ring: KeyRing | null;

  constructor(file: string, key: DataKey | null, ring: KeyRing | null) {
    this.#file = file;
    this.#key = key;
    this.#ring = ring;
  }

  async status(): Promise<EncryptionState> {
    const current = this.#key?.id ?? null;
    const amount = statSync(this.#file).size;
    return {
      ...{ current, keys: this.#ring?.ids() ?? [], unit: 'bytes', under: [{ key: current, amount }] },
      rotation: { state: 'done', done: amount, total: amount, problem: null },
    };
  }

  /** There is never anything left to do. */
  rotate(): Promise<EncryptionState> {
    return this.status();
  }
}
