/** Tasks from the beginning to the end: each change is one compare-and-set of one record, and what follows can be repeated. */
import { isAtLeast, type Role } from '../access/role.js';
import { addOrigins, type Origin } from '../core/origin.js';
import { FatalError } from '../errors.js';
import type { History } from '../store/history.js';
import { all, type Page, type PageRequest } from '../store/paging.js';
import type { Versioned } from '../store/record.js';
import { Starting, type StartingParts } from './starting.js';
import { isOver, noSpending, type Task, type TaskState } from './task.js';
import { progressText } from './words.js';

export interface TasksParts extends StartingParts {
  memories: Pick<History, 'get'>;
  /** The turn of a task that was halted: what it waits for is called off; where it was stopped, what runs ends. */
  endTurn(turnId: string, roomId: string, stopped: boolean): Promise<void>;
}

/** Turns in a row in which it does nothing, before it counts as stuck. */
const mostIdle = 3;

/** How a turn of a task has ended. */
export interface Round {
  turnId: string;
  text: string;
  tokens: number;
  workedMs: number;
  /** It has called something. */
  acted: boolean;
  waits: boolean;
  taint: readonly Origin[];
}

export class Tasks {
  readonly #parts: TasksParts;
  readonly start: Starting['start'];

  constructor(parts: TasksParts) {
    this.#parts = parts;
    const starting = new Starting(parts);
    this.start = (...what) => starting.start(...what);
  }

  get(id: string): Promise<Versioned<Task> | null> {
    return this.#parts.records.get(id);
  }

  list(page: PageRequest & { group?: string }): Promise<Page<Versioned<Task>>> {
    return this.#parts.records.list(page);
  }

  /** Of a room, oldest first. */
  async inRoom(roomId: string): Promise<{ id: string; task: Task }[]> {
    const found = await all((page) => this.list({ ...page, group: roomId }));
    return found
      .map(({ id, value }) => ({ id, task: value }))
      .sort((one, other) => one.task.startedAt - other.task.startedAt);
  }

  /** Undefined from `work` leaves it as it is. What people are shown of it changes with it. */
  async change(id: string, work: (task: Task) => Partial<Task> | undefined): Promise<Task | null> {
    const { records, tending } = this.#parts;
    let seen = false;
    const task = await records.change(id, (now) => {
      const more = now && work(now);
      if (!more) return undefined;
      const next = { ...now, ...more };
      seen = progressText(id, now, []) !== progressText(id, next, []);
      return seen ? { ...next, looks: now.looks + 1 } : next;
    });
    if (seen && task) await tending.changed(id, task);
    return task;
  }

