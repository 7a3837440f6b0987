import { z } from 'zod';
import type { InboundReaction } from '../core/memory.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { Pointers } from './pointers.js';

/** What people think of replies is of use for a while, and it is about people: it does not stay for ever. */
const keptMs = 180 * 24 * 60 * 60 * 1000;

interface Reaction {
  replyId: string;
  userId: string;
  emoji: string;
}

const Kept = z.object({ emoji: z.string(), author: z.string(), at: z.number() });

const reactionNote = defineNote({
  key: ({ replyId, userId, emoji }: Reaction) => `feedback:${replyId}:${JSON.stringify([userId, emoji])}`,
  schema: Kept,
});

/**
 * Reactions to the agent's replies, one note for each: `feedback:REPLY-ID:…`. Evaluators find those of a reply by the
 * beginning of the key.
 */
export class Feedback {
  readonly #reactions: TypedNotes<Reaction, z.infer<typeof Kept>>;
  readonly #pointers: Pointers;

  constructor(notes: NoteStore, pointers: Pointers, log: Logger) {
    this.#reactions = reactionNote.in(notes, log);
    this.#pointers = pointers;
  }

  /** False: not a reaction to one of the agent's replies. */
  async take({ agentId, source, author, emoji, removed }: InboundReaction): Promise<boolean> {
    const { connector, tenant, messageId } = source;
    const reply = await this.#pointers.reply({ agentId, connector, tenant, messageId });
    if (!reply) return false;
    const reaction = { replyId: reply.id, userId: author.id, emoji };
    if (removed) await this.#reactions.take(reaction);
    else await this.#reactions.put(reaction, { emoji, author: author.id, at: Date.now() }, { ttlMs: keptMs });
    return true;
  }
}
