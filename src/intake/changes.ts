import type { InboundEdit } from '../core/inbound.js';
import type { Memory, SourceKey } from '../core/memory.js';
import { echoesOf, factsOf } from '../store/echoes.js';
import type { Forgotten } from '../store/forgotten.js';
import type { MemoryStore } from '../store/memory-store.js';
import { each } from '../store/paging.js';
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
  forgotten: Pick<Forgotten, 'note'>;
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
    const { memories, admits, limits, transform, waking, edited } = this.#parts;
    const memory = await memories.find(key);
    if (memory?.role !== 'user' || memory.author.id !== author.id) return false;
    const doer = { author, roles, home, trusted };
    if (!(await admits(memory, doer))) return false;
    const problem = textProblem({ text, attachments: [] }, limits);
    // All text may go where a picture stays, and an empty message harms nobody.
    if (problem?.code === 'text_too_long') throw problem;
    const changed = await transform(memory, text);
    const done =
      changed === null || memory.content.text === changed || (await memories.edit(memory.id, changed));
    if (done && changed !== null) await edited(memory);
    if (done && addressed && changed !== null) {
      const { content } = memory;
      await waking.wake({ ...memory, content: { ...content, text: changed } }, doer);
    }
    return done;
  }

  /**
   * Forgets it, also one of the agent's own, with its files, what the agent said in answer, and facts made of it; one
   * that waits is not answered. False: no such message here.
   */
  async remove(key: SourceKey): Promise<boolean> {
    const { pointers, proxies, forgotten } = this.#parts;
    if (await proxies.stays(key)) return true;
    const memory = await pointers.find(key);
    if (!memory) return false;
    proxies.gone(memory);
    await forgotten.note([memory]);
    // First, so that what is cut off is found again when the deletion is told again.
    const following = memory.role === 'user' ? await this.#following(memory) : [];
    if (following.length > 0) await this.#parts.memories.forget(following);
    return (await this.#parts.memories.forget([memory.id])) > 0;
  }

  /**
   * Ids of what goes with a message. What the agent said to others stays, also where it has the same words: nobody
   * takes away their answers by writing and deleting them.
   */
  async #following(memory: Memory): Promise<string[]> {
    const { agentId, scope, author } = memory;
    const own = new Set<string>();
    const found: Memory[] = [];
    for await (const one of each((page) => this.#parts.memories.inScope(agentId, scope, page))) {
      if (one.role === 'user' && one.author.id === author.id) own.add(one.id);
      found.push(...echoesOf([memory], [one]), ...factsOf(memory, [one]));
    }
    const isOwn = ({ kind, content }: Memory) =>
      kind === 'fact' || content.replyTo === null || own.has(content.replyTo);
    return found.filter(isOwn).map(({ id }) => id);
  }
}
