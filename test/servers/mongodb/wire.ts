import { deserialize, serialize } from 'bson';
import { fail } from './errors.js';
import { readOptions } from './journal.js';
import type { Doc } from './query/values.js';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const MAX_MESSAGE = 48_000_000;

const CHECKSUM = 1;
const MORE_TO_COME = 2;
const EXHAUST_ALLOWED = 0x10000;
const REQUIRED_FLAGS = 0xffff;

export interface Message {
  requestId: number;
  command: Doc;
  /** The client takes further answers without asking. */
  exhaust: boolean;
  /** The client wants no answer. */
  silent: boolean;
  legacy: boolean;
}

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  #bytes: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Message> {
    this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, chunk]) : chunk;
    while (this.#bytes.length >= 16) {
      const length = this.#bytes.readInt32LE(0);
      if (length < 16 || length > MAX_MESSAGE) throw new Error(`a message of ${length} bytes`);
      if (this.#bytes.length < length) return;
      const message = this.#bytes.subarray(0, length);
      this.#bytes = this.#bytes.subarray(length);
      yield decode(message);
    }
  }
}

function decode(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4);
  const opcode = bytes.readInt32LE(12);
  if (opcode === OP_MSG) return decodeMsg(bytes, requestId);
  if (opcode === OP_QUERY) return decodeQuery(bytes, requestId);
  throw new Error(`opcode ${opcode} is not supported`);
}

function decodeMsg(bytes: Buffer, requestId: number): Message {
  const flags = bytes.readUInt32LE(16);
  if (flags & REQUIRED_FLAGS & ~(CHECKSUM | MORE_TO_COME)) throw new Error(`unknown OP_MSG flags ${flags}`);
  const end = bytes.length - (flags & CHECKSUM ? 4 : 0);
  let at = 20;
  let command: Doc | undefined;
  const sequences: Doc = {};
  while (at < end) {
    const kind = bytes[at++];
    const size = bytes.readInt32LE(at);
    const section = bytes.subarray(at, at + size);
    at += size;
    if (kind === 0) command = document(section);
    else if (kind === 1) {
      const name = section.indexOf(0, 4);
      sequences[section.toString('utf8', 4, name)] = documents(section.subarray(name + 1));
    } else throw new Error(`unknown OP_MSG section kind ${kind}`);
  }
  if (!command) throw new Error('an OP_MSG without a body');
  return {
    requestId,
    command: Object.assign(command, sequences),
    exhaust: (flags & EXHAUST_ALLOWED) !== 0,
    silent: (flags & MORE_TO_COME) !== 0,
    legacy: false,
  };
}

/** Only the first hello of a connection still comes this way. */
function decodeQuery(bytes: Buffer, requestId: number): Message {
  const end = bytes.indexOf(0, 20);
  const namespace = bytes.toString('utf8', 20, end);
  const query = document(bytes.subarray(end + 9));
  const name = Object.keys(query)[0] ?? '';
  if (!namespace.endsWith('.$cmd') || !['hello', 'isMaster', 'ismaster'].includes(name))
    fail(352, `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`);
  return {
    requestId,
    command: { ...query, $db: namespace.slice(0, -5) },
    exhaust: false,
    silent: false,
    legacy: true,
  };
}

function document(bytes: Buffer): Doc {
  return deserialize(bytes, { ...readOptions, allowObjectSmallerThanBufferSize: true }) as Doc;
}

function documents(bytes: Buffer): Doc[] {
  const out: Doc[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) out.push(document(bytes.subarray(at)));
  return out;
}

let nextId = 1;

/** @param more another answer to the same message will follow, which answers this one */
export function encode(message: Pick<Message, 'requestId' | 'legacy'>, reply: Doc, more = false): Buffer {
  const body = serialize(reply, { ignoreUndefined: true });
  const extra = message.legacy ? 20 : 5;
  const head = Buffer.alloc(16 + extra);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(nextId++ & 0x7fffffff, 4);
  head.writeInt32LE(message.requestId, 8);
  head.writeInt32LE(message.legacy ? OP_REPLY : OP_MSG, 12);
  if (more) head.writeUInt32LE(MORE_TO_COME, 16);
  if (message.legacy) {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return Buffer.concat([head, body]);
}

export function idOf(bytes: Buffer): number {
  return bytes.readInt32LE(4);
}
