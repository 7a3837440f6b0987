/** Work nobody waits for, in small steps while the engine has nothing else to do. */
import type { Database } from './database.js';
import type { Lexicon } from './lexicon.js';

/** Memories indexed in one step: it holds up whoever comes meanwhile for about 5 ms. */
const indexedPerStep = 128;

/** With this many memories waiting for the index, it does not wait for an idle moment any longer. */
const mostBehind = 1_000;

/** Pages of the index rewritten in one step of a purge. */
const pagesPerStep = 64;

export class Upkeep {
  readonly #db: Database;
  readonly #lexicon: Lexicon;
  readonly #sweepNotes: () => boolean;
  readonly #sql;
  #purging: boolean;
  #written = true;

  constructor(db: Database, lexicon: Lexicon, sweepNotes: () => boolean) {
    this.#db = db;
    this.#lexicon = lexicon;
    this.#sweepNotes = sweepNotes;
    this.#sql = {
      note: db.prepare("insert or replace into progress (name, value) values ('purge', ?)"),
      merge: db.prepare("insert into terms (terms, rank) values ('merge', ?)"),
      changes: db.prepare('select total_changes()'),
    };
    const noted = db.prepare("select value from progress where name = 'purge'").value<number>();
    this.#purging = noted === 1;
  }

  /** After something was forgotten, in the same transaction: its words must leave the file too. */
  purgeSoon(): void {
    if (this.#purging) return;
    this.#sql.note.run(1);
    this.#purging = true;
  }

  /** After every group: what cannot wait for an idle moment. */
  afterWork(): void {
    this.#written = true;
    if (this.#lexicon.behind > mostBehind) this.#lexicon.catchUp(indexedPerStep);
  }

  /** One step. False when there is nothing left to do. */
  step(): boolean {
    if (this.#lexicon.catchUp(indexedPerStep)) return true;
    if (this.#purging) return this.#purge();
    if (this.#written && this.#sweepNotes()) return true;
    // Now, so that no append has to wait for it, and a crash leaves little to recover.
    if (this.#written) this.#db.exec('pragma wal_checkpoint(passive)');
    this.#written = false;
    return false;
  }

  /**
   * FTS5 only marks what is deleted; its words go when the index is merged. A negative number starts a merge of
   * everything, positive ones go on with it; fewer than two changes mean it is complete (FTS5 documentation,
   * section 6.8). At last the log, which still holds the old pages, is emptied.
   */
  #purge(): boolean {
    const before = this.#changes();
    this.#db.transaction(() => this.#sql.merge.run(-pagesPerStep));
    if (this.#changes() - before >= 2) return true;
    this.#db.transaction(() => this.#sql.note.run(0));
    this.#purging = false;
    this.#db.exec('pragma wal_checkpoint(truncate)');
    return false;
  }

  #changes(): number {
    return this.#sql.changes.value<number>() ?? 0;
  }
}
