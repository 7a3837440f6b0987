/**
 * Documents as they are encrypted, field by field (`sealed-fields.ts`), and as they are read: the one place where that
 * happens, below everything else here (`sealed-collection.ts`).
 *
 * A sealed value is a `Binary` of the subtype for users' own data, which no value in the clear is: what somebody wrote is
 * never taken for one. Values in the clear are read as they are, so a database may be mixed.
 *
 * - **`key`**: the key under which a document was written as a whole; absent: before there was encryption.
 * - **`keys`**: those under which parts of it were written since.
 *
 * Terms are keyed hashes. Their key goes with the document's, so that a key that is given up is used for nothing.
 */
import { LRUCache } from 'lru-cache';
import { Binary, type Document } from 'mongodb';
import { Cipher } from '../../encryption/cipher.js';
import type { KeyRing } from '../../encryption/key-ring.js';
import { FatalError } from '../../errors.js';
import { changed, type SealedName } from './sealed-fields.js';

/** Which keys a document says. */
export interface Keyed {
  key?: string;
  keys?: string[];
}

/** Of the encryption of a database, what whoever reads and writes must know. */
export interface KeysInUse {
  /** What is written goes under it. */
  current: string;
  /** All that data may be under. */
  ids: readonly string[];
  /** Some may be in the clear. */
  clear: boolean;
}

/** What the protocol calls "user defined". */
const subtype = 128;

/** Updates that write no value of ours. */
const harmless = new Set(['$set', '$unset', '$inc', '$max', '$addToSet']);

const mostTokens = 20_000;

export class Sealing {
  readonly #ring: KeyRing;
  readonly #ciphers = new Map<string, Cipher>();
  readonly #tokens = new LRUCache<string, string>({ max: mostTokens });
  #inUse: KeysInUse;

  /** The keys in use are in the ring. */
  constructor(ring: KeyRing, inUse: KeysInUse) {
    this.#ring = ring;
    this.#inUse = inUse;
  }

  get inUse(): KeysInUse {
    return this.#inUse;
  }

  /** The id of the key that what is written goes under. */
  get current(): string {
    return this.#inUse.current;
  }

  /** What is known of the keys now. */
  adopt(inUse: KeysInUse): void {
    this.#inUse = inUse;
  }

  /** A document to be written as a whole; a copy. */
  document<T extends Document>(collection: SealedName, document: T, _id: unknown = document._id): T & Keyed {
    const sealed: Document = changed<Document>(collection, '', document, (value, path) =>
      this.#seal(value, collection, _id, path),
    );
    if (sealed.terms) sealed.terms = this.tokens(sealed.terms);
    delete sealed.keys;
    return { ...(sealed as T), key: this.current };
  }

  /** An update of what the filter finds; that names the document where something is sealed. */
  update(collection: SealedName, { _id }: Document, update: Document): Document {
    const odd = Object.keys(update).find((operator) => !harmless.has(operator));
    if (odd !== undefined) throw new FatalError('internal', `No update of "${collection}" may use ${odd}.`);
    let written = false;
    const set = Object.entries(update.$set ?? {}).map(([at, value]): [string, unknown] => {
      if (at === 'terms') {
        written = true;
        return [at, this.tokens(value as string[])];
      }
      const sealed = changed(collection, at, value, (part, path) => {
        if (!isNothing(part)) written = true;
        return this.#seal(part, collection, _id, path);
      });
      return [at, sealed];
    });
    if (!written) return update;
    return {
      ...{ ...update, $set: Object.fromEntries(set) },
      $addToSet: { ...update.$addToSet, keys: this.current },
    };
  }

  /**
   * As it was before it was sealed.
   * @throws FatalError `sealed_unreadable`, also for a value that was sealed for another place.
   */
  open<T extends Document>(collection: SealedName, document: T): T {
    return changed(collection, '', document, (value, path) => {
      if (!isSealed(value)) return value;
      const place = placeOf(collection, document._id, path);
      const bytes = this.#of(this.current).openBytes(value.value() as Uint8Array, place);
      return path === 'bytes' ? new Binary(bytes) : JSON.parse(bytes.toString('utf8'));
    });
  }

  /** Terms as they are stored under a key. */
  tokens(terms: readonly string[], id = this.current): string[] {
    const cipher = this.#of(id);
    return terms.map((term) => {
      const name = `${id} ${term}`;
      let token = this.#tokens.get(name);
      if (token === undefined) {
        // Hexadecimal: no analyzer parts it, nor takes it for another one in lower case.
        token = `t${Buffer.from(cipher.token(term), 'base64url').toString('hex')}`;
        this.#tokens.set(name, token);
      }
      return token;
    });
  }

  /** Terms in every form in which they may be stored. */
  sought(terms: readonly string[]): string[] {
    const { current, ids, clear } = this.#inUse;
    const earlier = ids.filter((id) => id !== current);
    return [
      ...this.tokens(terms),
      ...earlier.flatMap((id) => this.tokens(terms, id)),
      ...(clear ? terms : []),
    ];
  }

  /** Nothing of it is in the clear or under an earlier key. */
  isCurrent({ key, keys = [] }: Keyed): boolean {
    return key === this.current && keys.every((one) => one === key);
  }

  #seal(value: unknown, collection: SealedName, _id: unknown, path: string): unknown {
    if (isNothing(value) || isSealed(value)) return value;
    const bytes =
      value instanceof Binary ? (value.value() as Uint8Array) : Buffer.from(JSON.stringify(value));
    const sealed = this.#of(this.current).sealBytes(bytes, placeOf(collection, _id, path));
    return new Binary(sealed, subtype);
  }

  /** Writes under this key, and reads what is under any. */
  #of(id: string): Cipher {
    const known = this.#ciphers.get(id);
    if (known) return known;
    const ring = this.#ring;
    const under = { current: ring.get(id)!, get: ring.get, ids: ring.ids, off: false };
    const cipher = new Cipher(under, id);
    this.#ciphers.set(id, cipher);
    return cipher;
  }
}

function isSealed(value: unknown): value is Binary {
  return value instanceof Binary && value.sub_type === subtype;
}

/** There is nothing to hide. */
export function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** A copy in the archive is the same document. */
function placeOf(collection: SealedName, _id: unknown, path: string): string {
  if (typeof _id !== 'string')
    throw new FatalError('internal', `Nobody can tell of which document of "${collection}" ${path} is.`);
  return `${collection === 'archive' ? 'memories' : collection}|${_id}|${path}`;
}
