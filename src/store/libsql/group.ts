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

  /**
   * Outcomes in the order of the operations; those with a value are committed. Of the last ones there are none when the
   * others have taken `mostMs`: they were not begun. Never throws.
   */
  run(operations: readonly (() => unknown)[], mostMs = Infinity): Outcome[] {
    try {
      return this.#runAll(operations, mostMs, (operation) => ({ value: operation() }));
    } catch (error) {
      this.#rolledBack();
      if (operations.length === 1) return [{ error: errorOf(error) }];
    }
    // The same again, each behind a savepoint, so that the one that fails does not fail the others.
    try {
      return this.#runAll(operations, mostMs, (operation) => this.#runOne(operation));
    } catch (thrown) {
      this.#rolledBack();
      const error = errorOf(thrown);
      return operations.map(() => ({ error }));
    }
  }

  #runAll(
    operations: readonly (() => unknown)[],
    mostMs: number,
    run: (operation: () => unknown) => Outcome,
  ): Outcome[] {
    const until = performance.now() + mostMs;
    return this.#db.transaction(() => {
      const outcomes: Outcome[] = [];
      for (const operation of operations) {
        outcomes.push(run(operation));
        if (performance.now() >= until) break;
      }
      return outcomes;
    });
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