  /** It does not go on by itself. Another state than running is left, but for what is to be over. */
  async settle(id: string, state: TaskState, why?: string, more: Partial<Task> = {}): Promise<Task | null> {
    const { tending } = this.#parts;
    const settled = await this.change(id, (task) => {
      if (isOver(task) || (task.state !== 'running' && !isOver({ state }))) return undefined;
      return { ...this.#ending(task, state, why), lookAt: tending.later(), ...more };
    });
    if (settled?.parent && isOver(settled)) await tending.tend(settled.parent);
    return settled;
  }

  /**
   * Stops it for good, or until it is resumed, and all below it: children first, so that none begins another meanwhile.
   * @throws FatalError `not_found`
   */
  async halt(id: string, state: 'stopped' | 'paused', why: string): Promise<Task> {
    const before = await this.#require(id);
    const halted = (await this.settle(id, state, why)) ?? before;
    for (const child of halted.children) if (await this.get(child)) await this.halt(child, state, why);
    if (halted.turnId && halted.state !== before.state)
      await this.#parts.endTurn(halted.turnId, halted.roomId, state === 'stopped');
    return halted;
  }

  /** Goes on with what is paused, blocked or at a limit, with new limits. @throws FatalError `not_found`, `conflict` */
  async resume(id: string): Promise<Task> {
    const { tending } = this.#parts;
    const task = await this.#require(id);
    if (isOver(task))
      throw new FatalError('conflict', `The task is ${task.state}: give the goal anew.`, { field: 'id' });
    const resumed = await this.change(id, ({ state, round }) =>
      state === 'running' || isOver({ state })
        ? undefined
        : { state: 'running', why: undefined, round: round + 1, spent: noSpending, idle: 0, trying: false },
    );
    for (const child of task.children)
      if ((await this.get(child))?.value.state === 'paused') await this.resume(child);
    await tending.tend(id);
    return resumed ?? task;
  }

  /** Call when something of these rooms was forgotten: a task whose question is gone stops, and its words go. */
  async forgotten(roomIds: readonly string[]): Promise<void> {
    for (const roomId of new Set(roomIds))
      for (const { id, task } of await this.inRoom(roomId)) await this.#forgetIfGone(id, task);
  }

  /** What a turn of it begins with; null: it has nothing to do. @param role of whoever asked for it, now */
  async begin(id: string, round: number, turnId: string, role: Role): Promise<Task | null> {
    const found = await this.get(id);
    if (!found || (await this.#forgetIfGone(id, found.value))) return null;
    const { value } = found;
    if (value.round !== round) return null;
    if (value.state !== 'running') return value;
    const halted = await this.#haltedAbove(value);
    if (halted) return this.settle(id, halted, 'The task that began it does not run.');
    if (!isAtLeast(role, value.role))
      return this.settle(id, 'blocked', `Whoever asked for it was ${value.role} here, and is not now.`);
    if (value.parent && value.trying && value.turnId === turnId)
      return this.settle(
        id,
        'failed',
        'The process that worked on it died; what it did last may have taken effect.',
      );
    const { records, tending } = this.#parts;
    return records.change(id, (now) =>
      now?.round === round ? { ...now, turnId, trying: true, lookAt: tending.later() } : undefined,
    );
  }

  /** Whether this round of it may go on: asked before a model is, and before each call. */
  async mayGoOn(id: string, round: number, tokens: number): Promise<boolean> {
    const task = (await this.get(id))?.value;
    if (!task || task.round !== round || task.state !== 'running') return false;
    return task.spent.tokens + tokens < task.limits.tokens && (await this.#haltedAbove(task)) === null;
  }

  /** An attempt at its turn ended without its end; another one follows. */
  async interrupted(id: string, turnId: string): Promise<void> {
    await this.#parts.records.change(id, (task) =>
      task?.turnId === turnId ? { ...task, trying: false } : undefined,
    );
  }

  /** What it was asked for with; empty: it is forgotten. */
  async askedText(id: string): Promise<string> {
    const asked = (await this.get(id))?.value.asked;
    return (asked && (await this.#parts.memories.get(asked))?.content.text) || '';
  }

  sweep(): Promise<void> {
    return this.#parts.tending.sweep();
  }

  /** How it stands after a turn; what follows is begun. */
  async ended(id: string, round: number, how: Round): Promise<Task | null> {
    const { tending } = this.#parts;
    const task = await this.change(id, (before) => {
      if (before.round !== round) return undefined;
      const taint = [...(before.taint ?? [])];
      addOrigins(taint, how.taint);
      const after = {
        trying: false,
        ...(taint.length > 0 && { taint }),
        notes: how.text.slice(0, 2000),
        spent: {
          turns: before.spent.turns + 1,
          tokens: before.spent.tokens + how.tokens,
          workedMs: before.spent.workedMs + how.workedMs,
        },
        idle: how.acted ? 0 : before.idle + 1,
        lookAt: tending.later(),
      };
      if (before.state !== 'running' || how.waits) return after;
      const limit = limitOf({ ...before, ...after });
      if (limit) return { ...after, ...this.#ending(before, 'limit', limit) };
      if (after.idle >= mostIdle)
        return { ...after, ...this.#ending(before, 'blocked', `I got no further. ${after.notes}`.trim()) };
      return { ...after, round: round + 1 };
    });
    await tending.tend(id);
    if (task?.parent && isOver(task)) await tending.tend(task.parent);
    return (await this.get(id))?.value ?? null;
  }

  /** Null: nothing above it hinders it. */
  async #haltedAbove({ parent }: Task): Promise<'stopped' | 'paused' | null> {
    if (parent === undefined) return null;
    const above = (await this.get(parent))?.value;
    if (!above || isOver(above)) return 'stopped';
    return above.state === 'running' ? this.#haltedAbove(above) : 'paused';
  }

  async #forgetIfGone(id: string, { asked, goal, turnId, roomId }: Task): Promise<boolean> {
    if (await this.#parts.memories.get(asked)) return false;
    await this.settle(id, 'stopped', 'What it was asked for with is forgotten.');
    if (goal !== forgottenGoal) {
      const empty = { goal: forgottenGoal, steps: [], notes: '', result: undefined, why: undefined };
      await this.change(id, () => ({ ...empty, asker: undefined, taint: undefined }));
      if (turnId) await this.#parts.endTurn(turnId, roomId, true);
    }
    return true;
  }

  /** A child that cannot go on by itself has failed: whoever began it finds another way. */
  #ending({ parent }: Task, state: TaskState, why?: string): Partial<Task> {
    const ended = parent !== undefined && (state === 'blocked' || state === 'limit') ? 'failed' : state;
    return { state: ended, why, ...(isOver({ state: ended }) && { endedAt: this.#parts.now() }) };
  }

  async #require(id: string): Promise<Task> {
    const found = await this.get(id);
    if (!found) throw new FatalError('not_found', 'There is no such task.', { field: 'id' });
    return found.value;
  }
}

const forgottenGoal = '(forgotten)';
const minuteMs = 60_000;

function limitOf({ spent, limits }: Pick<Task, 'spent' | 'limits'>): string | null {
  if (spent.turns >= limits.turns) return `${limits.turns} turns were taken.`;
  if (spent.tokens >= limits.tokens) return `${limits.tokens} tokens were spent.`;
  if (spent.workedMs >= limits.minutes * minuteMs) return `${limits.minutes} minutes were worked.`;
  return null;
}
