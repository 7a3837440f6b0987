import { randomInt } from 'node:crypto';
import { calculateObjectSize, Long } from 'bson';
import { fail } from './errors.js';
import type { Doc } from './query/values.js';

const MAX_REPLY = 16_000_000;
const IDLE = 10 * 60_000;

interface Cursor {
  namespace: string;
  rows: Doc[];
  at: number;
  project?: (row: Doc) => Doc;
  usedAt: number;
}

/** Results that did not fit in one reply. */
export class Cursors {
  readonly #cursors = new Map<number, Cursor>();

  /** The first reply of a find or an aggregate. */
  first(
    namespace: string,
    rows: Doc[],
    batchSize: number,
    single: boolean,
    project?: (row: Doc) => Doc,
  ): Doc {
    const cursor: Cursor = { namespace, rows, at: 0, project, usedAt: Date.now() };
    const firstBatch = take(cursor, batchSize);
    const open = !single && cursor.at < rows.length;
    const id = open ? randomInt(1, 2 ** 47) : 0;
    if (open) this.#cursors.set(id, cursor);
    return { cursor: { firstBatch, id: Long.fromNumber(id), ns: namespace }, ok: 1 };
  }

  more(id: number, namespace: string, batchSize: number): Doc {
    const cursor = this.#cursors.get(id);
    if (!cursor) fail('CursorNotFound', `cursor id ${id} not found`);
    if (cursor.namespace !== namespace)
      fail(
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    cursor.usedAt = Date.now();
    const nextBatch = take(cursor, batchSize || Number.POSITIVE_INFINITY);
    const open = cursor.at < cursor.rows.length;
    if (!open) this.#cursors.delete(id);
    return { cursor: { nextBatch, id: Long.fromNumber(open ? id : 0), ns: namespace }, ok: 1 };
  }

  kill(ids: number[]): { killed: number[]; missing: number[] } {
    const killed = ids.filter((id) => this.#cursors.delete(id));
    return { killed, missing: ids.filter((id) => !killed.includes(id)) };
  }

  expire(): void {
    for (const [id, cursor] of this.#cursors) if (cursor.usedAt < Date.now() - IDLE) this.#cursors.delete(id);
  }
}

function take(cursor: Cursor, count: number): Doc[] {
  const batch: Doc[] = [];
  let size = 0;
  while (cursor.at < cursor.rows.length && batch.length < count) {
    const row = cursor.rows[cursor.at]!;
    const shown = cursor.project ? cursor.project(row) : row;
    if (cursor.rows.length > 100) size += calculateObjectSize(shown);
    if (batch.length && size > MAX_REPLY) break;
    batch.push(shown);
    cursor.at++;
  }
  return batch;
}
