/** All of a database file that no hub works with, read batch by batch. */
import type Libsql from 'libsql';
import type { Memory } from '../../core/memory.js';
import type { OutboundMessage, Turn, TurnCheckpoint } from '../../core/turn.js';
import type { Batch, Part, Position, WholeEntry, WholeOutbound, WholeStore, WholeTurn } from '../whole.js';
import { headNote, type LinkColumns, linkColumns, linkOf } from './audit.js';
import { readMemory } from './row.js';

/** Memories, or rows as small; files come one by one, since each may have megabytes. */
const batch = 500;

type MemoryColumns = [
  seq: number,
  status: number,
  turnId: string | null,
  body: string,
  receipt: string | null,
  ended: string | null,
];
type OutboxColumns = [
  attempts: number,
  error: string | null,
  failing: string | null,
  final: number,
  body: string,
];
type CheckpointColumns = [
  turn: string,
  room: string,
  agent: string,
  covers: string,
  steps: string,
  tries: number,
  first: string,
];
type FileColumns = [
  id: string,
  person: string | null,
  place: string | null,
  counted: number | null,
  look: number | null,
  about: string | null,
  size: number,
];

/** How much there is of each; of what an older hub had no table for, nothing. A turn without a memory counts as an entry. */
export function countsOf(db: Libsql.Database): Record<Part, number> {
  const isThere = db.prepare('select 1 from sqlite_schema where name = ?');
  const count = (from: string) => {
    if (isThere.get([from.split(' ')[0]]) === undefined) return 0;
    return (db.prepare(`select count(*) from ${from}`).raw().get([]) as [number])[0];
  };
  return {
    entries: count('memories') + count(`turns t where ${withoutReply}`),
    files: count('files'),
    notes: count(`notes where ${lasting}`),
    records: count('records'),
    tokens: count('tokens'),
    olderAudit: count('audit'),
    audit: count('audit_chain'),
  };
}

const withoutReply = "not exists (select 1 from memories where id = t.body ->> '$.replyId')";
/** Where the chain of audit rows ends lies elsewhere in a shared database, and vectors are made anew there. */
const lasting = `key <> '${JSON.stringify(headNote)}' and key not like '"embedder:%' and (expires is null or expires > unixepoch() * 1000)`;

/** The database has had all migrations. */
export class WholeFile implements WholeStore {
  readonly #db: Libsql.Database;
  /** Rows of the outbox by the memory that is to be sent; what they say is read when it is its memory's turn. */
  readonly #outbox = new Map<string, number>();
  /** By the turn, where the memory that is to be sent is stored nowhere else. */
  readonly #besides = new Map<string, number>();
  readonly #outboxRow: Libsql.Statement;
  /** By the first of its messages that waits. */
  readonly #checkpoints = new Map<string, TurnCheckpoint>();
  readonly #undecided: Set<string>;

