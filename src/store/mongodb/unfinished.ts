/** Marks in `meta` of what must be whole before a hub may work with the database. */
import type { Db } from 'mongodb';
import { FatalError } from '../../errors.js';
import type { Part, Position } from '../whole.js';

/** A restore is at work, or was cut off. */
export const restoring = { _id: 'restoring' as never };

/** A copy of an embedded store is at work, or was cut off; once it has `doneAt`, it is whole. */
export interface CopyMark {
  _id: 'copying';
  /** Of which copy. */
  copy: string;
  /** What is there by now: where each part goes on, and how much of it there is. */
  parts?: { [part in Part]?: { next: Position; done: number } };
  doneAt?: Date;
}

/** @throws FatalError `config_invalid` */
export async function refuseUnfinished(db: Db): Promise<void> {
  const meta = db.collection<{ _id: string }>('meta');
  const found = await meta.findOne({ _id: { $in: ['restoring', 'copying'] }, doneAt: { $exists: false } });
  if (!found) return;
  const [what, command] =
    found._id === 'copying' ? ['a copy', 'carrier copy --yes'] : ['a restored backup', 'carrier restore'];
  throw new FatalError(
    'config_invalid',
    `The database "${db.databaseName}" holds a part of ${what}: "${command}" goes on with it. Or drop it, or name ` +
      'another one with CARRIER_MONGODB_DATABASE.',
    { field: 'CARRIER_MONGODB_DATABASE' },
  );
}
