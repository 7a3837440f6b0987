/**
 * The words of some memories of one scope, as numbers: small to keep and fast to walk through. Four bytes a word,
 * twenty-eight a memory. Of a word there is only a hash: two that share one are taken for each other, which once in
 * thousands of searches finds something odd, but never misses anything.
 */
import { indexedText } from '../../core/indexed-text.js';
import type { Memory } from '../../core/memory.js';
import { termsOf } from '../words.js';
import { kindNumber } from './row.js';

/** Memories, or numbers, of a segment that is full; only then is it saved. */
const perSegment = 256;
const mostNumbers = 32_000;

/**
 * Numbers in front of each memory's terms: its seq, its kind (and `byAgent`), its room, when it was made (in seconds),
 * two hashes of its id, and how many terms follow.
 */
export const headLength = 7;
/** Added to the kind of what the agent has said itself. */
export const byAgent = 1 << 8;

/** A memory with its number, and the number of its room. */
export interface Worded {
  seq: number;
  room: number;
  memory: Pick<Memory, 'id' | 'kind' | 'role' | 'author' | 'content' | 'chunk' | 'createdAt'>;
}

export class Segment {
  numbers: Int32Array;
  /** How many of `numbers` are in use. */
  used = 0;
  /** Memories. */
  count = 0;
  /** Seq of the youngest memory. */
  last = 0;

  constructor(numbers = new Int32Array(256)) {
    this.numbers = numbers;
  }

  /** What `bytes` gave. */
  static read(bytes: Uint8Array): Segment {
    const segment = new Segment(new Int32Array(new Uint8Array(bytes).buffer));
    const { numbers } = segment;
    for (; segment.used < numbers.length; segment.count++) {
      segment.last = numbers[segment.used]!;
      segment.used += headLength + numbers[segment.used + headLength - 1]!;
    }
    return segment;
  }

  get first(): number {
    return this.numbers[0]!;
  }

  get full(): boolean {
    return this.count >= perSegment || this.used >= mostNumbers;
  }

  add({ seq, room, memory }: Worded): void {
    const { id, kind, role, createdAt } = memory;
    const terms = termsOf(indexedText(memory));
    this.#makeRoomFor(headLength + terms.length);
    const flags = kindNumber[kind] | (role === 'assistant' ? byAgent : 0);
    const at = Math.floor(createdAt / 1000);
    this.numbers.set([seq, flags, room, at, ...idHashes(id), terms.length], this.used);
    this.used += headLength;
    for (const term of terms) this.numbers[this.used++] = hashOf(term);
    this.count++;
    this.last = seq;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.numbers.buffer, 0, this.used * Int32Array.BYTES_PER_ELEMENT);
  }

  #makeRoomFor(more: number): void {
    if (this.used + more <= this.numbers.length) return;
    const grown = new Int32Array(Math.ceil(1.5 * (this.used + more)));
    grown.set(this.numbers);
    this.numbers = grown;
  }
}

/** 32 bits (FNV-1a, and the last mixing of MurmurHash3, for the low bits choose a place in tables). */
export function hashOf(text: string, seed = 0x811c9dc5): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** Of ids there are two hashes: one that is taken for another would be left out. */
export function idHashes(id: string): [number, number] {
  return [hashOf(id), hashOf(id, 0x9747b28c)];
}
