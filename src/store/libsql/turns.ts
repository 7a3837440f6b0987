import type { Memory } from '../../core/memory.js';
import { type OutboundMessage, readSteps, type Turn, type TurnCheckpoint } from '../../core/turn.js';
import type { Appended } from '../history.js';
import type { Page } from '../paging.js';
import { whole } from '../paging.js';
import type { Claim, TurnCommit, TurnListRequest, TurnStore } from '../turn-store.js';
import { endOfAll, pageOfStep, readNumber } from './cursors.js';
import { frozenCopy } from './frozen.js';
import type { Link } from './link.js';
import type { OutboundRow } from './outbox-table.js';
import type { Replica } from './replica.js';
import { readMemories, rowOf, statusNumber } from './row.js';

export class LibsqlTurns implements TurnStore {
  readonly #link: Link;
  readonly #replica: Replica;

  constructor(link: Link, replica: Replica) {
    this.#link = link;
    this.#replica = replica;
  }

  async claim(roomId: string, limit: number): Promise<Claim> {
    const pending = whole(limit);
    const claim = (await this.#replica.room(roomId, { pending })).claim(pending);
    // A copy: who has it goes on with its steps.
    return claim.checkpoint ? { ...claim, checkpoint: structuredClone(claim.checkpoint) } : claim;
  }

  async checkpoint(checkpoint: TurnCheckpoint): Promise<void> {
    const { turnId, roomId, agentId, covers, steps, tries = 0 } = checkpoint;
    const counted = tries > 0 ? { tries } : {};
    const stored = frozenCopy({ turnId, roomId, agentId, covers, steps, ...counted });
    const json = [JSON.stringify(covers), JSON.stringify(steps), tries] as const;
    await this.#link.call('checkpoint', [turnId, roomId, agentId, ...json], (written) => {
      if (written) this.#replica.checkpointed(stored);
    });
  }

  async commit({ turn, reply, outbound }: TurnCommit): Promise<boolean> {
    const { turnId, roomId, trigger } = turn;
    const covers = [...turn.covers];
    const status = turn.status === 'failed' ? 'failed' : 'handled';
    const memory = reply && frozenCopy(reply);
    const sent = outbound && outboundOf(outbound, memory);
    const row = {
      turnId,
      roomId,
      covers,
      status: statusNumber[status],
      turn: JSON.stringify(turn),
      until: turn.status === 'waiting' ? (turn.waitsUntil ?? 0) : null,
      continues: trigger?.kind === 'decision' ? trigger.turnId : null,
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
    if (body === null) return null;
    const turn = JSON.parse(body) as Turn;
    return { ...turn, steps: readSteps(turn.steps) };
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

  async wake(messageId: string): Promise<boolean> {
    const roomId = await this.#link.call('wake', [messageId], (room) => {
      if (room !== null) this.#replica.revived(room);
    });
    return roomId !== null;
  }

  async decide(turnId: string, trigger: Memory): Promise<Appended> {
    const stored = frozenCopy(trigger);
    let appended: Appended;
    await this.#link.call('decide', [turnId, rowOf(stored)], (result) => {
      const earlier = typeof result === 'string' ? readMemories(result)[0]!.memory : undefined;
      if (!earlier) this.#replica.appended({ seq: result as number, memory: stored });
      appended = { memory: earlier ?? stored, duplicate: earlier !== undefined };
    });
    return appended!;
  }

  async expired(now: number, limit: number): Promise<string[]> {
    return JSON.parse(await this.#link.call('turnsExpired', [now, whole(limit)]));
  }

  async undecided(roomId: string, limit: number): Promise<string[]> {
    return JSON.parse(await this.#link.call('turnsUndecided', [roomId, whole(limit)]));
  }

  stopWaiting(turnId: string): Promise<boolean> {
    return this.#link.call('stopWaiting', [turnId]);
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
