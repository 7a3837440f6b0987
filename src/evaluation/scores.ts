/** Scores of all agents, counted off the path of turns: what comes within a moment is written together. */
import type { EvaluationRecord } from '../core/evaluation-record.js';
import type { Turn } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { Page, PageRequest } from '../store/paging.js';
import type { TypedRecords, Versioned } from '../store/record.js';
import type { RecordStore } from '../store/record-store.js';
import {
  added,
  type Delta,
  dayOf,
  deltaOf,
  type Score,
  type ScoreKey,
  scoreIdOf,
  scoreRecord,
} from './score.js';

export interface ScoresParts {
  records: RecordStore;
  /** Called with what was written once something failed or was corrected. */
  failed(score: Score): Promise<void>;
  log: Logger;
}

/** What comes within so long is one write, in ms. */
const gatherMs = 200;
/** More than that waits for nobody: the store has been away for long. */
const mostWaiting = 10_000;

export class Scores {
  readonly #parts: ScoresParts;
  readonly #records: TypedRecords<Score>;
  #waiting: { key: ScoreKey; delta: Delta }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: ScoresParts) {
    this.#parts = parts;
    this.#records = scoreRecord.in(parts.records, parts.log);
  }

  list(request: PageRequest & { group?: string }): Promise<Page<Versioned<Score>>> {
    return this.#records.list(request);
  }

  /** A turn that is committed. Returns at once. */
  turned({ turnId, agentId, finishedAt, evaluation }: Turn): void {
    if (!evaluation?.outcome) return;
    this.add(keyOf(agentId, evaluation, finishedAt), deltaOf(evaluation, turnId));
  }

  /** Returns at once. */
  add(key: ScoreKey, delta: Delta): void {
    if (this.#waiting.length >= mostWaiting) return;
    this.#waiting.push({ key, delta });
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs).unref();
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) this.#writing = this.#writing.then(() => this.#write(waiting));
  }

  async #write(waiting: readonly { key: ScoreKey; delta: Delta }[]): Promise<void> {
    const byId = new Map<string, { key: ScoreKey; deltas: Delta[] }>();
    for (const { key, delta } of waiting) {
      const id = scoreIdOf(key);
      const one = byId.get(id) ?? { key, deltas: [] };
      one.deltas.push(delta);
      byId.set(id, one);
    }
    for (const [id, { key, deltas }] of byId) {
      try {
        const score = await this.#records.change(
          id,
          (known) => deltas.reduce<Score | null>((sum, delta) => added(sum, key, delta), known)!,
        );
        if (score && deltas.some(({ turnId }) => turnId !== undefined)) await this.#parts.failed(score);
      } catch (err) {
        this.#parts.log.warn({ err, score: id }, 'scores could not be written; they are lost');
      }
    }
  }
}

/** Of a turn that is over. */
export function keyOf(
  agentId: string,
  { version, topic }: Pick<EvaluationRecord, 'version' | 'topic'>,
  at: number,
): ScoreKey {
  return { agentId, version, topic, day: dayOf(at) };
}
