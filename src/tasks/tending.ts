/** What follows from how a task stands: its next turn, its message, its end. All of it can be repeated. */
import { type Memory, triggerMemory } from '../core/memory.js';
import { type Turn, turnIdOf } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { History } from '../store/history.js';
import type { TypedRecords } from '../store/record.js';
import type { TurnStore } from '../store/turn-store.js';
import { isOver, type Task } from './task.js';
import { progressText, roundText } from './words.js';

export interface TendingParts {
  records: TypedRecords<Task>;
  memories: Pick<History, 'append'>;
  turns: Pick<TurnStore, 'get'>;
  /** Shows a text in the task's room, in the place of another one where that is named; gives back what names it. */
  show(task: Task, text: string, once: string, replaces?: string): Promise<string>;
  /** The room has something to do. */
  schedule(trigger: Memory): Promise<void>;
  /** How long one that is over is kept, in ms. */
  keptMs(agentId: string): number;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** So long nobody looks at a task that goes on, in ms: whoever works on it may be dead then. */
const leaseMs = 15_000;
const batch = 200;
/** Tries to show what others change at the same time. */
const mostLooks = 5;

export class Tending {
  readonly #parts: TendingParts;

  constructor(parts: TendingParts) {
    this.#parts = parts;
  }

  /** When others look, should whoever works on it die now. */
  later(): number {
    return this.#parts.now() + leaseMs;
  }

  async sweep(): Promise<void> {
    const { records, now, log } = this.#parts;
    for (const { id } of await records.due(now(), batch))
      await this.tend(id).catch((err) => log.warn({ err, task: id }, 'a task is left to the next sweep'));
  }

  async tend(id: string): Promise<void> {
    const { records, keptMs, now } = this.#parts;
    const found = await records.get(id);
    if (!found) return;
    const { value, version } = found;
    if (value.state === 'running') return this.#goOn(id, value);
    await this.show(id);
    if (!isOver(value)) return this.#lookAt(id, undefined);
    const until = (value.endedAt ?? now()) + keptMs(value.agentId);
    if (until <= now()) await records.remove(id, version);
    else await this.#lookAt(id, until);
  }

  /** The message of a task shows how it stands; a child is shown with the one above it. */
  async show(id: string): Promise<void> {
    const { records, show } = this.#parts;
    for (let looks = 0; looks < mostLooks; looks++) {
      const task = (await records.get(id))?.value;
      if (!task || task.shown >= task.looks || task.parent) return;
      const children = await this.#childrenOf(task);
      const text = progressText(id, task, children);
      const message = await show(task, text, `task:${id}:${task.looks}`, task.message);
      await records.change(id, (now) =>
        now ? { ...now, message: now.message || message, shown: Math.max(now.shown, task.looks) } : undefined,
      );
    }
  }

  /** It looks otherwise, and so does the one above it. */
  async changed(id: string, { parent }: Pick<Task, 'parent'>): Promise<void> {
    if (parent === undefined) return this.show(id);
    const above = await this.#parts.records.change(parent, (now) =>
      now ? { ...now, looks: now.looks + 1 } : undefined,
    );
    if (above) await this.changed(parent, above);
  }

  async #goOn(id: string, task: Task): Promise<void> {
    const { schedule } = this.#parts;
    await this.show(id);
    const open = (await this.#childrenOf(task)).filter((child) => !isOver(child));
    // It is tended when one of them ends.
    if (open.length > 0) return this.#lookAt(id, this.later());
    const trigger = await this.#trigger(id, task);
    if (trigger.status === 'pending') {
      await this.#lookAt(id, this.later());
      return schedule(trigger);
    }
    const turn = await this.#lastOf(turnIdOf(trigger));
    if (turn?.status === 'failed') return this.#end(id, task, 'failed', turn.error?.message);
    if (turn?.status === 'stopped') return this.#end(id, task, 'stopped', 'Its turn was stopped.');
    await this.#lookAt(id, this.later());
  }

  async #trigger(id: string, task: Task): Promise<Memory> {
    const { startedBy, round, asker, taint } = task;
    const trigger = { kind: 'parent' as const, turnId: startedBy, task: { id, round } };
    const made = triggerMemory(task, {
      trigger,
      key: `task:${id}:${round}`,
      text: roundText(id),
    });
    const { memory } = await this.#parts.memories.append({
      ...made,
      ...(asker && { asker }),
      ...(taint && { taint }),
    });
    return memory;
  }

  /** What a turn has become, however often it waited. */
  async #lastOf(turnId: string): Promise<Turn | null> {
    const turn = await this.#parts.turns.get(turnId);
    return turn?.continuedBy === undefined ? turn : this.#lastOf(turn.continuedBy);
  }

  /** Its turn has ended as no turn of a task does. */
  async #end(id: string, { round, parent }: Task, state: 'failed' | 'stopped', why?: string): Promise<void> {
    await this.#parts.records.change(id, (now) =>
      now?.state === 'running' && now.round === round
        ? { ...now, state, why, endedAt: this.#parts.now(), looks: now.looks + 1 }
        : undefined,
    );
    await this.changed(id, { parent });
    await this.tend(id);
    if (parent !== undefined) await this.tend(parent);
  }

  async #childrenOf({ children }: Task): Promise<Task[]> {
    const found = await Promise.all(children.map((child) => this.#parts.records.get(child)));
    return found.flatMap((child) => (child ? [child.value] : []));
  }

  async #lookAt(id: string, at: number | undefined): Promise<void> {
    await this.#parts.records.change(id, (now) =>
      now && now.lookAt !== at ? { ...now, lookAt: at } : undefined,
    );
  }
}
