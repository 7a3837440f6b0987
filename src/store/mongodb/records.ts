import type { Filter } from 'mongodb';
import { newId } from '../../core/ids.js';
import { readCursor, writeCursor } from '../cursors.js';
import { type Page, type PageRequest, pageOf, whole } from '../paging.js';
import {
  type NewRecord,
  nameOf,
  type RecordStore,
  recordText,
  type StoredRecord,
  storedName,
} from '../record-store.js';
import type { Connection } from './connection.js';
import { isTakenId, unavailable } from './faults.js';
import type { Reads } from './reads.js';

interface RecordDocument {
  /** Kind and id. */
  _id: string;
  kind: string;
  version: number;
  /** Another one with every `put`: shows whose a version is where an answer was lost. */
  mark: string;
  /** JSON text: its field names are not ours. */
  value: string;
  /** Kind and group. */
  group?: string;
  due?: number;
}

/** Not promised on FerretDB 1, whose updates read and then write: that of two changes at once one is refused. */
export class MongoRecords implements RecordStore {
  readonly #connection: Connection;
  readonly #reads: Reads;
  readonly #records;

  constructor(connection: Connection, reads: Reads) {
    this.#connection = connection;
    this.#reads = reads;
    this.#records = connection.collection<RecordDocument>('records');
  }

  async get(kind: string, id: string): Promise<StoredRecord | null> {
    const named = [{ $match: { _id: ofKind(kind, id) } }];
    const [found] = await this.#reads.rows<RecordDocument>(named, 'records');
    return found ? recordOf(found) : null;
  }

  put(record: NewRecord, version: number): Promise<boolean> {
    const { kind, id, group, due } = record;
    const _id = ofKind(kind, id);
    const next = {
      ...{ kind, version: version + 1, mark: newId(), value: recordText(record) },
      ...(group !== undefined && { group: ofKind(kind, group) }),
      ...(due !== undefined && { due }),
    };
    return this.#connection.repeatable(async (_, again) => {
      const done =
        version === 0 ? await this.#add({ _id, ...next }) : await this.#replace(_id, version, next);
      if (done || !again) return done;
      // The first try may have taken effect.
      const found = await this.#records.findOne({ _id });
      if (found?.mark === next.mark) return true;
      if (found && found.version <= next.version) return false;
      throw unavailable(`Nobody can say whether the record "${_id}" was changed.`);
    });
  }

  remove(kind: string, id: string, version?: number): Promise<boolean> {
    const _id = ofKind(kind, id);
    return this.#connection.repeatable(async (_, again) => {
      const { deletedCount } = await this.#records.deleteOne({
        _id,
        ...(version !== undefined && { version }),
      });
      return deletedCount > 0 || (again && (await this.#records.findOne({ _id })) === null);
    });
  }

  async list(
    kind: string,
    { group, limit, cursor }: PageRequest & { group?: string },
  ): Promise<Page<StoredRecord>> {
    const most = whole(limit);
    const after = cursor === undefined ? '' : readCursor(kind, cursor);
    const filter: Filter<RecordDocument> = {
      ...(group !== undefined && { group: ofKind(kind, group) }),
      _id: { $gt: ofKind(kind, after), $lt: `${kind}/\u{10ffff}` },
    };
    const found = await this.#connection.find(this.#records, filter, { sort: { _id: 1 }, limit: most + 1 });
    return pageOf(found, most, recordOf, ({ _id }) => writeCursor(kind, idOf(_id)));
  }

  async due(kind: string, now: number, limit: number): Promise<StoredRecord[]> {
    const most = whole(limit);
    // To the server it would mean all.
    if (most === 0) return [];
    const filter: Filter<RecordDocument> = { kind, due: { $lte: now } };
    const found = await this.#connection.find(this.#records, filter, {
      sort: { due: 1, _id: 1 },
      limit: most,
    });
    return found.map(recordOf);
  }

  async #add(record: RecordDocument): Promise<boolean> {
    try {
      await this.#records.insertOne(record);
      return true;
    } catch (error) {
      if (isTakenId(error)) return false;
      throw error;
    }
  }

  async #replace(_id: string, version: number, next: Omit<RecordDocument, '_id'>): Promise<boolean> {
    const { matchedCount } = await this.#records.replaceOne({ _id, version }, next);
    return matchedCount > 0;
  }
}

const ofKind = (kind: string, name: string): string => `${kind}/${storedName(name)}`;
const idOf = (stored: string): string => nameOf(stored.slice(stored.indexOf('/') + 1));

function recordOf({ _id, kind, version, value, group, due }: RecordDocument): StoredRecord {
  return {
    ...{ kind, id: idOf(_id), version, value: JSON.parse(value) },
    ...(group !== undefined && { group: idOf(group) }),
    ...(due !== undefined && { due }),
  };
}
