import { z } from 'zod';
import type { Connector } from '../connector/connector.js';
import type { OutboundMessage } from '../core/turn.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

/** From this age on a reply says how old it is, in ms. */
const lateMs = 3_600_000;
const dayMs = 24 * lateMs;
/** Longer than anybody knows which of its parts were sent, in ms. */
const knownMs = 14 * dayMs;

/** What a reply said of its age when it began to be sent. */
const lateNote = defineNote({ key: (outboundId: string) => `late:${outboundId}`, schema: z.string() });

export interface LatenessParts {
  notes: NoteStore;
  /** Whether some part of it has been sent. */
  begun(connector: Connector, message: OutboundMessage): Promise<boolean>;
  log: Logger;
}

/**
 * A reply that people read a long time after it was written says so before anything else. Machines behind the hub's
 * tokens have its time in a field.
 */
export class Lateness {
  readonly #begun: LatenessParts['begun'];
  readonly #notes: TypedNotes<string, string>;

  constructor({ notes, begun, log }: LatenessParts) {
    this.#begun = begun;
    this.#notes = lateNote.in(notes, log);
  }

  /**
   * As it is sent now. One of which a part is out goes on with the words it began with: with others its parts would end
   * elsewhere, and what stands where they meet would come twice, or not at all. @throws what the notes throw.
   */
  async said(message: OutboundMessage, connector: Connector, now: number): Promise<OutboundMessage> {
    const { id, memory, createdAt } = message;
    if (now - createdAt <= lateMs || connector.routes?.access === 'token') return message;
    const begun = await this.#begun(connector, message);
    const says = begun ? ((await this.#notes.get(id)) ?? '') : sentence(createdAt, now);
    if (!begun) await this.#notes.put(id, says, { ttlMs: knownMs });
    if (says === '') return message;
    const text = `${says}\n\n${memory.content.text}`.trimEnd();
    return { ...message, memory: { ...memory, content: { ...memory.content, text } } };
  }
}

function sentence(createdAt: number, now: number): string {
  const [day, time] = new Date(createdAt).toISOString().split('T') as [string, string];
  const at = `${now - createdAt < dayMs ? '' : `${day}, `}${time.slice(0, 5)} UTC`;
  return `(Delayed: this answer is from ${at}.)`;
}
