/**
 * The bytes of attachments. Every file is one of its own, also with the same bytes: what one person deletes, nobody
 * else loses. Files of older hubs have the SHA-256 of their bytes as their id and may be shared.
 *
 * - **Named**: some memory has the file among its attachments, a message of a person or a reply. A file goes with the
 *   last memory that names it, however that one goes; at once, where the hub itself removes the memory, otherwise by
 *   `sweep`.
 * - **Owner**: whose message it came with, and where. An older file has the owner of a memory that names it.
 */
import { tokenConnector } from '../core/connector-settings.js';
import { isDirect, type Memory } from '../core/memory.js';
import { FatalError } from '../errors.js';

export interface FileOwner {
  agentId: string;
  roomId: string;
  scope: string;
  connector: string;
  tenant: string;
  /** What its second quota is counted for: the tenant, or the channel where a platform has no tenants. */
  place: string;
  /** As in `author.id`. */
  person: string;
}

export interface NewFile {
  name: string;
  mediaType: string;
  owner: FileOwner;
}

export interface StoredFile extends Partial<NewFile> {
  id: string;
  /** In bytes. */
  size: number;
}

/** What may be kept of one person, and of all in one place, in bytes; `Infinity` is no limit. */
export interface FileQuota {
  person: number;
  place: number;
}

export interface FileStore {
  /**
   * Keeps the bytes under a new id, for an hour unless a memory names it then.
   * Throws FatalError `quota_exceeded`, said for whom it belongs to; nothing is kept then.
   */
  put(bytes: Uint8Array, file: NewFile, quota?: FileQuota): Promise<string>;
  get(id: string): Promise<Uint8Array | null>;
  find(id: string): Promise<StoredFile | null>;
  /** Removes those of them that no memory names. Returns how many went. */
  release(ids: string[]): Promise<number>;
  /**
   * Looks at files for which it is time, and removes those that no memory names. May be repeated, by many at once.
   * Returns how many it looked at; fewer than `limit`: there are no others.
   */
  sweep(request: { now: number; limit: number }): Promise<number>;
}

export const unlimited: FileQuota = { person: Infinity, place: Infinity };

/** So long a file waits for the memory that names it, in ms. */
export const unnamedMs = 3600 * 1000;

/** What a file counts at least, in bytes: so a quota bounds how many there are, too. */
const leastCounted = 100_000;

export function countedSize(size: number): number {
  return Math.max(size, leastCounted);
}

export function ownerOf(
  message: Pick<Memory, 'agentId' | 'roomId' | 'scope'> & {
    author: Pick<Memory['author'], 'id'>;
    source: Pick<Memory['source'], 'connector' | 'tenant' | 'channel'>;
  },
): FileOwner {
  const { agentId, roomId, scope, author, source } = message;
  const { connector, tenant, channel } = source;
  // A direct conversation is a place of its own; over HTTP the caller names rooms, so there it is the token's tenant.
  const alone = isDirect(scope) || tenant === 'default';
  const place = alone && connector !== tokenConnector ? channel : tenant;
  return { agentId, roomId, scope, connector, tenant, place, person: author.id };
}

/** Under which names a file counts. */
export function countedFor({ connector, tenant, person, place }: FileOwner): Record<keyof FileQuota, string> {
  return {
    person: JSON.stringify([connector, tenant, person]),
    place: JSON.stringify([connector, tenant, place]),
  };
}

export function quotaExceeded(whose: keyof FileQuota, quota: FileQuota): FatalError {
  const [who, setting] =
    whose === 'person'
      ? ['one person', 'CARRIER_FILES_PER_PERSON_MB']
      : ['everybody here together', 'CARRIER_FILES_PER_PLACE_MB'];
  const most = `${Math.floor(quota[whose] / 2 ** 20)} MB`;
  return new FatalError(
    'quota_exceeded',
    `There is no room left for this file: ${most} are kept for ${who} (${setting}). Forgetting older messages makes room.`,
    { field: 'file' },
  );
}

const sweptAtOnce = 100;

/** One sweep of everything; stops between two batches when the signal is aborted. */
export async function sweepFiles(files: FileStore, signal: AbortSignal, now = Date.now()): Promise<void> {
  while (!signal.aborted && (await files.sweep({ now, limit: sweptAtOnce })) === sweptAtOnce);
}
