/** Memories that searches have found, parsed: in a room in use, many are found again. */
import { LRUCache } from 'lru-cache';
import type { Memory } from '../../core/memory.js';
import type { Found } from '../search.js';
import { type Database, listOf } from './database.js';
import { memoryColumns, memoryItem, readMemories, stateOf } from './row.js';
import type { Hit } from './search.js';

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
      listOf(memoryItem, `select ${memoryColumns} from json_each(?) join memories on seq = value`),
    );
  }

  /** In characters. */
  get held(): number {
    return this.#memories.calculatedSize;
  }

  /** In their order; without those that are gone. */
  of(hits: readonly Hit[]): Found[] {
    const memories = new Map(hits.map(([seq]) => [seq, this.#memories.get(seq)]));
    const unknown = [...memories.keys()].filter((seq) => !memories.get(seq));
    if (unknown.length > 0) {
      for (const { seq, memory } of readMemories(this.#read.value<string>(JSON.stringify(unknown))!)) {
        memories.set(seq, memory);
        // It may take the place of another one that was found now.
        this.#memories.set(seq, memory);
      }
    }
    return hits.flatMap(([seq, status, turn, score]) => {
      const memory = memories.get(seq);
      return memory ? [{ memory: stateOf(memory, status, turn), score }] : [];
    });
  }

  /** Its text is another one now, or it is gone. */
  drop(seq: number): void {
    this.#memories.delete(seq);
  }
}
