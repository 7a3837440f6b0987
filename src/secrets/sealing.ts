/** AES-256-GCM: what is sealed under a key and a name opens under both of them alone. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { newId } from '../core/ids.js';
import { FatalError } from '../errors.js';
import { hideValue } from '../redaction.js';
import type { SealedSecret } from '../store/secret-store.js';
import type { Key, SecretKeys } from './keys.js';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** With a fresh nonce and a fresh version each time. */
export function seal({ id, bytes }: Key, name: string, value: string): SealedSecret {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, bytes, nonce).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return {
    version: newId(),
    setAt: Date.now(),
    key: id,
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
}

/** From now on logs hide the value. @throws FatalError `config_invalid`, naming the secret and the fix. */
export async function open(keys: SecretKeys, name: string, sealed: SealedSecret): Promise<string> {
  const key = await keys.withId(sealed.key);
  if (!key) throw invalid(`the secret "${name}" cannot be opened: ${keys.missing(sealed.key)}`, name);
  const value = opened(key, name, sealed);
  // No cause: it knows no more, and this way no part of a value can be in it.
  if (value === null)
    throw invalid(`the secret "${name}" was altered in the store, or belongs to another name`, name);
  hideValue(value);
  return value;
}

/** Null: it was altered, or sealed under another name or key. */
export function opened({ bytes }: Key, name: string, sealed: SealedSecret): string | null {
  const [nonce, tag, data] = [sealed.nonce, sealed.tag, sealed.data].map((text) =>
    Buffer.from(text, 'base64'),
  ) as [Buffer, Buffer, Buffer];
  try {
    const decipher = createDecipheriv(algorithm, bytes, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
    return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function invalid(problem: string, name: string): FatalError {
  return new FatalError('config_invalid', `${problem}. Or set it again: carrier secrets set ${name}`);
}
