/** What operators do with a room that people are to answer: take it over, answer, note, hand it back. */
import type { EventBus } from '../bus/bus.js';
import { newId } from '../core/ids.js';
import { type Memory, triggerMemory } from '../core/memory.js';
import type { Rooms } from '../core/room.js';
import type { ShareOf } from '../core/share.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { TypedRecords } from '../store/record.js';
import { shareIn } from '../store/share-in.js';
import type { Store } from '../store/store.js';
import { type Room, sayUnasked, wasOwed } from '../store/unasked.js';
import type { HeldRooms } from './held-rooms.js';
import { type Draft, draftRecord, type Hold, lasts, laterOf, type Note, roomNoteRecord } from './hold.js';

/** Of a room, the newest; what is owed does not count. */
const mostDrafts = 20;
const mostNotes = 100;
const mostTakenOver = 3;
/** Of a room, the newest: what is unanswered is looked for among these. */
const mostLookedAt = 100;
/** Ended in one look; the next one takes the rest. */
const batch = 200;

type Drafts = { agentId: string; roomId: string; drafts: Draft[] };
type Notes = { agentId: string; roomId: string; notes: Note[] };

/** Who does it, as audit rows name them, and as people call them. */
export interface Operator {
  by: string;
  name?: string | undefined;
}

