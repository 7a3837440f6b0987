/**
 * The words of some memories of one scope, as numbers: small to keep and fast to walk through. Four bytes a word,
 * twenty a memory. Of a word there is only a hash: two that share one are taken for each other, which once in
 * thousands of searches finds something odd, but never misses anything.
 */
import { termsOf } from '../words.js';

/** Memories, or numbers, of a segment that is full; only then is it saved. */
const perSegment = 256;
const mostNumbers = 32_000;

/** Numbers in front of each memory's terms: its seq, its kind, two hashes of its id, and how many terms follow. */
export const headLength = 5;

export interface Worded {
  seq: number;
  id: string;
  kind: number;
  text: string;
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

  add({ seq, id, kind, text }: Worded): void {
    const terms = termsOf(text);
    this.#makeRoomFor(headLength + terms.length);
    this.numbers.set([seq, kind, ...idHashes(id), terms.length], this.used);
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
