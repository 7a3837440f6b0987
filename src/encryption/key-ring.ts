/**
 * The keys that stored data is encrypted under: 32 bytes each, under names of the operator's. New data goes under the first
 * of them; the others open what was encrypted before.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FatalError } from '../errors.js';
import { hideValue } from '../redaction.js';
import { derivedKey } from '../secret-file.js';
import { printedKeys } from './key-command.js';

/** A key of the ring, and the keys for single purposes that are made of it: none of them tells another. */
export interface DataKey {
  /** Stored with what it has encrypted. */
  id: string;
  /** 32 bytes, for values. */
  encrypt: Buffer;
  /** 32 bytes, for words that are searched for. */
  index: Buffer;
  /** For a database file as a whole: a passphrase of 64 hexadecimal digits. */
  file: string;
  /** Stored in the clear, to tell this key from another one of the same id. */
  check: string;
}

export interface KeyRing {
  /** What encrypts from now on. */
  readonly current: DataKey;
  get(id: string): DataKey | null;
  /** The current one first. */
  ids(): string[];
  /** Data is to be in the clear again: keys only open what is not yet. */
  readonly off: boolean;
}

/** A key as the head of a store names it. */
export type KeyMark = Pick<DataKey, 'id' | 'check'>;

const field = 'CARRIER_ENCRYPTION_KEYS';
const keyLine = /^([\w-]{1,32}):(?:([\da-f]{64})|([\w+/-]{43}=?))$/i;

/**
 * @param setting CARRIER_ENCRYPTION_KEYS: keys as `id:base64`, separated by commas or ends of lines, after `off` where data
 * is to be in the clear again; `file:PATH` or `command:PROGRAM ARGUMENTS` has the same elsewhere. Undefined: nothing is
 * encrypted, nor was.
 * @throws FatalError `config_invalid` when there is no usable key there; no key is in the message.
 */
export function keyRingOf(setting: string | undefined): KeyRing | null {
  const text = setting?.trim();
  if (!text) return null;
  const [, kind, place = ''] = /^(file|command):\s*(\S[^\n]*)$/.exec(text) ?? [];
  // `file:` and 32 bytes in base64 could be a path as well; it is taken for one.
  const lines = (
    kind === 'file' ? keysInFile(place) : kind === 'command' ? printedKeys(place, invalid) : text
  )
    .split(/[,\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const off = lines[0] === 'off';
  if (off) lines.shift();
  const keys = new Map<string, DataKey>();
  lines.forEach((line, at) => {
    const [, id, hex, base64] = keyLine.exec(line) ?? [];
    // Not the line: it may be a key.
    if (id === undefined) throw invalid(`key ${at + 1} is not ID:KEY, where KEY is 32 bytes in base64`);
    if (keys.has(id)) throw invalid(`the id "${id}" is there twice`);
    hideValue(line.slice(id.length + 1));
    const key = dataKey(id, hex ? Buffer.from(hex, 'hex') : Buffer.from(base64!, 'base64'));
    for (const other of keys.values())
      if (other.check === key.check) throw invalid(`"${other.id}" and "${id}" are the same key`);
    keys.set(id, key);
  });
  const [current] = keys.values();
  if (!current) throw invalid('no key is there');
  return { current, get: (id) => keys.get(id) ?? null, ids: () => [...keys.keys()], off };
}

/**
 * Of a store whose head names keys: that all of them are here, before anything is changed.
 * @param used in use by data, or to be used by it.
 * @param where what the head belongs to, for people: "the database carrier".
 * @throws FatalError `config_invalid`, field CARRIER_ENCRYPTION_KEYS.
 */
export function assertKeys(ring: KeyRing | null, used: readonly KeyMark[], where: string): void {
  if (used.length > 0 && !ring)
    throw refusal(
      `${where} is encrypted (key ${used.map(({ id }) => `"${id}"`).join(', ')}), and ${field} is not set. Set it as it was.`,
    );
  for (const { id, check } of used) {
    const key = ring?.get(id);
    if (!key)
      throw refusal(
        `${where} has data under the key "${id}", which is not in ${field} (there: ${ring?.ids().join(', ')}). Put it back, ` +
          'after the current one; it may go when `carrier encryption status` names it no more.',
      );
    if (key.check !== check)
      throw refusal(`${where} has data under another key of the id "${id}". Put that one back in ${field}.`);
  }
}

function dataKey(id: string, secret: Buffer): DataKey {
  return {
    id,
    encrypt: derivedKey(secret, 'data encryption'),
    index: derivedKey(secret, 'data index'),
    file: derivedKey(secret, 'data file').toString('hex'),
    check: createHash('sha256').update(derivedKey(secret, 'data check')).digest('hex').slice(0, 16),
  };
}

function keysInFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function invalid(problem: string): FatalError {
  return refusal(`${field} cannot be used: ${problem}. \`openssl rand -base64 32\` makes a key.`);
}

function refusal(message: string): FatalError {
  return new FatalError('config_invalid', message, { field });
}
