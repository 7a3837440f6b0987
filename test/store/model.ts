import type { Memory } from '../../src/core/memory.js';
import type { Turn, TurnCheckpoint } from '../../src/core/turn.js';
import type { Due, Failing } from '../../src/store/outbox.js';
import type { TurnCommit } from '../../src/store/turn-store.js';

/** The store as one would write it without a database or a thought for speed. Values are never changed in place. */
export class Model {
  memories: readonly Memory[] = [];
  turns: readonly string[] = [];
  checkpoints: readonly TurnCheckpoint[] = [];
  /** Given-up ones too. */
  outbox: readonly Due[] = [];
  givenUp: readonly string[] = [];

  /** The state as it is now. */
  snapshot(): Model {
    return Object.assign(new Model(), this);
  }

  append(memory: Memory): void {
    const known = this.memories.some(({ source }) => source.messageId === memory.source.messageId);
    if (!known) this.memories = [...this.memories, memory];
  }

  commit({ turn, reply, outbound }: TurnCommit): void {
    if (this.turns.includes(turn.turnId)) return;
    this.turns = [...this.turns, turn.turnId];
    const status = turn.status === 'done' ? 'handled' : 'failed';
    this.memories = this.memories.map((memory) =>
      memory.status === 'pending' && turn.covers.includes(memory.id)
        ? { ...memory, status, turnId: turn.turnId }
        : memory,
    );
    this.checkpoints = this.checkpoints.filter(({ turnId }) => turnId !== turn.turnId);
    if (reply) this.memories = [...this.memories, reply];
    if (outbound) this.outbox = [...this.outbox, outbound];
  }

  checkpoint(checkpoint: TurnCheckpoint): void {
    if (this.turns.includes(checkpoint.turnId)) return;
    if (!this.checkpoints.some(({ turnId }) => turnId === checkpoint.turnId)) {
      this.checkpoints = [...this.checkpoints, checkpoint];
    }
    this.checkpoints = this.checkpoints.map((earlier) =>
      earlier.turnId === checkpoint.turnId ? { ...earlier, steps: checkpoint.steps } : earlier,
    );
  }

  reopen({ turnId, roomId, agentId, covers, steps, status }: Turn): void {
    const again = (memory: Memory) =>
      memory.status === 'failed' && memory.turnId === turnId && covers.includes(memory.id);
    if (status !== 'failed' || !this.turns.includes(turnId) || !this.memories.some(again)) return;
    this.turns = this.turns.filter((id) => id !== turnId);
    this.memories = this.memories.map((memory) =>
      again(memory) ? { ...memory, status: 'pending', turnId: null } : memory,
    );
    this.checkpoint({ turnId, roomId, agentId, covers, steps });
  }

  delivered(id: string): void {
    if (!this.givenUp.includes(id)) this.drop(id);
  }

  giveUp(id: string): void {
    this.failed(id, null);
    this.givenUp = [...this.givenUp, id];
  }

  retry(id: string): void {
    if (!this.givenUp.includes(id)) return;
    this.givenUp = this.givenUp.filter((other) => other !== id);
    this.outbox = this.outbox.map(({ failing, ...due }) =>
      due.id === id || !failing ? due : { ...due, failing },
    );
  }

  drop(id: string): void {
    this.outbox = this.outbox.filter((outbound) => outbound.id !== id);
  }

  failed(id: string, failing: Failing | null): void {
    if (this.givenUp.includes(id)) return;
    this.outbox = this.outbox.map((outbound) =>
      outbound.id === id
        ? { ...outbound, attempts: outbound.attempts + 1, ...(failing && { failing }) }
        : outbound,
    );
  }

  forget(ids: readonly string[]): void {
    this.memories = this.memories.filter(({ id }) => !ids.includes(id));
    this.outbox = this.outbox.filter(({ memory }) => !ids.includes(memory.id));
    // A checkpoint without pending messages is dead, and must not live again with another turn's reopening.
    this.checkpoints = this.checkpoints.filter(({ covers }) =>
      this.memories.some(({ id, status }) => status === 'pending' && covers.includes(id)),
    );
  }

  recent(roomId: string, limit: number): Memory[] {
    const line = this.memories.filter((memory) => memory.roomId === roomId && memory.kind === 'message');
    return line.filter(({ status }) => status !== 'pending').slice(-limit);
  }

  claim(roomId: string, limit: number): { messages: Memory[]; checkpoint: TurnCheckpoint | null } {
    const pending = this.memories.filter((memory) => memory.roomId === roomId && memory.status === 'pending');
    for (const checkpoint of this.checkpoints) {
      const messages = pending.filter(({ id }) => checkpoint.covers.includes(id));
      if (messages.length > 0) return { messages, checkpoint };
    }
    return { messages: pending.slice(0, limit), checkpoint: null };
  }

  due(roomId: string, limit: number): Due[] {
    const due = this.outbox.filter(({ id }) => !this.givenUp.includes(id));
    return due.filter((outbound) => outbound.roomId === roomId).slice(0, limit);
  }

  count(scopes: readonly string[]): number {
    return this.memories.filter(({ scope }) => scopes.includes(scope)).length;
  }

  facts(scopes: readonly string[], limit: number): Memory[] {
    const facts = this.memories.filter(({ scope, kind }) => scopes.includes(scope) && kind === 'fact');
    return facts.reverse().slice(0, limit);
  }
}
