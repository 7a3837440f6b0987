import type { Outcome } from '../connector/connector.js';
import { derivedId } from '../core/ids.js';
import { CommandAnswer } from '../core/inbound.js';
import { roomIdOf } from '../core/memory.js';
import { turnOf } from '../core/turn.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { TurnStore } from '../store/turn-store.js';
import type { Commands } from './commands/command.js';
import type { Arrival, Notice } from './gate.js';
import type { Notices } from './notices.js';
import type { Written } from './written.js';

/** How long what a command gave is known, so that telling it again gives the same. */
const knownMs = 24 * 60 * 60 * 1000;

/**
 * How long another process is waited for that carries the same command out, in ms; it may be dead. One that nobody may
 * begin again is waited for longer than any takes.
 */
const patienceMs = { repeatable: 5000, unrepeatable: 40_000 };
const lookMs = 100;

const answerNote = defineNote({ key: (orderId: string) => `answered:${orderId}`, schema: CommandAnswer });

export interface OrdersParts {
  turns: TurnStore;
  notes: NoteStore;
  notices: Notices;
  commands: Commands;
  /** No other process carries commands out. */
  alone: boolean;
  log: Logger;
}

export interface Obeyed {
  outcome: Outcome;
  /** It was carried out before, or is by somebody else. */
  duplicate: boolean;
}

/**
 * Carries out commands, each once, however often and by how many processes it is handed in. It is recorded under its
 * message's key before: as a turn that covers nothing, since of those the first one counts, everywhere. What was cut off
 * is finished as of the time it was given, so that it does not touch what came later; a command that cannot be finished
 * so is not begun a second time.
 */
export class Orders {
  readonly #parts: OrdersParts;
  readonly #answers: TypedNotes<string, CommandAnswer>;
  /** Carried out here at this moment. */
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(parts: OrdersParts) {
    this.#parts = parts;
    this.#answers = answerNote.in(parts.notes, parts.log);
  }

  /** A command in a message; what it gives is told as a notice. `waits`: its sender does, for an answer of their own. */
  async obey(command: Written, arrival: Arrival, waits: boolean): Promise<Obeyed> {
    const { notices } = this.#parts;
    const { message } = arrival;
    const known = () => notices.told(message);
    const tell = (answer: Notice) =>
      notices.tell(message, (answer.saidAnyway || answer.quiet) && !waits ? null : answer);
    const { value, duplicate } = await this.#once(command, arrival, message.source.messageId, {
      known,
      tell,
    });
    return { outcome: value, duplicate };
  }

  /** A command that is no message; `id` names this one call, absent: it is not told again. */
  async answer(command: Written, arrival: Arrival, id?: string): Promise<Notice> {
    if (id === undefined) return this.#parts.commands.run(command, arrival, Date.now());
    const key = `command:${id}`;
    const orderId = orderIdOf(arrival, key);
    const known = (): Promise<Notice | null> => this.#answers.get(orderId);
    const tell = async (answer: Notice) => {
      await this.#answers.put(orderId, answer, { ttlMs: knownMs });
      return answer;
    };
    return (await this.#once(command, arrival, key, { known, tell })).value;
  }

  async #once<T>(
    command: Written,
    arrival: Arrival,
    key: string,
    result: { known(): Promise<T | null>; tell(answer: Notice): Promise<T> },
  ): Promise<{ value: T; duplicate: boolean }> {
    const orderId = orderIdOf(arrival, key);
    const running = this.#running.get(orderId) as Promise<{ value: T }> | undefined;
    if (running) return { ...(await running), duplicate: true };
    const work = async () => {
      const before = await result.known();
      if (before !== null) return { value: before, duplicate: true };
      const { givenAt, first } = await this.#record(orderId, arrival);
      const found = await this.#parts.commands.find(command.name, arrival.agent);
      const repeatable = !found?.unrepeatable;
      const elsewhere = first ? null : await this.#awaited(givenAt, repeatable, result.known);
      if (elsewhere !== null) return { value: elsewhere, duplicate: true };
      const answer =
        first || repeatable
          ? await this.#parts.commands.run(command, arrival, givenAt)
          : { text: cutOff(command) };
      return { value: await result.tell(answer), duplicate: !first };
    };
    const carried = work();
    this.#running.set(orderId, carried);
    try {
      return await carried;
    } finally {
      this.#running.delete(orderId);
    }
  }

  /** Durable when it resolves. `givenAt`: when it was first recorded, Unix ms. */
  async #record(orderId: string, { message }: Arrival): Promise<{ givenAt: number; first: boolean }> {
    const { turns } = this.#parts;
    const { agentId, source } = message;
    const now = Date.now();
    const turn = turnOf(
      { turnId: orderId, roomId: roomIdOf(agentId, source), agentId, covers: [], steps: [] },
      { status: 'done', reply: null, attempt: 1, startedAt: now, finishedAt: now },
    );
    const first = await turns.commit({ turn, reply: null, outbound: null });
    const recorded = first ? turn : await turns.get(orderId);
    return { givenAt: recorded?.startedAt ?? now, first };
  }

  /** What another process gave, if it still can be carrying it out; null: nothing. */
  async #awaited<T>(givenAt: number, repeatable: boolean, known: () => Promise<T | null>): Promise<T | null> {
    const longestMs = repeatable ? patienceMs.repeatable : patienceMs.unrepeatable;
    for (;;) {
      const value = await known();
      if (value !== null || this.#parts.alone || Date.now() - givenAt > longestMs) return value;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }
}

function cutOff({ name }: Written): string {
  return `/${name} was cut off, and may have had its effect or not. Look, and write it again if it is needed.`;
}

function orderIdOf({ message }: Arrival, key: string): string {
  const { agentId, source } = message;
  return derivedId('order', agentId, source.connector, source.tenant, key);
}