  constructor(db: Libsql.Database) {
    this.#db = db;
    this.#outboxRow = db
      .prepare('select attempts, error, failing, final, body from outbox where seq = ?')
      .raw();
    for (const [seq, memory, besides] of this.#all<[number, string, string | null]>(
      `select seq, memory, iif(body ->> '$.memory' is null, null, body ->> '$.turnId') from outbox order by seq`,
    ))
      if (besides !== null) this.#besides.set(besides, seq);
      else this.#outbox.set(memory, seq);
    for (const row of this.#all<CheckpointColumns>(
      `select c.turn, r.name, c.agent, c.covers, c.steps, c.tries, (
         select m.id from json_each(c.covers) one join memories m on m.id = one.value where m.status = 0
         order by one.key limit 1) as first
       from checkpoints c join rooms r on r.id = c.room where first is not null order by c.seq desc`,
    ))
      this.#checkpoints.set(row[6], checkpointOf(row));
    this.#undecided = new Set(this.#all<[string]>('select turn from waits').map(([turn]) => turn));
  }

  /** Memories, then the turns that have none. */
  *entries([part, after]: Position = [0, 0]): Generator<Batch<WholeEntry>> {
    if (part === 0) {
      const rows = this.#pages<MemoryColumns>(
        `select m.seq, m.status, m.turn, m.body, m.receipt, t.body from memories m
         left join turns t on t.id = m.turn and t.body ->> '$.replyId' = m.id
         where m.seq > ? order by m.seq limit ?`,
        after,
      );
      for (const { items, next } of rows)
        yield { items: items.map((row) => this.#entryOf(row)), next: [0, ...next] };
    }
    const turns = this.#pages<[number, string]>(
      `select t.rowid, t.body from turns t where t.rowid > ? and ${withoutReply} order by t.rowid limit ?`,
      part === 1 ? after : 0,
    );
    for (const { items, next } of turns)
      yield { items: items.map(([, body]) => this.#silent(body)), next: [1, ...next] };
  }

  *files([from]: Position = ['']) {
    const files = this.#pages<FileColumns>(
      `select f.hash, r.person, r.place, r.counted, r.look, r.body, length(f.bytes) from files f
       left join file_records r on r.id = f.hash where f.hash > ? order by f.hash limit ?`,
      from,
    );
    const bytesOf = this.#db.prepare('select bytes from files where hash = ?').raw();
    for (const { items } of files)
      for (const [id, person, place, counted, look, about, size] of items) {
        const [bytes] = bytesOf.get([id]) as [Uint8Array];
        const known = JSON.parse(about ?? '{}') as Record<string, unknown>;
        const file = {
          ...{ id, bytes, person, place, look, counted: counted ?? size },
          about: { size, ...known },
        };
        yield { items: [file], next: [id] };
      }
  }

  *notes([from]: Position = ['']) {
    const rows = this.#pages<[string, string, number | null]>(
      `select key, value, expires from notes where key > ? and ${lasting} order by key limit ?`,
      from,
    );
    yield* each(rows, ([key, value, expires]) => ({ key, value, expires }));
  }

  *records([from]: Position = ['']) {
    // No kind and no id has a NUL.
    const rows = this.#pages<[string, string, string, number, string, string | null, number | null]>(
      `select kind || char(1) || id, kind, id, version, value, of, due from records
       where kind || char(1) || id > ? order by kind || char(1) || id limit ?`,
      from,
    );
    yield* each(rows, ([, kind, id, version, value, group, due]) => ({
      ...{ kind, id, version, value, group, due },
    }));
  }

  *tokens([from]: Position = ['']) {
    const rows = this.#pages<[string, string]>(
      'select name, body from tokens where name > ? order by name limit ?',
      from,
    );
    yield* each(rows, ([, body]) => JSON.parse(body));
  }

  *olderAudit([from]: Position = ['']) {
    const rows = this.#pages<[string, string, string]>(
      'select id, operation, body from audit where id > ? order by id limit ?',
      from,
    );
    yield* each(rows, ([id, operation, row]) => ({ id, operation, row }));
  }

  *audit([from]: Position = [0]) {
    const sql = `select ${linkColumns} from audit_chain where seq > ? order by seq limit ?`;
    yield* each(this.#pages<LinkColumns>(sql, from), linkOf);
  }

  #entryOf([seq, status, turnId, body, receipt, ended]: MemoryColumns): WholeEntry {
    const memory = readMemory([seq, status, turnId, JSON.parse(body) as Memory]);
    return {
      ...{ memory, receipt, ended: ended === null ? null : this.#turnOf(ended) },
      outbound: this.#sent(
        this.#outbox.get(memory.id) ?? (ended === null ? undefined : this.#besides.get(turnId!)),
      ),
      checkpoint: this.#checkpoints.get(memory.id) ?? null,
    };
  }

  #silent(body: string): WholeEntry {
    const ended = this.#turnOf(body);
    const outbound = this.#sent(this.#besides.get(ended.turn.turnId));
    return { memory: null, ended, receipt: null, outbound, checkpoint: null };
  }

  #sent(seq: number | undefined): WholeOutbound | null {
    return seq === undefined ? null : outboundOf(this.#outboxRow.get([seq]) as OutboxColumns);
  }

  #turnOf(body: string): WholeTurn {
    const turn = JSON.parse(body) as Turn;
    return { turn, undecided: this.#undecided.has(turn.turnId) };
  }

  #all<T>(sql: string): T[] {
    return this.#db.prepare(sql).raw().all([]) as T[];
  }

  /** The first column is where the next page begins. */
  *#pages<T extends [string | number, ...unknown[]]>(
    sql: string,
    from?: string | number,
  ): Generator<Batch<T>> {
    const read = this.#db.prepare(sql).raw();
    for (let after = from; ; ) {
      const items = read.all([after, batch]) as T[];
      if (items.length === 0) return;
      after = items.at(-1)![0];
      yield { items, next: [after] };
    }
  }
}

function* each<T, R>(pages: Iterable<Batch<T>>, change: (row: T) => R): Generator<Batch<R>> {
  for (const { items, next } of pages) yield { items: items.map(change), next };
}

function outboundOf([attempts, error, failing, final, body]: OutboxColumns): WholeOutbound {
  const stored = JSON.parse(body) as Omit<OutboundMessage, 'memory'> & { memory?: Memory };
  return {
    ...{ ...stored, attempts, givenUp: final === 1 },
    error: error === null ? null : JSON.parse(error),
    failing: failing === null ? null : JSON.parse(failing),
  };
}

function checkpointOf([turnId, roomId, agentId, covers, steps, tries]: CheckpointColumns): TurnCheckpoint {
  return {
    ...{ turnId, roomId, agentId, covers: JSON.parse(covers), steps: JSON.parse(steps) },
    ...(tries > 0 && { tries }),
  };
}
