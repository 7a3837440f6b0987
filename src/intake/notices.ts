import type { Outcome } from '../connector/connector.js';
import { derivedId } from '../core/ids.js';
import { isDirect, Memory, ownMemory, roomIdOf, scopeOf } from '../core/memory.js';
import { type OutboundMessage, outboundOf, turnOf } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { TurnStore } from '../store/turn-store.js';
import type { Checked, Notice } from './gate.js';

/** How long the answer to a command is known to who fetches it, so that asking again gives the same one. */
const knownMs = 24 * 60 * 60 * 1000;

export interface NoticesParts {
  turns: TurnStore;
  notes: NoteStore;
  deliveries: RoomQueue;
  /** Unix ms; deliveries are planned by it. */
  now(): number;
  log: Logger;
}

/** What somebody was told who fetches it. */
const toldNote = defineNote({ key: (turnId: string) => `said:${turnId}`, schema: Memory });

/** Where a notice is shown: absent, below all others. */
export type Place = Pick<OutboundMessage, 'replaces'>;

export type Addressee = Pick<Checked, 'agentId' | 'source' | 'direct' | 'author'>;

/**
 * Short texts of the hub itself, delivered as replies are. Each is committed as a turn that covers nothing, with a
 * reply that stands only in the outbox: so it survives a crash, keeps its place in the room, and is sent once for
 * one message, however often that is redelivered. Who fetches replies finds it in a note instead.
 */
export class Notices {
  readonly #parts: NoticesParts;
  readonly #told: TypedNotes<string, Memory>;

  constructor(parts: NoticesParts) {
    this.#parts = parts;
    this.#told = toldNote.in(parts.notes, parts.log);
  }

  /** What this message was told; null: nothing yet. */
  async told(to: Addressee): Promise<Outcome | null> {
    const turnId = noticeId(to);
    if (!(await this.#parts.turns.get(turnId))) return null;
    const memory = to.source.pull ? await this.#told.get(turnId) : null;
    return outcomeOf(turnId, memory);
  }

  /**
   * Durable when it resolves. `once`: what it is told once for; absent: the message.
   * @param notice null: nothing is said, and that is remembered.
   * @param place `replaces`: the `turnId` that an earlier notice of the same room gave. This one is shown in its place
   *   where the platform can change what it shows, and as a new message where not. Several may name the same turn, one
   *   after the other: each stands for those before it.
   */
  async tell(to: Addressee, notice: Notice | null, once?: string, place: Place = {}): Promise<Outcome> {
    const { turns } = this.#parts;
    const { agentId, source } = to;
    const roomId = roomIdOf(agentId, source);
    const turnId = noticeId(to, once);
    const memory = notice && memoryOf(to, notice, turnId);
    const createdAt = memory?.createdAt ?? Date.now();
    const turn = turnOf(
      { turnId, roomId, agentId, covers: [], steps: [] },
      { status: 'done', reply: null, attempt: 1, startedAt: createdAt, finishedAt: createdAt },
    );
    if (memory && source.pull)
      for (const key of new Set([place.replaces ?? turnId, turnId]))
        await this.#told.put(key, memory, { ttlMs: knownMs });
    const how = { ...place, replaceable: true } as const;
    const outbound = memory && outboundOf(memory, turnId, [source], this.#parts.now(), how);
    const committed = await turns.commit({ turn, reply: null, outbound });
    if (committed && outbound) await this.#deliver(roomId);
    return outcomeOf(turnId, memory);
  }

  /** The `turnId` of what was told once for this; null: nothing was. */
  async sent(to: Pick<Addressee, 'agentId' | 'source'>, once: string): Promise<string | null> {
    const turnId = noticeId(to, once);
    return (await this.#parts.turns.get(turnId)) ? turnId : null;
  }

  /** Tells whoever wrote a stored message, in its place. */
  async tellAuthor({ agentId, source, author, scope }: Memory, text: string, once: string): Promise<void> {
    await this.tell({ agentId, source, author, direct: isDirect(scope) ?? false }, { text }, once);
  }

  /** It is in the outbox: if it cannot be scheduled now, the sweeper will find it. */
  async #deliver(roomId: string): Promise<void> {
    const { deliveries, log } = this.#parts;
    await deliveries
      .schedule(roomId)
      .catch((err) => log.warn({ err, roomId }, 'notice stored, not scheduled yet'));
  }
}

function noticeId(
  { agentId, source }: Pick<Addressee, 'agentId' | 'source'>,
  once = source.messageId,
): string {
  const { connector, tenant } = source;
  return derivedId('notice', agentId, connector, tenant, once);
}

const usage = { inputTokens: 0, outputTokens: 0 };

function outcomeOf(turnId: string, memory: Memory | null): Outcome {
  return { turnId, reply: memory && { memory, actions: [], usage }, error: null };
}

function memoryOf(to: Addressee, { text, buttons, attachments = [] }: Notice, turnId: string): Memory {
  const { agentId, source } = to;
  const place = { agentId, roomId: roomIdOf(agentId, source), scope: scopeOf(to), source };
  return ownMemory(place, {
    ...{ kind: 'message', role: 'assistant', author: { id: agentId, bot: true }, turnId },
    content: { text, attachments, replyTo: null, ...(buttons && { buttons }) },
  });
}
