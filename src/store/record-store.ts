/**
 * RecordStore: small JSON documents that change under many hands, the same for every process.
 *
 * - **Version**: 1 when a record is made, one more with every `put`. Whoever changes a record names the version that it
 *   read; of several who do so at once one succeeds. There is no transaction over two records.
 * - **Group**: what a list may be narrowed to, such as whose the records are.
 * - **Due**: when somebody is to look at the record, in Unix ms.
 */
import { FatalError } from '../errors.js';
import type { Page, PageRequest } from './paging.js';

export interface NewRecord {
  /** The sort, such as `approval`: lower-case letters and dashes. */
  kind: string;
  /** Any string; ids of other kinds are others. */
  id: string;
  /** Any JSON value; as text at most `mostRecordBytes`. */
  value: unknown;
  group?: string;
  due?: number;
}

export interface StoredRecord extends NewRecord {
  version: number;
}

/** Of a value as JSON text, in UTF-8. Files and long results have places of their own. */
export const mostRecordBytes = 1_000_000;

/**
 * Numbers of versions begin anew once a record was removed: whoever removes records that may be made again names the
 * version, too, or gives them other ids.
 */
export interface RecordStore {
  /** Null when there is none. */
  get(kind: string, id: string): Promise<StoredRecord | null>;
  /**
   * Replaces this version of the record, value, group and due; 0: only where there is none. False: it has another version,
   * or is gone, and nothing has changed. True: the record is durable, with `version + 1`.
   *
   * @throws FatalError `invalid_field` for a value, kind or due that no store takes; RetryableError `store_unavailable`,
   * also where nobody can say which of both it was: read the record then.
   */
  put(record: NewRecord, version: number): Promise<boolean>;
  /** True: it is gone now. False: there was none, or not in this version. */
  remove(kind: string, id: string, version?: number): Promise<boolean>;
  /** By id. */
  list(kind: string, request: PageRequest & { group?: string }): Promise<Page<StoredRecord>>;
  /** Those whose `due` is not after `now`, earliest first, then by id; at most `limit`. */
  due(kind: string, now: number, limit: number): Promise<StoredRecord[]>;
}

/** The value as the text that is stored. @throws FatalError `invalid_field` */
export function recordText({ kind, id, value, due }: NewRecord): string {
  const refuse = (field: string, problem: string) =>
    new FatalError('invalid_field', `The record "${id}" of kind "${kind}" ${problem}.`, { field });
  if (!/^[a-z][a-z-]*$/.test(kind)) throw refuse('kind', 'has a kind of other than lower-case letters');
  if (due !== undefined && !Number.isSafeInteger(due))
    throw refuse('due', 'is due at what is no time in whole milliseconds');
  const text = JSON.stringify(value ?? null);
  const bytes = Buffer.byteLength(text);
  if (bytes > mostRecordBytes)
    throw refuse('value', `has ${bytes} bytes; at most ${mostRecordBytes} are kept. Make it shorter`);
  return text;
}

/** An id or group as it is stored: JSON text of any string, which lies where the string would. */
export const storedName = (name: string): string => JSON.stringify(name).slice(1, -1);
export const nameOf = (stored: string): string => JSON.parse(`"${stored}"`);
