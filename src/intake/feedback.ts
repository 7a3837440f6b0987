import type { InboundReaction } from '../core/memory.js';
import type { NoteStore } from '../store/note-store.js';
import type { Pointers } from './pointers.js';

/** What people think of replies is of use for a while, and it is about people: it does not stay for ever. */
const keptMs = 180 * 24 * 60 * 60 * 1000;

/**
 * Reactions to the agent's replies, one note for each: `feedback:REPLY-ID:…`, with `{emoji, author, at}`. Evaluators
 * find those of a reply by the beginning of the key.
 */
export class Feedback {
  readonly #notes: NoteStore;
  readonly #pointers: Pointers;

  constructor(notes: NoteStore, pointers: Pointers) {
    this.#notes = notes;
    this.#pointers = pointers;
  }

  /** False: not a reaction to one of the agent's replies. */
  async take({ agentId, source, author, emoji, removed }: InboundReaction): Promise<boolean> {
    const { connector, tenant, messageId } = source;
    const reply = await this.#pointers.reply({ agentId, connector, tenant, messageId });
    if (!reply) return false;
    const key = `feedback:${reply.id}:${JSON.stringify([author.id, emoji])}`;
    if (removed) await this.#notes.take(key);
    else await this.#notes.put(key, { emoji, author: author.id, at: Date.now() }, { ttlMs: keptMs });
    return true;
  }
}
