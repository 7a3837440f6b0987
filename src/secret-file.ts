import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A secret of this installation, made on first use and kept in a file only its owner can read. */
export function secretFile(path: string, prefix: string): { secret: string; created: boolean } {
  if (existsSync(path)) {
    chmodSync(path, 0o600);
    const secret = readFileSync(path, 'utf8').trim();
    if (secret !== '') return { secret, created: false };
  }
  const secret = `${prefix}${randomBytes(32).toString('base64url')}`;
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return { secret, created: true };
}
