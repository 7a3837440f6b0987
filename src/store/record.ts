/**
 * Records, each sort with its schema, its group and its due in one place: to records what `note.ts` is to notes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { problemsOf, problemText } from '../problems.js';
import type { Page, PageRequest } from './paging.js';
import type { RecordStore, StoredRecord } from './record-store.js';

export interface RecordDefinition<T> {
  /** Of records that lie in a store already; so it never changes. */
  kind: string;
  /**
   * Of what is read. Old records must fit it for ever. Make its objects loose (`z.looseObject`): a record is read, changed
   * and put back, and other objects would lose the fields of newer versions.
   */
  schema: z.ZodType<T>;
  /** What lists may be narrowed to. */
  group?(value: T): string | undefined;
  /** When somebody is to look at it, in Unix ms; undefined: nobody. */
  due?(value: T): number | undefined;
}

/** A record that was read and fits its schema. */
export interface Versioned<T> {
  id: string;
  version: number;
  value: T;
}

/** The records of one sort in a store; see `RecordStore` for what each method promises. */
export interface TypedRecords<T> {
  /** A damaged one is told in the log and counts as none; `put` does not replace it, and `remove` takes it away. */
  get(id: string): Promise<Versioned<T> | null>;
  put(id: string, value: T, version: number): Promise<boolean>;
  /**
   * Reads, changes and puts it, again and again until nobody came in between; gives back what lies there then.
   * `work` gets null where there is none, and may run several times; undefined from it leaves all as it is.
   *
   * @throws RetryableError `store_unavailable` when too many others change it all the time
   */
  change(id: string, work: (value: T | null) => T | undefined): Promise<T | null>;
  remove(id: string, version?: number): Promise<boolean>;
  /** Pages lack damaged ones, which are told in the log. */
  list(request: PageRequest & { group?: string }): Promise<Page<Versioned<T>>>;
  /** Damaged ones are told in the log and take no other's place. */
  due(now: number, limit: number): Promise<Versioned<T>[]>;
}

/** One sort of record. */
export interface RecordSort<T> {
  kind: string;
  in(records: RecordStore, log: Logger): TypedRecords<T>;
}

const mostTries = 60;
/** Pauses between tries are by chance up to this, in ms, and longer with each. */
const pauseMs = 4;

export function defineRecord<T>({ kind, schema, group, due }: RecordDefinition<T>): RecordSort<T> {
  const read = ({ id, version, value }: StoredRecord, log: Logger): Versioned<T> | null => {
    const { data, error } = schema.safeParse(value);
    if (!error) return { id, version, value: data };
    const problem = problemText(problemsOf(error, schema));
    log.warn(
      { record: `${kind}/${id}`, problem },
      'a record cannot be read: it is damaged, or of another version',
    );
    return null;
  };
  const allOf = (found: readonly StoredRecord[], log: Logger) =>
    found.map((record) => read(record, log)).filter((record) => record !== null);
  return {
    kind,
    in(records, log) {
      const typed: TypedRecords<T> = {
        async get(id) {
          const record = await records.get(kind, id);
          return record && read(record, log);
        },
        put: (id, value, version) =>
          records.put({ kind, id, value, group: group?.(value), due: due?.(value) }, version),
        async change(id, work) {
          for (let tries = 1; tries <= mostTries; tries++) {
            const found = await typed.get(id);
            const changed = work(found?.value ?? null);
            if (changed === undefined) return found?.value ?? null;
            if (await typed.put(id, changed, found?.version ?? 0)) return changed;
            await sleep(Math.random() * Math.min(tries, 25) * pauseMs);
          }
          throw new RetryableError(
            'store_unavailable',
            `Others change the record "${kind}/${id}" all the time.`,
          );
        },
        remove: (id, version) => records.remove(kind, id, version),
        async list(request) {
          const { items, nextCursor } = await records.list(kind, request);
          return { items: allOf(items, log), nextCursor };
        },
        async due(now, limit) {
          for (let asked = limit; ; asked *= 4) {
            const found = await records.due(kind, now, asked);
            const whole = allOf(found, log);
            if (whole.length >= limit || found.length < asked) return whole.slice(0, limit);
          }
        },
      };
      return typed;
    },
  };
}
