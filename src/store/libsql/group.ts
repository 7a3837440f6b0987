/**
 * Group commit: operations that arrive together share one transaction and one flush to the disk. That is
 * what makes durability affordable: the flush costs more than the work of fifty messages.
 */
import type { Database } from './database.js';
import { type Fault, faultOf } from './faults.js';

export type Outcome = { value: unknown } | { fault: Fault };

export class Group {
  readonly #db: Database;
  readonly #rolledBack: () => void;

  /** `rolledBack` is called whenever work was undone, so that what was remembered of it is dropped. */
  constructor(db: Database, rolledBack: () => void) {
    this.#db = db;
    this.#rolledBack = rolledBack;
  }

  /** Outcomes in the order of the operations; those with a value are durable. Never throws. */
  run(operations: readonly (() => unknown)[]): Outcome[] {
    try {
      return this.#db.transaction(() => operations.map((operation) => ({ value: operation() })));
    } catch (error) {
      this.#rolledBack();
      return operations.length === 1 ? [{ fault: faultOf(error) }] : this.#runApart(operations);
    }
  }

  /** The same again, each operation behind a savepoint, so that the one that fails does not fail the others. */
  #runApart(operations: readonly (() => unknown)[]): Outcome[] {
    try {
      return this.#db.transaction(() => operations.map((operation) => this.#runOne(operation)));
    } catch (error) {
      this.#rolledBack();
      const fault = faultOf(error);
      return operations.map(() => ({ fault }));
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
      return { fault: faultOf(error) };
    }
  }
}
