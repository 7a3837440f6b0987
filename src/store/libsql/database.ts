/**
 * The SQLite connection, as narrow as we use it. Two facts about `libsql` shape it: parameters must be bound
 * as an array (a bare Buffer aborts the process), and turning rows into JavaScript costs more than finding
 * them, so every query answers with one value: a number, a blob, or a list aggregated into JSON text.
 */
import Libsql from 'libsql';
import type { DataKey } from '../../encryption/key-ring.js';
import { underKey } from './file-key.js';

/** Text must not contain NUL: SQLite would end it there. JSON text never does. */
export type Parameter = string | number | Uint8Array | null;

export class Statement {
  readonly #statement: Libsql.Statement<[Parameter[]]>;

  constructor(statement: Libsql.Statement<[Parameter[]]>) {
    this.#statement = statement;
  }

  run(...parameters: Parameter[]): { changes: number; seq: number } {
    const { changes, lastInsertRowid } = this.#statement.run(parameters);
    return { changes, seq: Number(lastInsertRowid) };
  }

  /** The first row, of a statement that gives only few values. */
  row<T extends Parameter[]>(...parameters: Parameter[]): T {
    return this.#statement.get(parameters) as T;
  }

  /** The first column of the first row; null also when there is no row. */
  value<T extends Parameter>(...parameters: Parameter[]): T | null {
    const row = this.#statement.get(parameters) as [T | null] | undefined;
    return row?.[0] ?? null;
  }
}

export class Database {
  readonly #db: Libsql.Database;
  readonly #begin: Statement;
  readonly #commit: Statement;

  /** @param key absent: the file is in the clear. */
  constructor(file: string, key: DataKey | null = null) {
    this.#db = new Libsql(file, underKey(key));
    // NORMAL: SQLite flushes around a checkpoint; a commit is brought to the disk by `flush.ts`, before anyone is told.
    // secure_delete: what is forgotten is overwritten (measured: no difference in write speed).
    // Checkpoints come from upkeep, beside this thread; the automatic one, at 64 MB, is for when that fails.
    this.exec(`
      pragma busy_timeout = 5000; -- a person with an SQLite shell, say
      pragma journal_mode = wal;
      pragma synchronous = normal;
      pragma secure_delete = on;
      pragma cache_size = -8000;
      pragma wal_autocheckpoint = 16000;
      pragma temp_store = memory;
    `);
    this.#begin = this.prepare('begin immediate');
    this.#commit = this.prepare('commit');
  }

  /** Runs statements without parameters. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /**
   * All of `work` or nothing of it. Takes the write lock at once: a statement that ran into another program's
   * lock in the middle of a transaction would stay half executed, and no later transaction could be committed.
   */
  transaction<T>(work: () => T): T {
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.inTransaction) this.exec('rollback');
      throw error;
    }
  }

  prepare(sql: string): Statement {
    const statement = this.#db.prepare<[Parameter[]]>(sql);
    // `raw` is refused for statements without columns, and pointless there.
    return new Statement(statement.reader ? statement.raw() : statement);
  }

  /** False after SQLite has rolled back by itself, which it does when the disk is full or fails. */
  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  close(): void {
    this.#db.close();
  }
}

/** An SQL expression that is one JSON array of `item` (an expression giving JSON text) over the rows of `from`. */
export function listOf(item: string, from: string): string {
  return `select '[' || coalesce(group_concat(${item}, ','), '') || ']' from (${from})`;
}
