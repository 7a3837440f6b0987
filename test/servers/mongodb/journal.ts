import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { deserialize, serialize } from 'bson';
import type { JournalEntry } from './collection.js';
import type { Doc } from './query/values.js';

const HEAD = 8;
const CHUNK = 1_000_000;
export const readOptions = { bsonRegExp: true, promoteBuffers: false } as const;

/**
 * The data on disk: an append-only file of frames, each a length, a checksum and a BSON document with the
 * changes that belong together. A frame torn by a kill was never acknowledged, and is cut off at start.
 */
export class Journal {
  readonly #path: string;
  #file: FileHandle | undefined;
  #pending: Uint8Array[] = [];
  #waiting: (() => void)[] = [];
  #flushing = false;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, 'journal.bson');
  }

  /** All changes there are, frame by frame. */
  *replay(): Generator<JournalEntry[]> {
    if (!existsSync(this.#path)) return;
    const bytes = readFileSync(this.#path);
    let at = 0;
    while (at + HEAD <= bytes.length) {
      const length = bytes.readUInt32LE(at);
      const body = bytes.subarray(at + HEAD, at + HEAD + length);
      if (body.length < length || crc32(body) !== bytes.readUInt32LE(at + 4)) break;
      yield deserialize(body, readOptions).o as JournalEntry[];
      at += HEAD + length;
    }
    if (at < bytes.length) truncateSync(this.#path, at);
  }

  /** Replaces the file by one with only what is still true, so that it does not grow for ever. */
  compact(snapshot: Iterable<JournalEntry>): void {
    const fresh = `${this.#path}.new`;
    const file = openSync(fresh, 'w');
    let parts: Uint8Array[] = [];
    let size = 0;
    const write = () => {
      if (size) writeFileSync(file, Buffer.concat(parts));
      parts = [];
      size = 0;
    };
    for (const entry of snapshot) {
      const [head, body] = frame([entry]);
      parts.push(head, body);
      size += head.length + body.length;
      if (size > CHUNK) write();
    }
    write();
    fdatasyncSync(file);
    closeSync(file);
    renameSync(fresh, this.#path);
    const folder = openSync(dirname(this.#path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  async open(): Promise<void> {
    this.#file = await open(this.#path, 'a');
  }

  append(entries: JournalEntry[]): void {
    if (!entries.length) return;
    this.#pending.push(...frame(entries));
    if (!this.#flushing) void this.#flush();
  }

  /** Resolves when everything appended so far is on the disk. All who wait share one fsync. */
  async synced(): Promise<void> {
    if (!this.#pending.length && !this.#flushing) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    // The commands of this turn of the event loop go into the same write.
    await new Promise(setImmediate);
    while (this.#pending.length || this.#waiting.length) {
      const parts = this.#pending;
      const waiting = this.#waiting;
      this.#pending = [];
      this.#waiting = [];
      try {
        if (parts.length) {
          await this.#file!.appendFile(Buffer.concat(parts));
          await this.#file!.datasync();
        }
      } catch (error) {
        process.stderr.write(`the journal cannot be written: ${error}\n`);
        process.exit(1);
      }
      for (const resolve of waiting) resolve();
    }
    this.#flushing = false;
  }

  async close(): Promise<void> {
    await this.synced();
    await this.#file?.close();
  }
}

function frame(entries: JournalEntry[]): [Uint8Array, Uint8Array] {
  const body = serialize({ o: entries } as Doc);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt32LE(crc32(body), 4);
  return [head, body];
}
