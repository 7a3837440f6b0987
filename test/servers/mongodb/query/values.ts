import { Binary, BSONRegExp, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { fail } from '../errors.js';

export type Doc = Record<string, unknown>;

/** The order of BSON types, as MongoDB compares values of different types. */
export const rank = {
  minKey: 1,
  empty: 4,
  nothing: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  boolean: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  maxKey: 127,
} as const;

export function isPlain(value: unknown): value is Doc {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function rankOf(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return rank.nothing;
    case 'number':
      return rank.number;
    case 'string':
      return rank.string;
    case 'boolean':
      return rank.boolean;
  }
  if (value === null) return rank.nothing;
  if (Array.isArray(value)) return rank.array;
  if (isPlain(value)) return rank.object;
  if (value instanceof Date) return rank.date;
  if (value instanceof ObjectId) return rank.objectId;
  if (value instanceof Binary) return rank.binary;
  if (value instanceof Timestamp) return rank.timestamp;
  if (value instanceof Long || value instanceof Int32 || value instanceof Double) return rank.number;
  if (value instanceof BSONRegExp) return rank.regex;
  const type = (value as { _bsontype?: string })._bsontype;
  if (type === 'MinKey') return rank.minKey;
  if (type === 'MaxKey') return rank.maxKey;
  return fail('NotImplemented', `this test server does not compare values of type ${type ?? typeof value}`);
}

export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Long) {
    const number = value.toNumber();
    if (!Number.isSafeInteger(number))
      fail('NotImplemented', 'this test server does not compare 64-bit integers beyond 2^53');
    return number;
  }
  return Number.NaN;
}

export function isNumber(value: unknown): boolean {
  return rankOf(value) === rank.number;
}

const view = new DataView(new ArrayBuffer(8));

/** Four code units that sort as the number does. */
function numberKey(value: number): string {
  if (Number.isNaN(value)) return '\u0000\u0000\u0000\u0000';
  view.setFloat64(0, value === 0 ? 0 : value);
  const flip = view.getUint16(0) & 0x8000 ? 0xffff : 0;
  return String.fromCharCode(
    view.getUint16(0) ^ (flip || 0x8000),
    view.getUint16(2) ^ flip,
    view.getUint16(4) ^ flip,
    view.getUint16(6) ^ flip,
  );
}

const beyondBasic = /[\ud800-\uffff]/;

/** JavaScript sorts strings by UTF-16 code unit, MongoDB by UTF-8 byte: surrogates move above U+FFFF. */
function codePointOrder(text: string): string {
  if (!beyondBasic.test(text)) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out += String.fromCharCode(unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
  }
  return out;
}

function stringKey(text: string): string {
  const ordered = codePointOrder(text);
  return `${ordered.includes('\0') ? ordered.replaceAll('\0', '\0\u0001') : ordered}\0\0`;
}

/**
 * A string that is equal for equal values and sorts as MongoDB sorts them. No key is a prefix of another,
 * so keys of several fields can be joined. Hash maps, sorted indexes, sorts and `$in` all use it.
 */
export function keyOf(value: unknown): string {
  const type = rankOf(value);
  const head = String.fromCharCode(type);
  switch (type) {
    case rank.number:
      return head + numberKey(toNumber(value));
    case rank.string:
      return head + stringKey(value as string);
    case rank.objectId:
      return head + (value as ObjectId).toHexString();
    case rank.boolean:
      return head + (value ? '\u0002' : '\u0001');
    case rank.date:
      return head + numberKey((value as Date).getTime());
    case rank.array: {
      let key = head;
      for (const item of value as unknown[]) key += keyOf(item);
      return `${key}\0`;
    }
    case rank.object: {
      let key = head;
      for (const [name, item] of Object.entries(value as Doc))
        key += String.fromCharCode(rankOf(item)) + stringKey(name) + keyOf(item);
      return `${key}\0`;
    }
    case rank.binary: {
      const binary = value as Binary;
      const kind = String.fromCharCode(binary.sub_type);
      return `${head}${numberKey(binary.length())}${kind}${binaryHex(binary)}\0`;
    }
    case rank.timestamp:
      return head + (value as Timestamp).toBigInt().toString(16).padStart(16, '0');
    case rank.regex:
      return head + stringKey((value as BSONRegExp).pattern) + stringKey((value as BSONRegExp).options);
    default:
      return head;
  }
}

export function binaryHex(binary: Binary): string {
  return Buffer.from(binary.buffer.buffer, binary.buffer.byteOffset, binary.length()).toString('hex');
}

export const missingKey = String.fromCharCode(rank.nothing);
export const emptyArrayKey = String.fromCharCode(rank.empty);

/** The same key for a field declared descending: every code unit turned round. */
export function descending(key: string): string {
  let out = '';
  for (let i = 0; i < key.length; i++) out += String.fromCharCode(0xffff - key.charCodeAt(i));
  return out;
}

export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number' && !Number.isNaN(a + b)) return a - b;
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  const left = keyOf(a);
  const right = keyOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string') return false;
  return rankOf(a) === rankOf(b) && keyOf(a) === keyOf(b);
}

/** Objects and arrays are copied, everything else is never changed in place and shared. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (!isPlain(value)) return value;
  const out: Doc = {};
  for (const key of Object.keys(value)) out[key] = clone(value[key]);
  return out as T;
}

/** As the shell would show it, for messages. */
export function show(value: unknown): string {
  if (value === undefined) return 'null';
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${binaryHex(value).toUpperCase()})`;
  if (Array.isArray(value)) return value.length ? `[ ${value.map(show).join(', ')} ]` : '[]';
  if (isPlain(value)) {
    const fields = Object.entries(value).map(([key, item]) => `${key}: ${show(item)}`);
    return fields.length ? `{ ${fields.join(', ')} }` : '{}';
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
