/** Lessons of all agents: proposed, decided about, and those that prompts have. */
import { derivedId } from '../core/ids.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Page, PageRequest } from '../store/paging.js';
import { all } from '../store/paging.js';
import type { TypedRecords, Versioned } from '../store/record.js';
import type { RecordStore } from '../store/record-store.js';
import { type Lesson, type LessonState, lessonRecord, lessonText } from './lesson.js';

export interface LessonsParts {
  records: RecordStore;
  /** No other process writes there. */
  alone: boolean;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** Most that an agent has in its prompt. */
export const mostApproved = 50;
const mostChanges = 50;
const mostFrom = 20;
/** What others have decided counts after so long, in ms. */
const knownMs = 800;

/** What may follow what. What was removed or rejected may be approved after all. */
const before: Record<Exclude<LessonState, 'proposed'>, readonly LessonState[]> = {
  approved: ['proposed', 'rejected', 'removed'],
  rejected: ['proposed'],
  removed: ['approved', 'proposed', 'rejected'],
};

interface Known {
  texts: readonly string[];
  at: number;
}

export class Lessons {
  readonly #parts: LessonsParts;
  readonly #records: TypedRecords<Lesson>;
  readonly #known = new Map<string, Known>();

  constructor(parts: LessonsParts) {
    this.#parts = parts;
    this.#records = lessonRecord.in(parts.records, parts.log);
  }

  /** Those that stand in the agent's prompt, oldest first; the same list until they change. */
  async approved(agentId: string): Promise<readonly string[]> {
    const { alone } = this.#parts;
    const at = performance.now();
    const known = this.#known.get(agentId);
    if (known && (alone || at - known.at < knownMs)) return known.texts;
    const found = await all((page) => this.#records.list({ ...page, group: agentId }));
    const texts = found
      .filter(({ value }) => value.state === 'approved')
      .sort((a, b) => decidedAt(a.value) - decidedAt(b.value) || (a.id < b.id ? -1 : 1))
      .slice(0, mostApproved)
      .map(({ value }) => value.text);
    const same = known && JSON.stringify(known.texts) === JSON.stringify(texts) ? known.texts : texts;
    this.#known.set(agentId, { texts: same, at });
    return same;
  }

  get(id: string): Promise<Versioned<Lesson> | null> {
    return this.#records.get(id);
  }

  list(request: PageRequest & { group?: string }): Promise<Page<Versioned<Lesson>>> {
    return this.#records.list(request);
  }

  /**
   * The same one is proposed once: what was decided about it stays.
   * @param key what makes it the same one; absent: its text
   */
  async propose(
    {
      agentId,
      text: said,
      from = [],
      why,
    }: Pick<Lesson, 'agentId' | 'text'> & Partial<Pick<Lesson, 'from' | 'why'>>,
    by: string,
    key?: string,
  ): Promise<{ id: string; lesson: Lesson; isNew: boolean }> {
    const text = lessonText(said);
    if (text === '') throw new FatalError('invalid_field', 'text: must say something.', { field: 'text' });
    const id = derivedId('lesson', agentId, key ?? text.toLowerCase());
    let isNew = false;
    const lesson = await this.#records.change(id, (known) => {
      isNew = known === null;
      if (known) return undefined;
      const state = 'proposed' as const;
      const changes = [{ state, text, by, at: this.#parts.now() }];
      const turns = from.slice(-mostFrom);
      return { agentId, text, state, version: 1, from: turns, ...(why && { why }), changes };
    });
    return { id, lesson: lesson!, isNew };
  }

  /**
   * @param version the one that was read; absent: whatever there is
   * @throws FatalError `not_found`, `conflict`
   */
  async decide(
    id: string,
    state: Exclude<LessonState, 'proposed'>,
    by: string,
    { version, text: said }: { version?: number | undefined; text?: string | undefined } = {},
  ): Promise<Lesson> {
    let problem: FatalError | undefined;
    const lesson = await this.#records.change(id, (known) => {
      problem = undefined;
      if (!known) return undefined;
      if (version !== undefined && known.version !== version)
        problem = conflict(`It has changed meanwhile: version ${known.version} is ${known.state}.`);
      const text = said === undefined ? known.text : lessonText(said);
      if (known.state === state && text === known.text) return undefined;
      if (known.state !== state && !before[state].includes(known.state))
        problem = conflict(`It is ${known.state}, so it cannot be ${state}.`);
      if (problem) return undefined;
      const changes = [...known.changes, { state, text, by, at: this.#parts.now() }].slice(-mostChanges);
      return { ...known, state, text, version: known.version + 1, changes };
    });
    if (problem) throw problem;
    if (!lesson) throw new FatalError('not_found', 'There is no such lesson.', { field: 'id' });
    this.#known.delete(lesson.agentId);
    return lesson;
  }
}

function decidedAt({ changes }: Lesson): number {
  return changes.at(-1)?.at ?? 0;
}

function conflict(message: string): FatalError {
  return new FatalError('conflict', message, { field: 'id' });
}
