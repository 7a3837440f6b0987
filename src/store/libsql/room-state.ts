import type { Memory, MemoryStatus } from '../../core/memory.js';
import type { OutboundMessage, TurnCheckpoint } from '../../core/turn.js';
import type { Due, Failing } from '../outbox.js';
import type { Claim } from '../turn-store.js';
import { frozen } from './frozen.js';
import { readMemories, type Stored, weightOf } from './row.js';
import { Window, weightOfAll } from './window.js';

export interface FinishedTurn {
  turnId: string;
  roomId: string;
  covers: readonly string[];
  /** What the covered messages become. */
  status: MemoryStatus;
}

/** A room's part of the tables, as JSON lists. */
export interface RoomRows {
  recent: string;
  pending: string;
  checkpoints: string;
  due: string;
}

/** What the next turn and the next delivery of a room need, as the database has it. */
export class RoomState {
  readonly #recent: Window;
  #pending: Stored[];
  #checkpoints: TurnCheckpoint[];
  /** How long the steps of each are, as JSON. */
  readonly #lengths = new Map<string, number>();
  #outbox: Due[];

  constructor(roomId: string, rows: RoomRows, recentSize: number) {
    this.#recent = new Window(readMemories(rows.recent), recentSize);
    this.#pending = readMemories(rows.pending);
    this.#checkpoints = readCheckpoints(roomId, rows.checkpoints);
    for (const { turnId, steps } of this.#checkpoints)
      this.#lengths.set(turnId, JSON.stringify(steps).length);
    this.#outbox = readOutbound(rows.due);
  }

  /** How much it holds, in memories; long ones count for several. */
  get size(): number {
    let size = 1 + this.#recent.weight + weightOfAll(this.#pending) + weightOfAll(this.#outbox);
    for (const length of this.#lengths.values()) size += weightOf(length);
    return size;
  }

  /** Messages that wait, for a turn or for delivery; the larger count. */
  get backlog(): number {
    return Math.max(this.#pending.length, this.#outbox.length);
  }

  holdsRecent(limit: number): boolean {
    return this.#recent.holds(limit);
  }

  recent(limit: number): Memory[] {
    return this.#recent.newest(limit);
  }

  /** `limit` does not cut what a checkpoint covers: the turn was begun with these messages. */
  claim(limit: number): Claim {
    for (const checkpoint of this.#checkpoints) {
      const covered = this.#pending.filter(({ memory }) => checkpoint.covers.includes(memory.id));
      // A checkpoint without pending messages is a leftover; the others' turns must not wait for it.
      if (covered.length > 0) return { messages: covered.map(({ memory }) => memory), checkpoint };
    }
    return this.#head(limit);
  }

  /** A trigger is a turn of its own, and so are the messages before it. */
  #head(limit: number): Claim {
    const messages = this.#pending.slice(0, limit).map(({ memory }) => memory);
    const trigger = messages.findIndex(({ kind }) => kind === 'trigger');
    if (trigger < 0) return { messages, checkpoint: null };
    return { messages: messages.slice(0, Math.max(trigger, 1)), checkpoint: null, cut: true };
  }

  due(limit: number): Due[] {
    return this.#outbox.slice(0, limit);
  }

  get outboundIds(): string[] {
    return this.#outbox.map(({ id }) => id);
  }

  appended(stored: Stored): void {
    if (stored.memory.status === 'pending') this.#pending.push(stored);
    else if (stored.memory.kind === 'message') this.#recent.insert(stored);
  }

  /** @param length of its steps, as JSON */
  checkpointed(checkpoint: TurnCheckpoint, length: number): void {
    this.#lengths.set(checkpoint.turnId, length);
    const at = this.#checkpoints.findIndex(({ turnId }) => turnId === checkpoint.turnId);
    if (at < 0) this.#checkpoints.push(checkpoint);
    else this.#checkpoints[at] = Object.freeze({ ...checkpoint, covers: this.#checkpoints[at]!.covers });
  }

  committed({ turnId, covers, status }: FinishedTurn): void {
    const covered = new Set(covers);
    const left: Stored[] = [];
    for (const { seq, memory } of this.#pending) {
      if (!covered.has(memory.id)) left.push({ seq, memory });
      else this.appended({ seq, memory: Object.freeze({ ...memory, status, turnId }) });
    }
    this.#pending = left;
    this.#checkpoints = this.#checkpoints.filter((checkpoint) => checkpoint.turnId !== turnId);
    this.#lengths.delete(turnId);
  }

  queued(outbound: OutboundMessage): void {
    this.#outbox.push(outbound);
  }

  delivered(id: string): void {
    this.#outbox = this.#outbox.filter((outbound) => outbound.id !== id);
  }

  failed(id: string, failing: Failing): void {
    this.#outbox = this.#outbox.map((outbound) =>
      outbound.id === id ? frozen({ ...outbound, attempts: outbound.attempts + 1, failing }) : outbound,
    );
  }
}

function readCheckpoints(roomId: string, json: string): TurnCheckpoint[] {
  const rows = JSON.parse(json) as [string, string, string[], TurnCheckpoint['steps'], number][];
  return rows.map(([turnId, agentId, covers, steps, tries]) =>
    frozen({ turnId, roomId, agentId, covers, steps, ...(tries > 0 && { tries }) }),
  );
}

function readOutbound(json: string): Due[] {
  type Row = [attempts: number, failing: Failing | null, body: Due, reply: Memory | null];
  return (JSON.parse(json) as Row[]).map(([attempts, failing, outbound, reply]) => {
    outbound.attempts = attempts;
    if (failing) outbound.failing = failing;
    if (reply) outbound.memory ??= reply;
    return frozen(outbound);
  });
}
