import { hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A secret of this installation, made on first use and kept in a file only its owner can read. */
export function secretFile(path: string, prefix: string): { secret: string; created: boolean } {
  if (existsSync(path)) {
    chmodSync(path, 0o600);
    const text = readFileSync(path, 'utf8');
    const secret = text.trim();
    // Whoever reads the file as a key reads all of it: an older version ended it with a newline.
    if (secret !== '' && secret !== text) writeDurably(path, secret);
    if (secret !== '') return { secret, created: false };
  }
  const secret = `${prefix}${randomBytes(32).toString('base64url')}`;
  writeDurably(path, secret);
  return { secret, created: true };
}

/** Whole or as it was, whatever happens meanwhile, and on the disk when it returns; for its owner alone. */
export function writeDurably(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Brings to the disk which files are in a folder. */
export function syncFolder(path: string): void {
  // Windows can open no folder, and keeps its entries by itself.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** A key for one purpose, made of a secret: hubs that share the secret have the same keys, and no key tells another. */
export function derivedKey(secret: string | Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `carrier ${purpose}`, 32));
}
