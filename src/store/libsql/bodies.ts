/** Memories that searches have found, parsed: in a room in use, many are found again. */
import { LRUCache } from 'lru-cache';
import type { Memory } from '../../core/memory.js';
import { type Database, listOf } from './database.js';
import { memoryColumns, memoryItem, readMemories, stateOf, statusNumber } from './row.js';

/** Characters of all texts, and some hundred for what else a memory is. */
const most = 4_000_000;
const besidesText = 500;

export class Bodies {
  readonly #read;
  readonly #settled;
  readonly #memories: LRUCache<number, Memory>;

  constructor(db: Database, maxSize = most) {
    // They are frozen, so none grows.
    this.#memories = new LRUCache({
      maxSize,
      sizeCalculation: ({ content }) => content.text.length + besidesText,
    });
    this.#read = db.prepare(
      listOf(memoryItem, `select ${memoryColumns} from json_each(?) join memories on seq = value`),
    );
    this.#settled = db.prepare(
      listOf(
        `'[' || seq || ',' || status || ',' || json_quote(turn) || ']'`,
        `select seq, status, turn from json_each(?) join memories on seq = value
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
    const wanted = JSON.stringify(seqs);
    const settled = JSON.parse(this.#settled.value<string>(wanted)!) as [number, number, string | null][];
    const memories = new Map(settled.map(([seq]) => [seq, this.#memories.get(seq)]));
    const unknown = [...memories.keys()].filter((seq) => !memories.get(seq));
    if (unknown.length > 0) {
      for (const { seq, memory } of readMemories(this.#read.value<string>(JSON.stringify(unknown))!)) {
        memories.set(seq, memory);
        // It may take the place of another one that was found now.
        this.#memories.set(seq, memory);
      }
    }
    const found = new Map<number, Memory>();
    for (const [seq, status, turn] of settled) {
      const memory = memories.get(seq);
      if (memory) found.set(seq, stateOf(memory, status, turn));
    }
    return found;
  }

  /** Its text is another one now, or it is gone. */
  drop(seq: number): void {
    this.#memories.delete(seq);
  }
}
