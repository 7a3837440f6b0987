/** What went because it was kept long enough: how much, of which agent, on which day and by which rule. */
import { z } from 'zod';
import type { Logger } from '../logger.js';
import type { RetentionRule } from '../memory/retention.js';
import type { Page, PageRequest } from '../store/paging.js';
import { defineRecord, type TypedRecords } from '../store/record.js';
import type { RecordStore } from '../store/record-store.js';

const keptMs = 400 * 86_400_000;

const Report = z.looseObject({
  agentId: z.string(),
  /** `2026-03-29`, UTC. */
  day: z.string(),
  /** How much went, by rule. */
  went: z.record(z.string(), z.number()),
  /** When something went last, Unix ms. */
  at: z.number(),
});
export type Report = z.infer<typeof Report>;

const reportRecord = defineRecord<Report>({
  kind: 'retention-report',
  schema: Report,
  group: ({ agentId }) => agentId,
  due: ({ at }) => at + keptMs,
});

export class RetentionReport {
  readonly #records: TypedRecords<Report>;
  readonly #log: Logger;

  constructor(records: RecordStore, log: Logger) {
    this.#records = reportRecord.in(records, log);
    this.#log = log;
  }

  /** Never rejects: what went is gone, whether that could be written down or not. */
  async add(agentId: string, rule: RetentionRule, count: number, at = Date.now()): Promise<void> {
    const day = new Date(at).toISOString().slice(0, 10);
    await this.#records
      .change(`${day}/${agentId}`, (before) => ({
        ...{ ...before, agentId, day, at },
        went: { ...before?.went, [rule]: (before?.went[rule] ?? 0) + count },
      }))
      .catch((err) => this.#log.warn({ err, agentId, rule, count }, 'what went could not be written down'));
  }

  /** The oldest day first. */
  async list({ agentId, ...page }: PageRequest & { agentId?: string | undefined }): Promise<Page<Report>> {
    const { items, nextCursor } = await this.#records.list({ ...page, ...(agentId && { group: agentId }) });
    return { items: items.map(({ value }) => value), nextCursor };
  }

  /** Days that nobody looks at any more. */
  async drop(now: number): Promise<void> {
    for (const { id, version } of await this.#records.due(now, 100)) await this.#records.remove(id, version);
  }
}
