import type { InboundEdit } from '../core/inbound.js';
import type { Memory, SourceKey } from '../core/memory.js';
import { echoesOf, factsOf } from '../store/echoes.js';
import type { Forgotten } from '../store/forgotten.js';
import type { MemoryStore } from '../store/memory-store.js';
import { each } from '../store/paging.js';
import type { Admits } from './afterwards.js';
import type { Pointers } from './pointers.js';
import { type TextLimits, textProblem } from './text.js';

/** A new text as the agent's plugins change it; null: it is not taken, and the old one stays. */
export type Transform = (memory: Memory, text: string) => Promise<string | null>;

export interface ChangesParts {
  memories: MemoryStore;
  pointers: Pointers;
  admits: Admits;
  forgotten: Pick<Forgotten, 'note'>;
  limits: TextLimits;
  transform: Transform;
}

/**
 * What people do to messages afterwards. An edit changes what is stored: a message that waits is answered as it is
 * then, one whose turn has begun is answered as it was, and neither makes a new turn. An edit passes the gate as its
 * author; a deletion is never refused.
 */
export class Changes {
  readonly #memories: MemoryStore;
  readonly #pointers: Pointers;
  readonly #admits: Admits;
  readonly #forgotten: Pick<Forgotten, 'note'>;
  readonly #limits: TextLimits;
  readonly #transform: Transform;

  constructor({ memories, pointers, admits, forgotten, limits, transform }: ChangesParts) {
    this.#forgotten = forgotten;
    this.#memories = memories;
    this.#pointers = pointers;
    this.#admits = admits;
    this.#limits = limits;
    this.#transform = transform;
  }

  /**
   * False: no such message of theirs here, or the gate refuses them now. `trusted`: as in `settingsFor`. Throws
   * `text_too_long`.
   */
  async edit({ key, text, author, roles = [], home }: InboundEdit, trusted = false): Promise<boolean> {
    const memory = await this.#memories.find(key);
    if (memory?.role !== 'user' || memory.author.id !== author.id) return false;
    const doer = { author, roles, home, rolesUnknown: roles.length === 0, trusted };
    if (!(await this.#admits(memory, doer))) return false;
    const problem = textProblem({ text, attachments: [] }, this.#limits);
    // All text may go where a picture stays, and an empty message harms nobody.
    if (problem?.code === 'text_too_long') throw problem;
    const changed = await this.#transform(memory, text);
    if (changed === null || memory.content.text === changed) return true;
    return this.#memories.edit(memory.id, changed);
  }

  /**
   * Forgets it, also one of the agent's own, with its files, what the agent said in answer, and facts made of it; one
   * that waits is not answered. False: no such message here.
   */
  async remove(key: SourceKey): Promise<boolean> {
    const memory = await this.#pointers.find(key);
    if (!memory) return false;
    await this.#forgotten.note([memory]);
    // First, so that what is cut off is found again when the deletion is told again.
    const following = memory.role === 'user' ? await this.#following(memory) : [];
    if (following.length > 0) await this.#memories.forget(following);
    return (await this.#memories.forget([memory.id])) > 0;
  }

  /**
   * Ids of what goes with a message. What the agent said to others stays, also where it has the same words: nobody
   * takes away their answers by writing and deleting them.
   */
  async #following(memory: Memory): Promise<string[]> {
    const { agentId, scope, author } = memory;
    const own = new Set<string>();
    const found: Memory[] = [];
    for await (const one of each((page) => this.#memories.inScope(agentId, scope, page))) {
      if (one.role === 'user' && one.author.id === author.id) own.add(one.id);
      found.push(...echoesOf([memory], [one]), ...factsOf(memory, [one]));
    }
    const isOwn = ({ kind, content }: Memory) =>
      kind === 'fact' || content.replyTo === null || own.has(content.replyTo);
    return found.filter(isOwn).map(({ id }) => id);
  }
}
