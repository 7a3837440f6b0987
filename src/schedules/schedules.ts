import type { Role } from '../access/role.js';
import { newId } from '../core/ids.js';
import { type Memory, roomSourceOf } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import { FatalError } from '../errors.js';
import type { WhenWished } from '../plugin/plugin.js';
import type { PageRequest } from '../store/paging.js';
import type { TypedRecords, Versioned } from '../store/record.js';
import type { Schedule } from './schedule.js';
import { checkTimes, following, type When, whenOf } from './times.js';

const longestText = 4000;
/** Of one person with one agent, and of an agent. */
const mostOfPerson = 50;
const mostOfAgent = 2000;
const listed = 500;

/** Where it is for, and who makes it: of a message, or of a room's last one. */
export type Made = Pick<Memory, 'agentId' | 'roomId' | 'scope' | 'source' | 'author' | 'asker'>;

export interface Wanted extends Pick<Schedule, 'kind' | 'text' | 'when' | 'missed'> {
  taint?: Origin[];
}

export interface SchedulesParts {
  records: TypedRecords<Schedule>;
  /** The role of whoever makes one, where they write. */
  roleOf(made: Made): Promise<Role>;
  /** What is due may be another one now. */
  changed(): void;
  now(): number;
}

/** What people, tools and operations make of schedules. */
export class Schedules {
  readonly #parts: SchedulesParts;

  constructor(parts: SchedulesParts) {
    this.#parts = parts;
  }

  /** @throws FatalError `invalid_field`, `quota_exceeded` */
  async add(made: Made, { taint = [], ...wanted }: Wanted): Promise<Versioned<Schedule>> {
    const { records, roleOf, changed, now } = this.#parts;
    checkTimes(wanted.when, now());
    const text = wanted.text.trim();
    if (text === '' || text.length > longestText)
      throw new FatalError('invalid_field', `text: must have 1 to ${longestText} characters.`, {
        field: 'text',
      });
    await this.#checkCount(made);
    const { agentId, roomId, scope, source, author, asker } = made;
    const id = newId();
    const schedule: Schedule = {
      ...{ agentId, roomId, scope, author, ...wanted, text },
      source: { ...roomSourceOf(source), messageId: id, ...(source.pull && { pull: true }) },
      ...(asker && { asker }),
      ...(taint.length > 0 && { taint: [...taint] }),
      ...{ role: await roleOf(made), madeAt: now(), state: 'active' },
      next: following(wanted.when, now(), 1)[0] ?? null,
    };
    await records.put(id, schedule, 0);
    changed();
    return { id, version: 1, value: schedule };
  }

  /** @throws FatalError `invalid_field` */
  whenOf(wish: WhenWished): When {
    return whenOf(wish, this.#parts.now());
  }

  get(id: string): Promise<Versioned<Schedule> | null> {
    return this.#parts.records.get(id);
  }

  list(page: PageRequest & { agentId?: string }) {
    const { agentId, ...request } = page;
    return this.#parts.records.list({ ...request, ...(agentId !== undefined && { group: agentId }) });
  }

  /** Those of a room that still have something to do, oldest first. */
  async inRoom({ agentId, roomId }: Pick<Made, 'agentId' | 'roomId'>): Promise<Versioned<Schedule>[]> {
    const found: Versioned<Schedule>[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await this.list({ agentId, limit: listed, ...(cursor && { cursor }) });
      found.push(...page.items.filter(({ value }) => value.roomId === roomId && isOpen(value)));
      cursor = page.nextCursor;
    }
    return found;
  }

  /** Null: there is none. @throws FatalError `invalid_field` */
  async change(
    id: string,
    { paused, ...wanted }: Partial<Pick<Schedule, 'text' | 'when' | 'missed'>> & { paused?: boolean },
  ): Promise<Schedule | null> {
    const { records, changed, now } = this.#parts;
    if (wanted.when) checkTimes(wanted.when, now());
    const schedule = await records.change(id, (value) => {
      if (!value) return undefined;
      const said = { ...value, ...wanted };
      const next = following(said.when, now(), 1)[0] ?? null;
      const state = paused ? 'paused' : next === null ? 'over' : 'active';
      return { ...said, next, state: paused === undefined && value.state === 'paused' ? 'paused' : state };
    });
    changed();
    return schedule;
  }

  remove(id: string): Promise<boolean> {
    return this.#parts.records.remove(id);
  }

  async #checkCount({ agentId, author, source }: Made): Promise<void> {
    let [all, own] = [0, 0];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await this.list({ agentId, limit: listed, ...(cursor && { cursor }) });
      const open = page.items.filter(({ value }) => isOpen(value));
      all += open.length;
      own += open.filter(
        ({ value }) =>
          value.author.id === author.id &&
          value.source.connector === source.connector &&
          value.source.tenant === source.tenant,
      ).length;
      cursor = page.nextCursor;
    }
    if (own >= mostOfPerson || all >= mostOfAgent)
      throw new FatalError(
        'quota_exceeded',
        `There are ${own >= mostOfPerson ? `${own} schedules of yours` : `${all} schedules`} already. Remove one first.`,
      );
  }
}

function isOpen({ state }: Schedule): boolean {
  return state === 'active' || state === 'paused';
}
