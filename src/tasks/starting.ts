/** How a task begins, by itself or below another one. */
import type { Role } from '../access/role.js';
import type { Memory } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import { all } from '../store/paging.js';
import type { TypedRecords } from '../store/record.js';
import { isOver, noSpending, type Task } from './task.js';
import type { Tending } from './tending.js';

export interface TaskLimits {
  turns: number;
  tokens: number;
  minutes: number;
}

/** Whoever gives a goal, and where. */
export interface Giver {
  message: Memory;
  role: Role;
  turnId: string;
  taint: readonly Origin[];
  /** The task in whose turn it is given. */
  parent?: string;
}

export interface Goal {
  goal: string;
  steps: string[];
  limits?: Partial<TaskLimits>;
}

/** That go on at the same time in a room, without children. */
const mostInRoom = 10;
const mostChildren = 5;
const deepest = 2;
export interface StartingParts {
  records: TypedRecords<Task>;
  tending: Tending;
  limits: TaskLimits;
  /** Unix ms. */
  now(): number;
}

export class Starting {
  readonly #parts: StartingParts;

  constructor(parts: StartingParts) {
    this.#parts = parts;
  }

  /** The same id again changes nothing. @throws Error for the model: why not */
  async start(id: string, { goal, steps, limits }: Goal, giver: Giver): Promise<void> {
    const { records, tending, now } = this.#parts;
    if (await records.get(id)) return;
    const { message, role, turnId, taint, parent } = giver;
    const { agentId, roomId, scope, source, author, asker } = message;
    const above = parent === undefined ? null : await this.#adopt(parent, id);
    if (!above) {
      const going = (await all((page) => records.list({ ...page, group: roomId }))).filter(
        ({ value }) => !isOver(value) && !value.parent,
      );
      if (going.length >= mostInRoom)
        throw new Error(`${going.length} tasks go on here already: one must end first.`);
    }
    const task: Task = {
      ...{ agentId, roomId, scope, author, ...(asker && { asker }) },
      source: above?.source ?? source,
      ...{ asked: above?.asked ?? message.id, startedBy: turnId, role: above?.role ?? role },
      ...{ goal, steps: steps.map((text) => ({ text, state: 'open' as const })), notes: '' },
      ...{ state: 'running', round: 1, spent: noSpending, idle: 0 },
      limits: { ...this.#limits(limits, above?.limits) },
      ...(parent !== undefined && { parent }),
      ...{ depth: above ? above.depth + 1 : 0, children: [], looks: 1, shown: 0, startedAt: now() },
      lookAt: tending.later(),
      ...(taint.length > 0 && { taint: [...taint] }),
    };
    await records.put(id, task, 0);
    await tending.tend(id);
  }

  /** Who begins a child names it first: one that was stopped has none. @throws Error for the model */
  async #adopt(parent: string, id: string): Promise<Task> {
    const known = (await this.#parts.records.get(parent))?.value;
    const children = await Promise.all(
      (known?.children ?? []).map((child) => this.#parts.records.get(child)),
    );
    if (children.some((child) => child?.value.state === 'stopped'))
      throw new Error('Somebody has stopped a child of this task: it stays stopped, and no other is begun.');
    const task = await this.#parts.records.change(parent, (now) => {
      if (now?.state !== 'running') return undefined;
      if (now.children.includes(id)) return undefined;
      if (now.depth + 1 > deepest) throw new Error('A child this deep begins no other: do it yourself.');
      if (now.children.length >= mostChildren)
        throw new Error(`This task has ${mostChildren} children already: do it yourself.`);
      return { ...now, children: [...now.children, id] };
    });
    if (task?.state !== 'running') throw new Error('This task does not run any more.');
    return task;
  }

  #limits(wished: Partial<TaskLimits> = {}, above: TaskLimits = this.#parts.limits): TaskLimits {
    const least = (of: keyof TaskLimits) => Math.min(above[of], wished[of] ?? above[of]);
    return { turns: least('turns'), tokens: least('tokens'), minutes: least('minutes') };
  }
}
