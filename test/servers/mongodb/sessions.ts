import { Binary } from 'bson';
import type { JournalEntry } from './collection.js';
import { fail, notImplemented } from './errors.js';
import { binaryHex, type Doc, isPlain, toNumber } from './query/values.js';

const LIFETIME = 30 * 60_000;

interface Session {
  id: Binary;
  txnNumber: number;
  statements: Map<number, Doc>;
  at: number;
}

/**
 * Retryable writes. A statement that changed something is written to the journal in the same frame as
 * the change, so the driver's second try, even after a kill, is answered by what the first one did.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  readonly #replicaSet: boolean;

  constructor(replicaSet: boolean) {
    this.#replicaSet = replicaSet;
  }

  /** The retryable write a command is, if it is one. */
  begin(command: Doc): RetryableWrite | undefined {
    if (command.startTransaction !== undefined || command.autocommit !== undefined)
      notImplemented('a multi-document transaction');
    if (command.txnNumber === undefined) return;
    if (!this.#replicaSet)
      fail('IllegalOperation', 'Transaction numbers are only allowed on a replica set member or mongos');
    const id = isPlain(command.lsid) ? command.lsid.id : undefined;
    if (!(id instanceof Binary))
      fail('InvalidOptions', 'Transaction number requires a session ID to be specified');
    const txnNumber = toNumber(command.txnNumber);
    const key = binaryHex(id);
    const session = this.#sessions.get(key);
    if (session && session.txnNumber > txnNumber)
      fail(
        'TransactionTooOld',
        `Retryable write with txnNumber ${txnNumber} is prohibited on session ${key} because a newer retryable write with txnNumber ${session.txnNumber} has already started on this session.`,
      );
    if (session?.txnNumber === txnNumber) return new RetryableWrite(session);
    const fresh = { id, txnNumber, statements: new Map<number, Doc>(), at: Date.now() };
    this.#sessions.set(key, fresh);
    return new RetryableWrite(fresh);
  }

  end(ids: Binary[]): void {
    for (const id of ids) this.#sessions.delete(binaryHex(id));
  }

  restore(entry: JournalEntry): void {
    const id = entry.id as Binary;
    const txnNumber = toNumber(entry.n);
    const key = binaryHex(id);
    let session = this.#sessions.get(key);
    if (session?.txnNumber !== txnNumber) {
      session = { id, txnNumber, statements: new Map(), at: 0 };
      this.#sessions.set(key, session);
    }
    session.at = Number(entry.at);
    session.statements.set(toNumber(entry.s), entry.v as Doc);
  }

  *snapshot(): Generator<JournalEntry> {
    for (const session of this.#sessions.values()) {
      if (session.at < Date.now() - LIFETIME) continue;
      for (const [statement, result] of session.statements) yield journalEntry(session, statement, result);
    }
  }
}

export class RetryableWrite {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  done(statement: number): Doc | undefined {
    return this.#session.statements.get(statement);
  }

  record(statement: number, result: Doc, log: JournalEntry[]): void {
    this.#session.statements.set(statement, result);
    log.push(journalEntry(this.#session, statement, result));
  }
}

function journalEntry(session: Session, statement: number, result: Doc): JournalEntry {
  return { t: 'r', id: session.id, n: session.txnNumber, s: statement, v: result, at: session.at };
}
