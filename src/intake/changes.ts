import type { Memory, SourceKey } from '../core/memory.js';
import type { MemoryStore } from '../store/memory-store.js';
import type { Pointers } from './pointers.js';
import { type TextLimits, textProblem } from './text.js';

/** A new text as the agent's plugins change it; null: it is not taken, and the old one stays. */
export type Transform = (memory: Memory, text: string) => Promise<string | null>;

/**
 * What people do to messages afterwards. An edit changes what is stored: a message that waits is answered as it is
 * then, one whose turn has begun is answered as it was, and neither makes a new turn.
 */
export class Changes {
  readonly #memories: MemoryStore;
  readonly #pointers: Pointers;
  readonly #limits: TextLimits;
  readonly #transform: Transform;

  constructor(memories: MemoryStore, pointers: Pointers, limits: TextLimits, transform: Transform) {
    this.#memories = memories;
    this.#pointers = pointers;
    this.#limits = limits;
    this.#transform = transform;
  }

  /** False: no such message of a person here. Throws `text_too_long`. */
  async edit(key: SourceKey, text: string): Promise<boolean> {
    const memory = await this.#memories.find(key);
    if (memory?.role !== 'user') return false;
    const problem = textProblem({ text, attachments: [] }, this.#limits);
    // All text may go where a picture stays, and an empty message harms nobody.
    if (problem?.code === 'text_too_long') throw problem;
    const changed = await this.#transform(memory, text);
    if (changed === null || memory.content.text === changed) return true;
    return this.#memories.edit(memory.id, changed);
  }

  /** Forgets it, also one of the agent's own; one that waits is not answered. False: no such message here. */
  async remove(key: SourceKey): Promise<boolean> {
    const memory = await this.#pointers.find(key);
    return memory !== null && (await this.#memories.forget([memory.id])) > 0;
  }
}
