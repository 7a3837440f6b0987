/**
 * Work nobody waits for: in small steps while the hub has nothing else to do, and checkpoints on the side thread. A
 * checkpoint moves what is committed from the log to the database file, so that the log stays small.
 */
import type { Database } from './database.js';
import type { Lexicon } from './lexicon.js';
import type { SideThread } from './side-thread.js';

/** So long nothing was written: now the log can be moved, or emptied, in nobody's way. */
const quietMs = 1_000;
/** Where it never is: words that were forgotten leave the log after so long. */
const mostForgottenMs = 5_000;
/** Pages of 4 KB: a log of 4 MB is moved while writing goes on; one of 16 MB stops the writer for as long as it takes. */
const manyPages = 1_000;
/** A log of 1 MB or less may stay: the thread that moves it costs more. */
const fewPages = 250;
const tooManyPages = 4_000;
/** The writer waits for the side thread no longer than this: then that is ended, and another one begins. */
const mostHeldMs = 30_000;
/** Segments of words saved in one step, some 17 KB each; and with how many waiting it does not wait for a rest. */
const savedPerStep = 4;
const mostUnsaved = 32;
/** Rows of the former index of words removed in one step, up to 4 KB each. */
const rowsPerStep = 16;

export interface UpkeepParts {
  db: Database;
  lexicon: Lexicon;
  side: SideThread;
  /** Removes some; true when there may be others. */
  sweepNotes(): boolean;
  /** Keeps the writer waiting for `work`. */
  hold(work: () => Promise<void>): Promise<void>;
}

export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #sql;
  readonly #quiet: NodeJS.Timeout;
  /** Set while something that was forgotten waits. */
  #late: NodeJS.Timeout | undefined;
  /** What was forgotten stands in the log. */
  #forgotten: boolean;
  #formerIndex: boolean;
  #written = true;
  #moving = false;
  #stopped = false;
  /** Pages of the log at the last checkpoint, operations since, and how many pages one took before. */
  #pages = 0;
  #operations = 0;
  #pagesPerOperation = 4;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    const { db } = parts;
    this.#sql = { note: db.prepare("insert or replace into progress (name, value) values ('purge', ?)") };
    this.#forgotten = db.prepare("select value from progress where name = 'purge'").value<number>() === 1;
    this.#formerIndex = db.prepare("select 1 from sqlite_schema where name = 'terms'").value<number>() === 1;
    this.#quiet = setTimeout(() => void this.#rest(), quietMs);
    this.#quiet.unref();
    if (this.#forgotten) this.#purgeAtLast();
  }

  /** After something was forgotten, in the same transaction: its words must leave the log too. */
  purgeSoon(): void {
    this.#sql.note.run(1);
    this.#forgotten = true;
    this.#purgeAtLast();
  }

  /** After a group of so many operations. */
  afterWork(operations: number): void {
    if (this.#parts.lexicon.unsaved > mostUnsaved) this.#saveWords();
    this.#count(operations);
  }

  /** One step, of less than 2 ms. False when there is nothing left to do. */
  step(): boolean {
    if (this.#parts.lexicon.unsaved > 0) return this.#saveWords();
    if (this.#formerIndex) return this.#dropFormerIndex();
    return this.#written && this.#parts.sweepNotes();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#quiet);
    clearTimeout(this.#late);
  }

  /** About how many pages the log has that a checkpoint would move. */
  get #loggedPages(): number {
    return this.#operations * this.#pagesPerOperation;
  }

  #count(operations: number): void {
    this.#written = true;
    this.#quiet.refresh();
    this.#operations += operations;
    if (this.#loggedPages > manyPages) void this.#move();
  }

  #saveWords(): true {
    const { db, lexicon } = this.#parts;
    db.transaction(() => lexicon.save(lexicon.takeUnsaved(savedPerStep)));
    this.#count(savedPerStep);
    return true;
  }

  /** Hubs before had the words of everything in FTS5. Dropping it at once would take as long as it is large. */
  #dropFormerIndex(): true {
    const { db } = this.#parts;
    db.transaction(() => {
      const remove = (table: string, above: number, limit: number) =>
        db
          .prepare(`delete from ${table} where id in (select id from ${table} where id > ? limit ?)`)
          .run(above, limit).changes;
      // The first rows say how the others are to be read: FTS5 must find them until the end.
      if (remove('terms_data', 10, rowsPerStep) || remove('terms_docsize', 0, 32 * rowsPerStep)) return;
      db.exec('drop table vocabulary; drop table terms');
      this.purgeSoon();
      this.#formerIndex = false;
    });
    this.#count(1);
    return true;
  }

  async #rest(): Promise<void> {
    if (!this.#forgotten) return this.#loggedPages > fewPages ? this.#move() : undefined;
    const { side } = this.#parts;
    clearTimeout(this.#late);
    this.#late = undefined;
    try {
      // Most of it in nobody's way.
      await side.call('checkpoint');
      await this.#hold(async () => {
        this.#forgotten = !(await side.call('emptyLog'));
      });
      if (this.#forgotten) this.#again();
      else this.#parts.db.transaction(() => this.#sql.note.run(0));
    } catch {
      if (!this.#stopped) this.#again();
    }
  }

  #again(): void {
    this.#quiet.refresh();
    this.#purgeAtLast();
  }

  #purgeAtLast(): void {
    this.#late ??= setTimeout(() => void this.#rest(), mostForgottenMs).unref();
  }

  async #move(): Promise<void> {
    if (this.#moving || this.#stopped || !this.#written) return;
    this.#moving = true;
    this.#written = false;
    const { side } = this.#parts;
    const operations = this.#operations;
    this.#operations = 0;
    try {
      const { pages } = await side.call('checkpoint');
      const written = pages < this.#pages ? pages : pages - this.#pages;
      this.#pagesPerOperation = Math.max(1, written / Math.max(1, operations));
      this.#pages = pages;
      // What was written meanwhile is still to be moved; only from a log that is moved whole SQLite starts anew.
      if (pages > tooManyPages) await this.#hold(async () => void (await side.call('checkpoint')));
    } catch {
      // Tried again after the next writes.
    } finally {
      this.#moving = false;
    }
  }

  /** Keeps the writer waiting for what the side thread does. */
  #hold(work: () => Promise<void>): Promise<void> {
    const { side, hold } = this.#parts;
    return hold(async () => {
      const late = setTimeout(() => void side.kill('it did not answer'), mostHeldMs);
      await work().finally(() => clearTimeout(late));
    });
  }
}
