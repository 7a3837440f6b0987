/**
 * The side thread, with a connection of its own that only reads: what takes long, so that the hub's own thread never
 * waits for it. A checkpoint is the one thing it writes: it moves what is committed from the log to the file.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { DataKey } from '../../encryption/key-ring.js';
import type { Change } from './changes.js';
import { Database } from './database.js';
import { type Fault, faultOf } from './faults.js';
import { Lexicon, type Unsaved } from './lexicon.js';
import { Listings } from './listings.js';
import { Pace } from './pace.js';
import { type Hits, type Query, Search } from './search.js';
import { Vectors } from './vectors.js';

/** Words held, four bytes each: 64 MB, or more than half a million memories. */
const mostWords = 16_000_000;
/** Segments given away with one answer. */
const mostGiven = 64;
/** Other programs that read or write the file are waited for no longer: the writer may be waiting, too. In ms. */
const patienceMs = 100;

/** What the thread is begun with. */
export interface Opened {
  file: string;
  key: DataKey | null;
}

export type Request = [id: number, operation: keyof Side, args: unknown[]];
export type Answer = [id: number, value: unknown] | [id: number, value: null, fault: Fault];

export interface Found {
  hits: Hits;
  /** Made on the way; whoever can write may save them. */
  unsaved: Omit<Unsaved, 'void'>[];
}

export type Side = ReturnType<typeof openSide>;

function openSide({ file, key }: Opened) {
  const db = new Database(file, key);
  db.exec(`pragma query_only = on; pragma busy_timeout = ${patienceMs}`);
  const lexicon = new Lexicon(db, { most: mostWords, follows: false });
  const vectors = new Vectors(db);
  const search = new Search(lexicon, vectors);
  const listings = new Listings(db);
  const pace = new Pace();
  let lastSearch: Promise<unknown> = Promise.resolve();
  const checkpoint = (mode: string) => db.prepare(`pragma wal_checkpoint(${mode})`).row<number[]>();
  return {
    /** `changed`: what became another or went since the last search; null: it may be anything. */
    search(query: Query, changed: Change[] | null): Promise<Found> {
      // One after the other, since they read the same; in steps, since a checkpoint cannot wait for a first search.
      const found = lastSearch.then(async (): Promise<Found> => {
        if (changed === null) {
          lexicon.reset();
          vectors.reset();
        }
        for (const [scope, seq] of changed ?? []) {
          if (seq > 0) lexicon.drop(scope, seq);
          vectors.release(scope);
        }
        const hits = await pace.run(search.find(query));
        const unsaved = lexicon.takeUnsaved(mostGiven);
        return { hits, unsaved: unsaved.map((one) => ({ ...one, bytes: one.bytes.slice() })) };
      });
      lastSearch = found.catch(() => {});
      return found;
    },
    listRooms: (...args: Parameters<Listings['rooms']>) => listings.rooms(...args),
    ofPerson: (...args: Parameters<Listings['person']>) => listings.person(...args),
    listTurns: (...args: Parameters<Listings['turns']>) => listings.turns(...args),
    /** Moves what it can without holding up the writer; pages in the log, and how many of them are in the file too. */
    checkpoint(): { pages: number; moved: number } {
      const [, pages, moved] = checkpoint('passive');
      return { pages: pages!, moved: moved! };
    },
    /** Empties the log for good. Nobody may write meanwhile. False when somebody else still reads from it. */
    emptyLog: (): boolean => checkpoint('truncate')[0] === 0,
  };
}

if (parentPort) {
  const port = parentPort;
  let side: Side | undefined;
  port.on('message', async ([id, operation, args]: Request) => {
    try {
      side ??= openSide(workerData);
      const value = await (side[operation] as (...args: unknown[]) => unknown)(...args);
      port.postMessage([id, value] satisfies Answer);
    } catch (error) {
      port.postMessage([id, null, faultOf(error)] satisfies Answer);
    }
  });
}
