import type { InboundEdit } from '../core/inbound.js';
import type { Memory, SourceKey } from '../core/memory.js';
import type { Forgetting } from '../memory/forgetting/forgetting.js';
import { withoutSecrets } from '../memory/secrets.js';
import type { MemoryStore } from '../store/memory-store.js';
import type { Admits } from './afterwards.js';
import type { Pointers } from './pointers.js';
import type { Proxies } from './proxies.js';
import { type TextLimits, textProblem } from './text.js';
import type { Waking } from './waking.js';

/** A new text as the agent's plugins change it; null: it is not taken, and the old one stays. */
export type Transform = (memory: Memory, text: string) => Promise<string | null>;

export interface ChangesParts {
  memories: MemoryStore;
  pointers: Pointers;
  admits: Admits;
  forgetting: Pick<Forgetting, 'deleted' | 'edited'>;
  proxies: Pick<Proxies, 'stays' | 'gone'>;
  limits: TextLimits;
  transform: Transform;
  waking: Waking;
  /** Called when a message has another text. */
  edited(memory: Memory): Promise<void> | void;
}

/**
 * What people do to messages afterwards. An edit changes what is stored: a message that waits is answered as it is
 * then, one whose turn has begun is answered as it was, and neither makes a new turn. Talk that was only kept, and now
 * names the agent, is answered once. An edit passes the gate as its author; a deletion is never refused.
 */
export class Changes {
  readonly #parts: ChangesParts;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
  }

  /**
   * False: no such message of theirs here, or the gate refuses them now. `trusted`: as in `settingsFor`. Throws
   * `text_too_long`.
   */
  async edit(
    { key, text, author, roles, home, addressed = false }: InboundEdit,
    trusted = false,
  ): Promise<boolean> {
    const { memories, forgetting, admits, limits, transform, waking, edited } = this.#parts;
    const memory = await memories.find(key);
    if (memory?.role !== 'user' || memory.author.id !== author.id) return false;
    const doer = { author, roles, home, trusted };
    if (!(await admits(memory, doer))) return false;
    const problem = textProblem({ text, attachments: [] }, limits);
    // All text may go where a picture stays, and an empty message harms nobody.
    if (problem?.code === 'text_too_long') throw problem;
    const transformed = await transform(memory, text);
    // A turn that is to come blanks them out when it is done.
    const isSettled = memory.status !== 'pending' && !addressed;
    const changed = transformed !== null && isSettled ? withoutSecrets(transformed) : transformed;
    const done =
      changed === null || memory.content.text === changed || (await memories.edit(memory.id, changed));
    if (done && changed !== null) {
      if (changed !== memory.content.text) await forgetting.edited(memory, changed);
      await edited(memory);
    }
    if (done && addressed && changed !== null) {
      const { content } = memory;
      await waking.wake({ ...memory, content: { ...content, text: changed } }, doer);
    }
    return done;
  }

  /**
   * Forgets it, also one of the agent's own, with what was made of it (`Forgetting.deleted`); one that waits is not
   * answered. False: no such message here.
   */
  async remove(key: SourceKey): Promise<boolean> {
    const { pointers, proxies, forgetting } = this.#parts;
    if (await proxies.stays(key)) return true;
    const memory = await pointers.find(key);
    if (!memory) return false;
    proxies.gone(memory);
    return forgetting.deleted(memory);
  }
}
