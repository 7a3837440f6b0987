/** Erasures as a file of the data folder knows them, beside the database: that may be put back from before them. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FatalError } from '../errors.js';

const Tombstone = z.looseObject({
  id: z.string(),
  salt: z.string(),
  digests: z.array(z.string()),
  agentId: z.string().optional(),
  access: z.boolean(),
  at: z.number(),
});
export type Tombstone = z.infer<typeof Tombstone>;

const File = z.looseObject({ version: z.literal(1), erasures: z.array(Tombstone) });

export const tombstoneFile = 'erasures.json';

export class Tombstones {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, tombstoneFile);
  }

  /** @throws FatalError `config_invalid` where it cannot be read: whom to erase again would be guessed. */
  list(): Tombstone[] {
    if (!existsSync(this.#path)) return [];
    try {
      return File.parse(JSON.parse(readFileSync(this.#path, 'utf8'))).erasures;
    } catch (cause) {
      throw new FatalError(
        'config_invalid',
        `${this.#path} cannot be read, so nobody knows who was erased. Put it back as it was, or remove it if no backup from before an erasure was restored.`,
        { field: 'CARRIER_DATA_DIR', cause },
      );
    }
  }

  /** Durable when it returns. Those that are there stay as they are. */
  add(tombstones: readonly Tombstone[]): void {
    const there = this.list();
    const known = new Set(there.map(({ id }) => id));
    const news = tombstones.filter(({ id }) => !known.has(id));
    if (news.length === 0) return;
    const draft = `${this.#path}.${process.pid}`;
    const text = JSON.stringify({ version: 1, erasures: [...there, ...news] }, null, 1);
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    renameSync(draft, this.#path);
  }
}
