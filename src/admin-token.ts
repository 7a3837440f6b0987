/**
 * A hub's own token. The file holds it, for the CLI; the store holds its hash alone. Hubs that share a store, also those
 * of one machine, each have their own.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Tokens } from './access/tokens.js';
import type { Logger } from './logger.js';
import { secretFile } from './secret-file.js';
import { revocationNote } from './store/revocation.js';
import type { Store } from './store/store.js';

/** Between two looks at the file, in ms. */
const lookMs = 400;

export class AdminToken {
  /** `created`: on the first start of this data folder, or the first one after the old one was revoked. */
  readonly token: { secret: string; created: boolean };
  readonly #dataDir: string;
  readonly #path: string;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  private constructor(dataDir: string, token: AdminToken['token'], log: Logger) {
    this.#dataDir = dataDir;
    this.#path = adminTokenPath(dataDir);
    this.token = token;
    this.#log = log;
  }

  /** A deleted file means a new token and the end of the old one, and so does one whose token was revoked. */
  static async open(store: Store, dataDir: string, log: Logger): Promise<AdminToken> {
    const path = adminTokenPath(dataDir);
    const { tokens, notes } = store;
    const token = secretFile(path, 'carrier_');
    const hash = hashOf(token.secret);
    if (await revocationNote.in(notes, log).get(hash)) {
      rmSync(path);
      return AdminToken.open(store, dataDir, log);
    }
    const known = (await tokens.list()).some((record) => record.hash === hash);
    if (!known)
      await tokens.save({
        hash,
        name: nameOf(dataDir),
        role: 'admin',
        tenant: 'default',
        createdAt: Date.now(),
      });
    await endBefore(store, dataDir, hash, log);
    return new AdminToken(dataDir, token, log);
  }

  /** From now on it is revoked, in all hubs, once its file is gone or holds another. */
  watch(tokens: Tokens): void {
    this.#timer = setTimeout(async () => {
      if (await this.#isThere()) return this.watch(tokens);
      if (this.#stopped) return;
      try {
        await tokens.revokeOwn(nameOf(this.#dataDir), hashOf(this.token.secret));
        this.#log.warn(
          { file: this.#path },
          'the file of the admin token is gone or has another token: it is revoked, and the next start makes one',
        );
      } catch (err) {
        // This process takes it no more; the others are told once the store answers.
        this.#log.warn(
          { err },
          'the admin token, whose file is gone, could not be revoked; it is tried again',
        );
        this.watch(tokens);
      }
    }, lookMs).unref();
    if (this.#stopped) clearTimeout(this.#timer);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #isThere(): Promise<boolean> {
    try {
      return (await readFile(this.#path, 'utf8')).trim() === this.token.secret;
    } catch (error) {
      // What cannot be read just now is no deed of anybody's.
      return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    }
  }
}

/**
 * The token that this folder had before is dead, under whatever name: that of its record changes with the folder's and
 * the machine's.
 */
async function endBefore(
  { tokens, notes }: Store,
  dataDir: string,
  hash: string,
  log: Logger,
): Promise<void> {
  const path = join(dataDir, 'admin-token.sha256');
  const before = existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
  if (before === hash) return;
  if (before) {
    const record = (await tokens.list()).find((known) => known.hash === before);
    await revocationNote.in(notes, log).put(before, { name: record?.name ?? '', revokedAt: Date.now() });
    if (record) await tokens.remove(record.name);
  }
  writeFileSync(path, hash, { mode: 0o600, flush: true });
}

export function adminTokenPath(dataDir: string): string {
  return join(dataDir, 'admin-token');
}

function nameOf(dataDir: string): string {
  return `admin@${hostname()}:${dataDir}`;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
