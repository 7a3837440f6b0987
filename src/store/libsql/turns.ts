import type { Memory } from '../../core/memory.js';
import type { OutboundMessage, Turn, TurnCheckpoint } from '../../core/turn.js';
import type { Page } from '../memory-store.js';
import { whole } from '../paging.js';
import type { Claim, TurnCommit, TurnListRequest, TurnStore } from '../turn-store.js';
import { endOfAll, pageOfStep, readNumber } from './cursors.js';
import { frozenCopy } from './frozen.js';
import type { Link } from './link.js';
import type { OutboundRow } from './outbox-table.js';
import type { Replica } from './replica.js';
import { rowOf, statusNumber } from './row.js';

export class LibsqlTurns implements TurnStore {
  readonly #link: Link;
  readonly #replica: Replica;

  constructor(link: Link, replica: Replica) {
    this.#link = link;
    this.#replica = replica;
  }

  async claim(roomId: string, limit: number): Promise<Claim> {
    const pending = whole(limit);
    const { messages, checkpoint } = (await this.#replica.room(roomId, { pending })).claim(pending);
    // A copy: who has it goes on with its steps.
    return { messages, checkpoint: structuredClone(checkpoint) };
  }

  async checkpoint(checkpoint: TurnCheckpoint): Promise<void> {
    const { turnId, roomId, agentId, covers, steps } = checkpoint;
    const stored = frozenCopy({ turnId, roomId, agentId, covers, steps });
    const json = [JSON.stringify(covers), JSON.stringify(steps)] as const;
    await this.#link.call('checkpoint', [turnId, roomId, agentId, ...json], (written) => {
      if (written) this.#replica.checkpointed(stored);
    });
  }

  async commit({ turn, reply, outbound }: TurnCommit): Promise<boolean> {
    const { turnId, roomId } = turn;
    const covers = [...turn.covers];
    const status = turn.status === 'done' ? 'handled' : 'failed';
    const memory = reply && frozenCopy(reply);
    const sent = outbound && outboundOf(outbound, memory);
    const row = {
      turnId,
      roomId,
      covers,
      status: statusNumber[status],
      turn: JSON.stringify(turn),
      reply: memory && rowOf(memory),
      outbound: sent && outboundRow(sent, memory),
    };
    const seq = await this.#link.call('commit', [row], (replySeq) => {
      if (replySeq === null) return;
      this.#replica.committed({ turnId, roomId, covers, status }, memory && { seq: replySeq, memory }, sent);
    });
    return seq !== null;
  }

  async get(turnId: string): Promise<Turn | null> {
    const body = await this.#link.call('turn', [turnId]);
    return body === null ? null : JSON.parse(body);
  }

  async list(request: TurnListRequest): Promise<Page<Omit<Turn, 'steps'>>> {
    const { agentId, roomId, status } = request;
    const limit = whole(request.limit, 1);
    const json = (part: string | undefined) => (part === undefined ? null : JSON.stringify(part));
    const filter = [json(agentId), json(roomId), json(status)] as const;
    const before = readNumber(request.cursor, endOfAll);
    const step = await this.#link.call('listTurns', [before, limit, ...filter]);
    return pageOfStep(step, limit, ([, turn]: [number, Omit<Turn, 'steps'>]) => turn);
  }

  async reopen(turnId: string): Promise<boolean> {
    const roomId = await this.#link.call('reopen', [turnId], (room) => {
      if (room !== null) this.#replica.revived(room);
    });
    return roomId !== null;
  }

  async waiting(before: number, limit: number): Promise<string[]> {
    return JSON.parse(await this.#link.call('turnsWaiting', [before, whole(limit)]));
  }
}

/** A copy for the cache, which shares the reply with the room's history. */
function outboundOf({ memory, ...rest }: OutboundMessage, reply: Memory | null): OutboundMessage {
  return Object.freeze({ ...frozenCopy(rest), memory: memory.id === reply?.id ? reply : frozenCopy(memory) });
}

/** The reply is stored once: its place here stays empty, and is filled when the row is read. */
function outboundRow(outbound: OutboundMessage, reply: Memory | null): OutboundRow {
  const { memory, ...rest } = outbound;
  const body = JSON.stringify(memory === reply ? rest : outbound);
  return [outbound.id, outbound.roomId, memory.id, outbound.createdAt, body];
}
