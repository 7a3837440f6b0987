/** AES-256-GCM of single values: what is sealed for one place opens there alone. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { FatalError } from '../errors.js';
import type { DataKey, KeyRing } from './key-ring.js';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const tokenBytes = 12;
const sealedText = /^enc1:([\w-]{1,32}):([\w+/]{38,}={0,2})$/;
const mark = Buffer.from('enc1:');
/** The mark, an id and its colon. */
const longestHead = 5 + 32 + 1;

export class Cipher {
  readonly ring: KeyRing;
  readonly #index: Buffer;

  /**
   * @param indexKey whose words the store has: tokens of another key find nothing. Absent: the current one.
   * @throws FatalError `config_invalid` when it is not in the ring.
   */
  constructor(ring: KeyRing, indexKey: string = ring.current.id) {
    const key = ring.get(indexKey);
    if (!key)
      throw new FatalError(
        'config_invalid',
        `The words of the database are under the key "${indexKey}", which is not in CARRIER_ENCRYPTION_KEYS. Put it back.`,
        { field: 'CARRIER_ENCRYPTION_KEYS' },
      );
    this.ring = ring;
    this.#index = key.index;
  }

  /**
   * `enc1:KEYID:base64(nonce, tag, ciphertext)`; another one each time, also of the same text.
   * @param context the place, as `collection|document id|field`: the value opens with the same one alone.
   * While encryption is turned off, the text as it is, unless it looks sealed.
   */
  seal(text: string, context: string): string {
    const { current, off } = this.ring;
    if (off && keyOf(text) === null) return text;
    return `enc1:${current.id}:${sealed(current, Buffer.from(text), context).toString('base64')}`;
  }

  /**
   * The text; one that is not sealed is given back as it is.
   * @throws FatalError `sealed_unreadable` when the key is not here, or it was altered or belongs to another place.
   */
  open(text: string, context: string): string {
    const [, id, body] = (text.startsWith('enc1:') && sealedText.exec(text)) || [];
    if (id === undefined) return text;
    return this.#opened(id, Buffer.from(body!, 'base64'), context).toString('utf8');
  }

  /** As `seal`, for bytes: `enc1:KEYID:` and the same three as they are. */
  sealBytes(bytes: Uint8Array, context: string): Buffer {
    const { current, off } = this.ring;
    if (off && keyOfBytes(bytes) === null) return bufferOf(bytes);
    return Buffer.concat([Buffer.from(`enc1:${current.id}:`), sealed(current, bytes, context)]);
  }

  /** As `open`. */
  openBytes(bytes: Uint8Array, context: string): Buffer {
    const given = bufferOf(bytes);
    const id = keyOfBytes(given);
    if (id === null) return given;
    return this.#opened(id, given.subarray(mark.length + id.length + 1), context);
  }

  /** Stands for a word in indexes: the same word has the same one, and only who has the key can make it. */
  token(word: string): string {
    return createHmac('sha256', this.#index)
      .update(word)
      .digest()
      .subarray(0, tokenBytes)
      .toString('base64url');
  }

  #opened(id: string, body: Buffer, context: string): Buffer {
    const key = this.ring.get(id);
    if (!key) throw unreadable(id, `That key is not in CARRIER_ENCRYPTION_KEYS: put it back.`);
    try {
      const decipher = createDecipheriv(algorithm, key.encrypt, body.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(body.subarray(nonceBytes, nonceBytes + tagBytes));
      return Buffer.concat([decipher.update(body.subarray(nonceBytes + tagBytes)), decipher.final()]);
    } catch {
      // Without its cause, which knows no more.
      throw unreadable(id, 'It was altered, or moved there from another place: restore it from a backup.');
    }
  }
}

/** The id of the key that a text is sealed under; null: it is not sealed. */
export function keyOf(text: string): string | null {
  return (text.startsWith('enc1:') && sealedText.exec(text)?.[1]) || null;
}

/** The same of bytes. */
export function keyOfBytes(bytes: Uint8Array): string | null {
  const given = bufferOf(bytes);
  if (!given.subarray(0, mark.length).equals(mark)) return null;
  const head = /^enc1:([\w-]{1,32}):/.exec(given.subarray(0, longestHead).toString('latin1'));
  return head && given.length >= head[0].length + nonceBytes + tagBytes ? head[1]! : null;
}

/** The same bytes, not a copy. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sealed({ encrypt }: DataKey, bytes: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, encrypt, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context));
  const data = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), data]);
}

/** The place is not in it: ids of people may be part of it. */
function unreadable(id: string, what: string): FatalError {
  return new FatalError(
    'sealed_unreadable',
    `A value sealed under the key "${id}" cannot be opened. ${what}`,
  );
}
