/** The keys that secrets are sealed with: a setting's, or one of the data folder's own. */
import { createHash, scrypt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../config.js';
import { Kept } from '../core/kept.js';
import { FatalError } from '../errors.js';
import { hideValue } from '../redaction.js';
import { derivedKey, secretFile } from '../secret-file.js';

export interface Key {
  /** Stored with what it has sealed; tells nothing of the key. */
  id: string;
  bytes: Buffer;
}

/** 32 random bytes, as `openssl rand` writes them. */
const randomKey = /^(?:[\da-f]{64}|[\w+/-]{43}=?)$/i;
/** 32 MiB and about 100 ms: a passphrase that can be remembered must be slow to guess. */
const scryptCost = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 };

export class SecretKeys {
  readonly #setting: string | undefined;
  readonly #old: readonly string[];
  /** Null in hubs that share a database: what they seal, the others must be able to open. */
  readonly #file: string | null;
  readonly #derived = new Kept<Key>();

  constructor({
    secretKey: { key, old },
    dataDir,
    cluster,
  }: Pick<Config, 'secretKey' | 'dataDir' | 'cluster'>) {
    this.#setting = key;
    this.#old = old;
    this.#file = cluster ? null : join(dataDir, 'secret-key');
    for (const text of [...old, ...(key ? [key] : [])]) hideValue(text);
  }

  /** What seals from now on; null when there is none yet. */
  async current(): Promise<Key | null> {
    const text = this.#setting ?? this.#inFile();
    return text === undefined ? null : this.#keyOf(text);
  }

  async withId(id: string): Promise<Key | undefined> {
    const texts = [this.#setting, this.#inFile(), ...this.#old].filter((text) => text !== undefined);
    return (await Promise.all(texts.map((text) => this.#keyOf(text)))).find((key) => key.id === id);
  }

  /**
   * The data folder's own, on disk when this resolves.
   * @throws FatalError `config_invalid` in a hub that shares its database.
   */
  make(): Promise<Key> {
    if (this.#file) return this.#keyOf(secretFile(this.#file, '').secret);
    throw new FatalError(
      'config_invalid',
      'Hubs that share a database seal secrets with a key that they share: set CARRIER_SECRET_KEY in all of them, ' +
        'for example to what `openssl rand -base64 32` prints.',
      { field: 'CARRIER_SECRET_KEY' },
    );
  }

  /** What is wrong when `withId` finds nothing, and what to do. */
  missing(id: string): string {
    const place = this.#file ? `, or put back ${this.#file}` : ' in all hubs that share the database';
    return `its key (${id || 'unknown'}) is not here. Set CARRIER_SECRET_KEY or CARRIER_SECRET_KEY_OLD to it${place}`;
  }

  #inFile(): string | undefined {
    if (!this.#file || !existsSync(this.#file)) return undefined;
    try {
      return readFileSync(this.#file, 'utf8').trim() || undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new FatalError(
        'config_invalid',
        `the key of the secrets, ${this.#file}, cannot be read (${code})`,
      );
    }
  }

  #keyOf(text: string): Promise<Key> {
    return this.#derived.get(text, () => derive(text));
  }
}

/** Hex and base64 of the same bytes are the same key. */
async function derive(text: string): Promise<Key> {
  const secret = randomKey.test(text)
    ? Buffer.from(text, text.length === 64 ? 'hex' : 'base64')
    : ((await promisify<string, string, number, typeof scryptCost, Buffer>(scrypt)(
        text,
        'carrier secret key',
        32,
        scryptCost,
      )) as Buffer);
  const bytes = derivedKey(secret, 'secrets');
  return {
    id: createHash('sha256').update('carrier key id').update(bytes).digest('hex').slice(0, 12),
    bytes,
  };
}
