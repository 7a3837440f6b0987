import { derivedId, newId } from '../core/ids.js';
import { type Memory, roomIdOf, scopeOf } from '../core/memory.js';
import type { OutboundMessage, Turn } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { TurnStore } from '../store/turn-store.js';
import type { Checked, Notice } from './gate.js';

export interface NoticesParts {
  turns: TurnStore;
  deliveries: RoomQueue;
  log: Logger;
}

export type Addressee = Pick<Checked, 'agentId' | 'source' | 'direct' | 'author'>;

/**
 * Short texts of the hub itself, delivered as replies are. Each is committed as a turn that covers nothing, with a
 * reply that stands only in the outbox: so it survives a crash, keeps its place in the room, and is sent once for
 * one message, however often that is redelivered.
 */
export class Notices {
  readonly #parts: NoticesParts;

  constructor(parts: NoticesParts) {
    this.#parts = parts;
  }

  /** Whether this message has had its notice. */
  async told(to: Addressee): Promise<boolean> {
    return (await this.#parts.turns.get(noticeId(to))) !== null;
  }

  /** Durable when it resolves. */
  async tell(to: Addressee, notice: Notice): Promise<void> {
    const turnId = noticeId(to);
    const memory = memoryOf(to, notice, turnId, null);
    const turn = turnOf(memory, turnId, []);
    const outbound = outboundOf(memory, turn, to);
    if (await this.#parts.turns.commit({ turn, reply: null, outbound })) await this.#deliver(memory.roomId);
  }

  /** The notice as the answer to a stored message, for a sender who waits for one. */
  async answer(message: Memory, to: Addressee, notice: Notice): Promise<{ turn: Turn; reply: Memory }> {
    const turnId = derivedId('turn', message.id);
    const reply = memoryOf(to, notice, turnId, message.id);
    const turn = { ...turnOf(reply, turnId, [message.id]), replyId: reply.id };
    const outbound = to.source.pull ? null : outboundOf(reply, turn, to);
    const committed = await this.#parts.turns.commit({ turn, reply, outbound });
    if (committed && outbound) await this.#deliver(reply.roomId);
    return { turn, reply };
  }

  /** It is in the outbox: if it cannot be scheduled now, the sweeper will find it. */
  async #deliver(roomId: string): Promise<void> {
    const { deliveries, log } = this.#parts;
    await deliveries
      .schedule(roomId)
      .catch((err) => log.warn({ err, roomId }, 'notice stored, not scheduled yet'));
  }
}

function noticeId({ agentId, source: { connector, tenant, messageId } }: Addressee): string {
  return derivedId('notice', agentId, connector, tenant, messageId);
}

function memoryOf(to: Addressee, { text, buttons }: Notice, turnId: string, replyTo: string | null): Memory {
  const { agentId, source } = to;
  const id = newId();
  return {
    ...{
      id,
      agentId,
      roomId: roomIdOf(agentId, source),
      scope: scopeOf(to),
      kind: 'message',
      role: 'assistant',
    },
    author: { id: agentId, bot: true },
    content: { text, attachments: [], replyTo, ...(buttons && { buttons }) },
    source: { ...source, metadata: undefined, messageId: id },
    status: 'kept',
    turnId,
    createdAt: Date.now(),
  };
}

function turnOf({ agentId, roomId, createdAt }: Memory, turnId: string, covers: string[]): Turn {
  return {
    ...{ turnId, roomId, agentId, covers, steps: [], status: 'done', replyId: null, model: null },
    usage: { inputTokens: 0, outputTokens: 0 },
    attempt: 1,
    error: null,
    startedAt: createdAt,
    finishedAt: createdAt,
  };
}

function outboundOf(memory: Memory, { turnId }: Turn, { source }: Addressee): OutboundMessage {
  const { agentId, roomId, createdAt } = memory;
  return {
    ...{
      id: newId(),
      agentId,
      roomId,
      turnId,
      memory,
      to: source,
      answers: [source],
      attempts: 0,
      createdAt,
    },
  };
}
