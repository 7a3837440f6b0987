/** Memories that searches have found, parsed: in a room in use, many are found again. */
import { LRUCache } from 'lru-cache';
import type { Memory } from '../../core/memory.js';
import { type Database, listOf } from './database.js';
import { memoryColumns, memoryItem, readMemories, statusNumber } from './row.js';

/** Characters of all texts, and some hundred for what else a memory is. */
const most = 4_000_000;
const besidesText = 500;

export class Bodies {
  readonly #read;
  readonly #memories: LRUCache<number, Memory>;

  constructor(db: Database, maxSize = most) {
    // They are frozen, so none grows.
    this.#memories = new LRUCache({
      maxSize,
      sizeCalculation: ({ content }) => content.text.length + besidesText,
    });
    this.#read = db.prepare(
      listOf(
        memoryItem,
        `select ${memoryColumns} from json_each(?) join memories on seq = value
         where status <> ${statusNumber.pending}`,
      ),
    );
  }

  /** In characters. */
  get held(): number {
    return this.#memories.calculatedSize;
  }

  /** By their numbers, as they are now; without those that are pending or gone. */
  of(seqs: readonly number[]): Map<number, Memory> {
    const found = new Map<number, Memory>();
    const unknown: number[] = [];
    for (const seq of seqs) {
      // What is settled stays as it is, unless somebody tells of a change.
      const memory = this.#memories.get(seq);
      if (memory) found.set(seq, memory);
      else unknown.push(seq);
    }
    if (unknown.length > 0) {
      for (const { seq, memory } of readMemories(this.#read.value<string>(JSON.stringify(unknown))!)) {
        found.set(seq, memory);
        this.#memories.set(seq, memory);
      }
    }
    return found;
  }

  /** Its text is another one now, or it is gone. */
  drop(seq: number): void {
    this.#memories.delete(seq);
  }

  /** Something that was settled waits again, or what was written is not. */
  clear(): void {
    this.#memories.clear();
  }
}