export interface TakeoversParts {
  store: Pick<Store, 'memories' | 'turns' | 'outbox' | 'records'>;
  holds: TypedRecords<Hold>;
  held: HeldRooms;
  rooms: Rooms;
  bus: EventBus;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  shareOf: ShareOf;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class Takeovers {
  readonly #parts: TakeoversParts;
  readonly #drafts: TypedRecords<Drafts>;
  readonly #notes: TypedRecords<Notes>;

  constructor(parts: TakeoversParts) {
    const { store, log } = parts;
    this.#parts = parts;
    this.#drafts = draftRecord.in(store.records, log);
    this.#notes = roomNoteRecord.in(store.records, log);
  }

  /**
   * Durable when it resolves, known here, and in other processes within a second. Taken over again it is the newer one's;
   * by hand it only lasts longer, and what was taken over otherwise stays as it is.
   */
  async take(
    { roomId, agentId }: Pick<Hold, 'roomId' | 'agentId'>,
    { by, name }: Operator,
    { until, reason, byHand, turnId }: Pick<Hold, 'until' | 'reason' | 'byHand' | 'turnId'> = {},
  ): Promise<Hold> {
    const { holds, held, deliveryQueue, now, log } = this.#parts;
    const wanted = {
      ...{ roomId, agentId, by, since: now() },
      ...(name !== undefined && { name }),
      ...(until !== undefined && { until }),
      ...(reason !== undefined && { reason }),
      ...(byHand && { byHand }),
      ...(turnId !== undefined && { turnId }),
    };
    const hold = await holds.change(roomId, (known) => {
      if (!known || !lasts(known, now())) return wanted;
      const { since } = known;
      if (turnId !== undefined && known.turnId !== turnId) return undefined;
      if (!byHand || known.turnId !== undefined) return { ...wanted, since };
      return known.byHand && (known.until ?? 0) < (until ?? 0) ? { ...wanted, since } : undefined;
    });
    await held.changed();
    // What waits there to be sent is taken out.
    await deliveryQueue.schedule(roomId).catch((err) => log.debug({ err, roomId }, 'left to the sweeper'));
    return hold!;
  }

  /**
   * The agent answers what is written from now on, and says what it owed meanwhile. Null: it was nobody's.
   * @param drop what it owes is not said
   */
  async handBack(roomId: string, drop = false): Promise<Hold | null> {
    const found = await this.#parts.holds.get(roomId);
    if (!found) {
      await this.#parts.held.lookAgain();
      return null;
    }
    const { value: hold, version } = found;
    const { store, holds, held, rooms, now } = this.#parts;
    const { takenOver = [] } = await rooms.get(roomId);
    const [newest] = (await store.memories.history(roomId, { limit: 1, order: 'newest' })).items;
    const { by, name = by, since, until = now() } = hold;
    const span = { by: name, since, until: Math.min(until, now()) };
    await rooms.change(roomId, {
      // What was let in meanwhile by a process that did not know yet is not answered a second time.
      ...(newest && { handled: newest.id }),
      takenOver: [...takenOver.filter((one) => one.since !== since), span].slice(-mostTakenOver),
    });
    if (drop) await this.#drafts.remove(roomId);
    const ended = await holds.remove(roomId, version);
    await held.changed();
    if (!ended) return this.handBack(roomId, drop);
    await this.#sayLater(roomId);
    await this.#goOn(roomId);
    return hold;
  }

  /**
   * What people wrote while the room was taken over, or were about to be answered then, and nobody has answered since; the
   * oldest first. The newest 100 messages are looked through.
   */
  async unanswered(roomId: string): Promise<Memory[]> {
    const { store, holds, rooms } = this.#parts;
    const [hold, { takenOver = [] }] = await Promise.all([holds.get(roomId), rooms.get(roomId)]);
    const span = hold ? { since: hold.value.since, until: Number.POSITIVE_INFINITY } : takenOver.at(-1);
    if (!span) return [];
    const { items } = await store.memories.history(roomId, { limit: mostLookedAt, order: 'newest' });
    const answered = items.findIndex((memory) => memory.role === 'assistant' && !wasOwed(memory));
    const since = (answered < 0 ? items : items.slice(0, answered)).reverse();
    const open = await Promise.all(since.map((memory) => this.#isOpen(memory, span)));
    return since.filter((_, at) => open[at]);
  }

  /**
   * Has the agent answer what people left unanswered in a room that is its own again: durable when it resolves, and one
   * answer however often it is asked for. Gives back how many messages that are.
   */
  async answerNow(roomId: string): Promise<number> {
    const waiting = await this.unanswered(roomId);
    const newest = waiting.at(-1);
    if (!newest) return 0;
    const text = `People gave this room back to you. Answer now what was written to you meanwhile and is unanswered: the last ${waiting.length === 1 ? 'message' : `${waiting.length} messages`} above.`;
    const trigger = { kind: 'handed-back' as const };
    const key = `handed-back:${newest.id}`;
    await this.#parts.store.memories.append(triggerMemory(newest, { trigger, key, text }));
    await this.#goOn(roomId);
    return waiting.length;
  }

  /** Says it in the agent's name; history says who wrote it. @throws FatalError `conflict` where nobody has taken it over */
  async answer(
    room: Room,
    { by, name }: Operator,
    { text, once }: { text: string; once: string },
  ): Promise<{ turnId: string; messageId: string | null; duplicate: boolean }> {
    const { store, bus, deliveryQueue, held, now, log } = this.#parts;
    const { roomId } = room;
    if (!(await held.exactly(roomId)))
      throw new FatalError('conflict', 'Nobody has taken this room over: take it over first, then answer.', {
        field: 'roomId',
      });
    const author: Memory['author'] = { id: by, ...(name !== undefined && { name }) };
    const said = await sayUnasked(store.turns, room, { text, once, author }, now());
    await deliveryQueue
      .schedule(roomId)
      .catch((err) => log.warn({ err, roomId }, 'an answer is stored, not scheduled yet'));
    const memory =
      said.messageId === null || said.duplicate ? null : await store.memories.get(said.messageId);
    const usage = { inputTokens: 0, outputTokens: 0 };
    if (memory) {
      const reply = { memory, actions: [], usage };
      bus.publish(roomId, { type: 'reply', turnId: said.turnId, covers: [], reply });
    }
    return said;
  }

  /** What the agent was about to say is kept for operators, and told to nobody else. */
  async keepDraft(
    { roomId, agentId }: Pick<Hold, 'roomId' | 'agentId'>,
    { turnId, text, later }: Pick<Draft, 'turnId' | 'text' | 'later'>,
  ): Promise<void> {
    if (text.trim() === '') return;
    const draft = { turnId, text, at: this.#parts.now(), ...(later && { later }) };
    await this.#drafts.change(roomId, (known) => {
      const { drafts = [] } = known ?? {};
      if (drafts.some((one) => one.turnId === turnId && one.text === text)) return undefined;
      const others = drafts.filter((one) => one.turnId !== turnId);
      return { ...known, agentId, roomId, drafts: newestOf([...others, draft]) };
    });
  }

  async drafts(roomId: string): Promise<readonly Draft[]> {
    return (await this.#drafts.get(roomId))?.value.drafts ?? [];
  }

  /** Told to nobody but operators and the agent; it makes no turn. */
  async note(
    { roomId, agentId }: Pick<Hold, 'roomId' | 'agentId'>,
    { by, name }: Operator,
    text: string,
  ): Promise<Note> {
    const note = { id: newId(), by, ...(name !== undefined && { name }), text, at: this.#parts.now() };
    await this.#notes.change(roomId, (known) => ({
      ...known,
      agentId,
      roomId,
      notes: [...(known?.notes ?? []), note].slice(-mostNotes),
    }));
    return note;
  }

  /** The oldest first. */
  async notes(roomId: string): Promise<readonly Note[]> {
    return (await this.#notes.get(roomId))?.value.notes ?? [];
  }

  /**
   * A reply lies in the outbox that must not leave: it is kept as a draft, and stands in no history. What was promised, such
   * as a reminder, is said once the room is handed back.
   */
  async withhold({ id, roomId, agentId, turnId, memory }: Withheld): Promise<void> {
    const { store } = this.#parts;
    const turn = await store.turns.get(turnId);
    const later = turn && laterOf(turn, memory);
    await this.keepDraft({ roomId, agentId }, { turnId, text: memory.content.text, ...later });
    await store.memories.forget([memory.id]);
    await store.outbox.drop(id);
  }

  /** Hands back what was taken for a time that is over, and says what a process that has died since was about to. */
  async sweep(): Promise<void> {
    const { holds, now, log } = this.#parts;
    for (const { id } of await this.#drafts.due(now(), batch)) {
      const said = async () => (await holds.get(id)) ?? (await this.#sayLater(id));
      await said().catch((err) =>
        log.warn({ err, roomId: id }, 'what was withheld is not said yet; the next sweep tries again'),
      );
    }
    for (const { id } of await holds.due(now(), batch))
      await this.handBack(id).catch((err) =>
        log.warn({ err, roomId: id }, 'a room could not be handed back; the next sweep tries again'),
      );
  }

  async #isOpen(
    { role, kind, status, turnId, createdAt }: Memory,
    { since, until }: { since: number; until: number },
  ): Promise<boolean> {
    if (role !== 'user' || kind !== 'message') return false;
    if (status === 'kept') return since <= createdAt && createdAt <= until;
    // The takeover ended its turn without a word.
    const turn = status === 'handled' && turnId !== null ? await this.#parts.store.turns.get(turnId) : null;
    return turn?.status === 'stopped' && turn.replyId === null && turn.finishedAt >= since;
  }

  /** Drafts go; those that were promised are said first, once however often this begins. */
  async #sayLater(roomId: string): Promise<void> {
    const { store, deliveryQueue, now, log } = this.#parts;
    const found = await this.#drafts.get(roomId);
    if (!found) return;
    const { agentId, drafts } = found.value;
    const owed = drafts.flatMap(({ later, ...draft }) => (later ? [{ ...draft, ...later }] : []));
    for (const { turnId, text, taint, scope, source } of owed) {
      const words = { text, once: turnId, owed: true, ...(taint && { taint }) };
      await sayUnasked(store.turns, { agentId, roomId, scope, source }, words, now());
    }
    // Something was withheld meanwhile, by whoever did not know yet.
    if (!(await this.#drafts.remove(roomId, found.version))) return this.#sayLater(roomId);
    if (owed.length > 0)
      await deliveryQueue.schedule(roomId).catch((err) => log.debug({ err, roomId }, 'left to the sweeper'));
  }

  async #goOn(roomId: string): Promise<void> {
    const { store, turnQueue, shareOf, log } = this.#parts;
    // What rested meanwhile is done now.
    await turnQueue
      .schedule(roomId, await shareIn({ turns: store.turns, shareOf }, roomId))
      .catch((err) => log.warn({ err, roomId }, 'a room is left to the sweeper'));
  }
}

/** What is to be said later is promised, and never among those that go. */
function newestOf(drafts: Draft[]): Draft[] {
  const seen = new Set(drafts.filter(({ later }) => !later).slice(-mostDrafts));
  return drafts.filter((one) => one.later || seen.has(one));
}

interface Withheld {
  id: string;
  roomId: string;
  agentId: string;
  turnId: string;
  memory: Memory;
}
