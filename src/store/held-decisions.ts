/**
 * Approvals that wait until tools may run again. They lie beside the line of their room, which goes on meanwhile, and
 * become decisions then.
 */
import { z } from 'zod';
import type { Memory } from '../core/memory.js';
import { approvesAny, Decision } from '../core/trigger.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { askedBy, decide } from './decide.js';
import type { History } from './history.js';
import { defineNote, type TypedNotes } from './note.js';
import type { NoteStore } from './note-store.js';
import type { TurnStore } from './turn-store.js';

const Held = z.object({ turnId: z.string(), decision: Decision });
const heldNote = defineNote({ key: (turnId: string) => `held-decision:${turnId}`, schema: Held });
const mostHeld = 1000;

interface HeldParts {
  turns: TurnStore;
  memories: History;
  notes: NoteStore;
  /** Whether tools are paused where somebody said something. */
  paused(said: Pick<Memory, 'agentId' | 'source'>): Promise<boolean>;
  log: Logger;
}

export class HeldDecisions {
  readonly #parts: HeldParts;
  readonly #notes: TypedNotes<string, z.infer<typeof Held>>;

  constructor(parts: HeldParts) {
    this.#parts = parts;
    this.#notes = heldNote.in(parts.notes, parts.log);
  }

  /** Keeps an approval where it must wait; false: it need not. What was held is void with any other decision. */
  async hold(turnId: string, decision: Decision): Promise<boolean> {
    const waits = approvesAny(decision) && (await this.#mustWait(turnId));
    if (waits) await this.#notes.put(turnId, { turnId, decision });
    else await this.#notes.take(turnId);
    return waits;
  }

  /** Takes an approval out of its room's line, to be held: what stands behind it need not wait. */
  async setAside({ id, trigger }: Memory): Promise<void> {
    if (trigger?.kind !== 'decision') return;
    const { turnId, decision } = trigger;
    await this.#notes.put(turnId, { turnId, decision });
    await this.#parts.memories.forget([id]);
    // Who released it in between found it in the line still.
    if (!(await this.has(turnId))) await decide(this.#parts, turnId, decision);
  }

  async has(turnId: string): Promise<boolean> {
    return (await this.#notes.get(turnId)) !== null;
  }

  /** Makes decisions of those that need not wait any more; gives their rooms, to be scheduled. */
  async release(): Promise<string[]> {
    const rooms: string[] = [];
    for (const { value } of await this.#notes.list('', mostHeld)) {
      if (!value || (await this.#mustWait(value.turnId))) continue;
      try {
        rooms.push(await decide(this.#parts, value.turnId, value.decision));
      } catch (err) {
        // It was called off meanwhile, or forgotten.
        if (!(err instanceof FatalError)) throw err;
        this.#parts.log.debug({ err, turnId: value.turnId }, 'a held decision has nothing left to decide');
      }
      await this.#notes.take(value.turnId);
    }
    return rooms;
  }

  async #mustWait(turnId: string): Promise<boolean> {
    const turn = await this.#parts.turns.get(turnId);
    if (turn?.status !== 'waiting') return false;
    const [asked] = await askedBy(this.#parts, turn);
    return asked !== undefined && (await this.#parts.paused(asked));
  }
}
