import { hkdfSync, randomBytes } from 'node:crypto';
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

/** A key for one purpose, made of a secret: hubs that share the secret have the same keys, and no key tells another. */
export function derivedKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `carrier ${purpose}`, 32));
}
