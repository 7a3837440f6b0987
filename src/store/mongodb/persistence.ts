/**
 * What is made at start, by many hubs at the same moment: collections and indexes. Engines that lock their catalogue
 * make one of two give way, and some tell it in words alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoServerError } from 'mongodb';
import { isPassing, unavailable } from './faults.js';

const mostTries = 8;
/** Before the second try; doubled for each further one, and between half and one and a half of that. */
const pauseMs = 50;
/** A try that took as long was waited for in vain, not refused: the server is still at it. Such tries, at most: */
const waitedMs = 5_000;
const mostWaits = 60;

/** Locks and builds of others (`error_codes.yml`). */
const collisions = new Set([24, 46, 112, 117, 246, 285, 12586, 12587]);
/** PostgreSQL, under FerretDB and DocumentDB. */
const collision =
  /deadlock|could not serialize|concurrently|lock timeout|\b40P01\b|\b40001\b|constraint "pg_/i;

/** @param work may be repeated; `again` says that an earlier try may have done some of it */
export async function persistently<T>(work: (again: boolean) => Promise<T>): Promise<T> {
  for (let tries = 1, waits = 0; ; ) {
    const begun = Date.now();
    try {
      return await work(tries + waits > 1);
    } catch (error) {
      const collided = isCollision(error);
      if (!collided && !isPassing(error)) throw error;
      if (Date.now() - begun >= waitedMs && waits < mostWaits) {
        waits++;
        continue;
      }
      if (tries === mostTries) {
        if (!collided) throw error;
        throw unavailable('MongoDB makes other collections or indexes right now.', error);
      }
      await sleep(pauseMs * 2 ** (tries - 1) * (0.5 + Math.random()));
      tries++;
    }
  }
}

function isCollision(error: unknown): boolean {
  if (!(error instanceof MongoServerError)) return false;
  return collisions.has(Number(error.code)) || collision.test(error.message);
}
