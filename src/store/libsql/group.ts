/**
 * Group commit: operations that arrive together share one transaction and one flush to the disk. That is
 * what makes durability affordable: the flush costs more than the work of fifty messages.
 */
import type { CarrierError } from '../../errors.js';
import type { Database } from './database.js';
import { errorOf } from './faults.js';

export type Outcome = { value: unknown } | { error: CarrierError };

export class Group {
  readonly #db: Database;
  readonly #rolledBack: () => void;

  /** `rolledBack` is called whenever work was undone, so that what was remembered of it is dropped. */
  constructor(db: Database, rolledBack: () => void) {
    this.#db = db;
    this.#rolledBack = rolledBack;
  }

  /** Outcomes in the order of the operations; those with a value are committed. Never throws. */
  run(operations: readonly (() => unknown)[]): Outcome[] {
    try {
      return this.#db.transaction(() => operations.map((operation) => ({ value: operation() })));
    } catch (error) {
      this.#rolledBack();
      return operations.length === 1 ? [{ error: errorOf(error) }] : this.#runApart(operations);
    }
  }

  /** The same again, each operation behind a savepoint, so that the one that fails does not fail the others. */
  #runApart(operations: readonly (() => unknown)[]): Outcome[] {
    try {
      return this.#db.transaction(() => operations.map((operation) => this.#runOne(operation)));
    } catch (thrown) {
      this.#rolledBack();
      const error = errorOf(thrown);
      return operations.map(() => ({ error }));
    }
  }

  #runOne(operation: () => unknown): Outcome {
    this.#db.exec('savepoint one');
    try {
      const value = operation();
      this.#db.exec('release one');
      return { value };
    } catch (error) {
      // A full or failing disk makes SQLite undo the whole transaction: then nothing of the group stands.
      if (!this.#db.inTransaction) throw error;
      this.#db.exec('rollback to one; release one');
      this.#rolledBack();
      return { error: errorOf(error) };
    }
  }
}
