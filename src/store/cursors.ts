/** Cursors of pages: an id, and in front of it what it may be used for. */
import { unknownCursor } from './paging.js';

/** Ids are not secret, but a cursor that looks like one invites making them up. */
export function writeCursor(use: string, id: string): string {
  return Buffer.from(`${use} ${id}`).toString('base64url');
}

/** Throws `invalid_field` for a cursor of another making or use. */
export function readCursor(use: string, cursor: string): string {
  const id = Buffer.from(cursor, 'base64url')
    .toString()
    .slice(use.length + 1);
  if (writeCursor(use, id) === cursor) return id;
  throw unknownCursor();
}
