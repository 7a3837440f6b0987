import { z } from 'zod';
import type { InboundReaction } from '../core/inbound.js';
import type { Memory } from '../core/memory.js';
import type { Opinions } from '../evaluation/opinions.js';
import { voteOf } from '../evaluation/votes.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { Admits } from './afterwards.js';
import type { Pointers } from './pointers.js';

/** What people think of replies is of use for a while, and it is about people: it does not stay for ever. */
const keptMs = 180 * 24 * 60 * 60 * 1000;

const mostReactions = 1000;

interface Reaction {
  replyId: string;
  /** Null: anybody, in lists. */
  userId: string | null;
  emoji: string;
}

const Kept = z.object({ emoji: z.string(), author: z.string(), at: z.number() });

const reactionNote = defineNote({
  key: ({ replyId, ...by }: Reaction) => `feedback:${replyId}:${endOf(by)}`,
  schema: Kept,
});

function endOf({ userId, emoji }: Omit<Reaction, 'replyId'>): string {
  return userId === null ? '' : JSON.stringify([userId, emoji]);
}

/**
 * Reactions to the agent's replies, one note for each: `feedback:REPLY-ID:…`. Evaluators find those of a reply by the
 * beginning of the key.
 */
export class Feedback {
  readonly #reactions: TypedNotes<Reaction, z.infer<typeof Kept>>;
  readonly #pointers: Pointers;
  readonly #admits: Admits;
  readonly #opinions: Pick<Opinions, 'voted'>;
  readonly #log: Logger;

  constructor(
    notes: NoteStore,
    pointers: Pointers,
    admits: Admits,
    opinions: Pick<Opinions, 'voted'>,
    log: Logger,
  ) {
    this.#opinions = opinions;
    this.#log = log;
    this.#reactions = reactionNote.in(notes, log);
    this.#pointers = pointers;
    this.#admits = admits;
  }

  /**
   * False: not a reaction to one of the agent's replies, or the gate refuses who reacts. Taking one back is never
   * refused. `trusted`: as in `settingsFor`.
   */
  async take(inbound: InboundReaction, trusted = false): Promise<boolean> {
    const { agentId, source, author, roles, home, emoji, removed } = inbound;
    const { connector, tenant, messageId } = source;
    const reply = await this.#pointers.reply({ agentId, connector, tenant, messageId });
    if (!reply) return false;
    if (!removed && !(await this.#admits(reply, { author, roles, home, trusted }))) return false;
    const reaction = { replyId: reply.id, userId: author.id, emoji };
    const before = await this.#given(reply, author.id);
    if (removed) await this.#reactions.take(reaction);
    else await this.#reactions.put(reaction, { emoji, author: author.id, at: Date.now() }, { ttlMs: keptMs });
    await this.#opinions
      .voted(reply, voteOf(before), voteOf(await this.#given(reply, author.id)))
      .catch((err: unknown) => this.#log.warn({ err, replyId: reply.id }, 'a reaction is in no score'));
    return true;
  }

  /** What somebody has reacted with, so far. */
  async #given(reply: Memory, userId: string): Promise<string[]> {
    const from = { replyId: reply.id, userId: null, emoji: '' };
    const given = await this.#reactions.list(from, mostReactions);
    return given.flatMap(({ value }) => (value?.author === userId ? [value.emoji] : []));
  }
}
