/** What people think of replies, as scores: reactions, corrections, and operators' ratings. */
import { z } from 'zod';
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { Turn } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { History } from '../store/history.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { TurnStore } from '../store/turn-store.js';
import { isCorrection } from './corrections.js';
import type { Lessons } from './lessons.js';
import type { Delta, ScoreKey } from './score.js';
import { keyOf, type Scores } from './scores.js';
import { otherTopic, versionOf } from './subject.js';

export interface OpinionsParts {
  notes: NoteStore;
  memories: Pick<History, 'get' | 'recent'>;
  turns: Pick<TurnStore, 'get'>;
  scores: Pick<Scores, 'add'>;
  lessons: Pick<Lessons, 'approved'>;
  /** Undefined: it does not run, now. */
  agent(id: string): Agent | undefined;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export type Vote = 'up' | 'down' | null;

const keptMs = 180 * 24 * 60 * 60 * 1000;
const lookedBack = 30;

const ratingNote = defineNote({
  key: ({ turnId, by }: { turnId: string; by: string }) => `rating:${turnId}:${by}`,
  schema: z.looseObject({ rating: z.number(), at: z.number() }),
});

export const bestRating = 5;

export class Opinions {
  readonly #parts: OpinionsParts;
  readonly #ratings: TypedNotes<{ turnId: string; by: string }, { rating: number; at: number }>;

  constructor(parts: OpinionsParts) {
    this.#parts = parts;
    this.#ratings = ratingNote.in(parts.notes, parts.log);
  }

  /** Somebody's vote about a reply has become another one. */
  async voted(reply: Memory, before: Vote, after: Vote): Promise<void> {
    if (before === after) return;
    const key = await this.#keyOf(reply.agentId, reply.turnId);
    if (!key) return;
    this.#parts.scores.add(key, {
      counts: { ...(before && { [before]: -1 }), ...(after && { [after]: 1 }) },
      ...(after === 'down' && reply.turnId !== null && { turnId: reply.turnId }),
    });
  }

  /** Looks whether the messages of a turn that is over correct what was said before. Never throws. */
  async turned(covered: readonly Memory[]): Promise<void> {
    for (const message of covered) {
      if (message.role !== 'user' || message.kind !== 'message' || !isCorrection(message.content.text))
        continue;
      await this.#corrected(message).catch((err: unknown) =>
        this.#parts.log.warn({ err, messageId: message.id }, 'a correction is in no score'),
      );
    }
  }

  /** @param rating from 1 to 5; whoever rates again has another opinion now */
  async rate(turn: Turn, rating: number, by: string): Promise<void> {
    const key = await this.#keyOf(turn.agentId, turn.turnId, turn);
    if (!key) return;
    const whose = { turnId: turn.turnId, by };
    const before = await this.#ratings.get(whose);
    await this.#ratings.put(whose, { rating, at: this.#parts.now() }, { ttlMs: keptMs });
    const counts: Delta['counts'] = {
      ratings: before ? 0 : 1,
      ratingSum: shareOf(rating) - (before ? shareOf(before.rating) : 0),
    };
    this.#parts.scores.add(key, { counts, ...(shareOf(rating) < 0.5 && { turnId: turn.turnId }) });
  }

  async #corrected(message: Memory): Promise<void> {
    const { memories, scores } = this.#parts;
    const { replyTo } = message.content;
    const pointed = replyTo === null ? null : await memories.get(replyTo);
    const before = (await memories.recent(message.roomId, lookedBack)).filter(({ id }) => id < message.id);
    const reply = pointed ?? before.findLast(({ role, kind }) => role === 'assistant' && kind === 'message');
    if (reply?.role !== 'assistant' || reply.turnId === null) return;
    const key = await this.#keyOf(reply.agentId, reply.turnId);
    if (key) scores.add(key, { counts: { corrections: 1 }, turnId: reply.turnId });
  }

  /** Null: nobody knows any more what it was. */
  async #keyOf(agentId: string, turnId: string | null, known?: Turn): Promise<ScoreKey | null> {
    const { turns, lessons, agent, now } = this.#parts;
    const turn = known ?? (turnId === null ? null : await turns.get(turnId));
    const at = turn?.finishedAt ?? now();
    if (turn?.evaluation) return keyOf(agentId, turn.evaluation, at);
    const running = agent(agentId);
    if (!running) return null;
    const version = versionOf(running.character, await lessons.approved(agentId));
    return keyOf(agentId, { version, topic: otherTopic }, at);
  }
}

function shareOf(rating: number): number {
  return (rating - 1) / (bestRating - 1);
}
