/** Memories in their table; inside the transactions of its callers. */
import type { Fact } from '../../core/derived-memory.js';
import type { Memory } from '../../core/memory.js';
import type { MoreEdited } from '../history.js';
import type { Database } from './database.js';
import { listOf } from './database.js';
import type { Names } from './names.js';
import { type MemoryRow, memoryColumns, memoryItem, readMemories, type Stored } from './row.js';

/** What `edit` changed, so that words, vectors and caches can follow. */
export interface Edited {
  memory: { seq: number; scope: number; kind: number };
  roomId: string;
  scope: { agentId: string; scope: string };
}

/** What `forget` took away, so that caches and turns can follow. */
export interface Forgotten {
  memories: { seq: number; scope: number; kind: number }[];
  rooms: string[];
  scopes: { agentId: string; scope: string }[];
  turns: string[];
}

type Place = [
  seq: number,
  scope: number,
  kind: number,
  roomId: string,
  agentId: string,
  scopeName: string,
  turn: string | null,
];

/** A place in the order of time. */
export type Aged = [created: number, seq: number];

/** Memories looked at in one step: some 2 ms. */
const lookedAt = 2_000;

export class MemoryTable {
  readonly #names: Names;
  readonly #sql;

  constructor(db: Database, names: Names) {
    this.#names = names;
    this.#sql = {
      insert: db.prepare(`
        insert into memories (id, key, room, scope, kind, status, turn, created, body)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`),
      names: db.prepare('insert or ignore into file_uses (file, memory) select value, ? from json_each(?)'),
      counted: db.prepare('update scopes set memories = memories + ? where id = ?'),
      count: db.prepare('select memories from scopes where id = ?'),
      byKey: db.prepare(listOf(memoryItem, `select ${memoryColumns} from memories where key = ?`)),
      byId: db.prepare(listOf(memoryItem, `select ${memoryColumns} from memories where id = ?`)),
      recent: db.prepare(
        listOf(
          memoryItem,
          `select * from (
             select ${memoryColumns} from memories where room = ? and kind = 0 and status <> 0
             order by seq desc limit ?) order by seq`,
        ),
      ),
      history: db.prepare(
        listOf(
          memoryItem,
          `select ${memoryColumns} from memories where room = ? and kind = 0 and seq > ? order by seq limit ?`,
        ),
      ),
      historyBack: db.prepare(
        listOf(
          memoryItem,
          `select ${memoryColumns} from memories where room = ? and kind = 0 and seq < ?
           order by seq desc limit ?`,
        ),
      ),
      inScope: db.prepare(
        listOf(
          memoryItem,
          `select ${memoryColumns} from memories where scope = ? and seq > ? order by seq limit ?`,
        ),
      ),
      place: db.prepare(`
        select json_array(m.seq, m.scope, m.kind, r.name, s.agent, s.name)
        from memories m join rooms r on r.id = m.room join scopes s on s.id = m.scope where m.id = ?`),
      edit: db.prepare(`update memories set body = json_set(body, '$.content.text', json(?)) where id = ?`),
      retaint: db.prepare(`update memories set body = json_set(body, '$.taint', json(?)) where id = ?`),
      unquote: db.prepare(`update memories set body = json_remove(body, '$.content.quote') where id = ?`),
      carry: db.prepare(`update memories set body = json_set(body, '$.content.parts', json(?)) where id = ?`),
      bare: db.prepare(
        `update memories set body = json_set(body, '$.content.attachments', json('[]')) where id = ?`,
      ),
      facts: db.prepare(
        listOf(
          memoryItem,
          `select * from (
             select ${memoryColumns} from memories
             where scope = ? and kind = 1 and coalesce(body ->> '$.fact.until' > ?, true)
             order by seq desc limit ?)
           order by seq`,
        ),
      ),
      everyFact: db.prepare(
        listOf(
          memoryItem,
          `select ${memoryColumns} from memories where scope = ? and kind = 1 order by seq desc limit ?`,
        ),
      ),
      // The version makes sure that nobody came in between.
      revise: db.prepare(`
        update memories set body = json_set(body, '$.fact', json(?1))
        where id = ?2 and kind = 1 and coalesce(body ->> '$.fact.version', 0) = ?3`),
      backlog: db.prepare(
        'select count(*) from (select 1 from memories where room = ? and status = 0 limit ?)',
      ),
      pending: db.prepare(
        listOf(
          memoryItem,
          `select ${memoryColumns} from memories where room = ? and status = 0 order by seq limit ?`,
        ),
      ),
      condemned: db.prepare(`
        select json_group_array(json_array(m.seq, m.scope, m.kind, r.name, s.agent, s.name, m.turn))
        from memories m join rooms r on r.id = m.room join scopes s on s.id = m.scope
        where m.id in (select value from json_each(?))`),
      any: db.prepare('select 1 from memories limit 1'),
      remove: db.prepare('delete from memories where seq = ?'),
      // From the index alone. `json`: sorting makes plain text of what a subquery gives.
      aged: db.prepare(`
        with looked as materialized (
          select created, seq, scope, kind from memories
          where (created, seq) > (?1, ?2) and created < ?3 order by created, seq limit ${lookedAt})
        select json_object(
          'reached', json((select json_array(created, seq) from looked order by created desc, seq desc limit 1)),
          'more', (select count(*) = ${lookedAt} from looked),
          'found', json((
            select json_group_array(json_array(created, seq)) from (
              select l.created, l.seq from looked l join scopes s on s.id = l.scope and s.agent = ?4
              where l.kind in (select value from json_each(?5)) order by l.created, l.seq limit ?6 + 1))))`),
      settled: db.prepare(`
        select json_group_array(m.id) from json_each(?) old join memories m on m.seq = old.value and m.status <> 0
        where m.id not in (select memory from outbox where final = 0)`),
      agents: db.prepare(
        'select json_group_array(agent) from (select distinct agent from scopes where memories > 0)',
      ),
    };
  }

  get isEmpty(): boolean {
    return this.#sql.any.value<number>() === null;
  }

  /** The new memory's number, or null when its ingestion key is taken. */
  insert(row: MemoryRow): number | null {
    const [id, key, agentId, roomId, scopeName, kind, status, turnId, createdAt, body, files] = row;
    const room = this.#names.roomOrNew(roomId);
    const scope = this.#names.scopeOrNew(agentId, scopeName);
    const { changes, seq } = this.#sql.insert.run(
      id,
      key,
      room,
      scope,
      kind,
      status,
      turnId,
      createdAt,
      body,
    );
    if (changes === 0) return null;
    this.#sql.counted.run(1, scope);
    if (files !== null) this.#sql.names.run(seq, files);
    return seq;
  }

  /** Stores it with its row, unless its ingestion key is taken: then the one that has it comes back. */
  append(row: MemoryRow, memory: Memory): Stored & { duplicate: boolean } {
    const seq = this.insert(row);
    if (seq !== null) return { seq, memory, duplicate: false };
    const [earlier] = readMemories(this.#sql.byKey.value<string>(row[1])!);
    if (!earlier) throw new Error(`another memory has the id ${row[0]}`);
    return { ...earlier, duplicate: true };
  }

  get(id: string): string {
    return this.#sql.byId.value<string>(id)!;
  }

  byKey(key: string): string {
    return this.#sql.byKey.value<string>(key)!;
  }

  /** Only the row of this table; words and vectors are their owners' to follow. `text` is JSON. */
  edit(id: string, text: string, { quote, taint, parts, files }: MoreEdited = {}): Edited | null {
    const place = this.#sql.place.value<string>(id);
    if (place === null) return null;
    this.#sql.edit.run(text, id);
    if (quote === null) this.#sql.unquote.run(id);
    if (parts) this.#sql.carry.run(JSON.stringify(parts), id);
    if (files === null) this.#sql.bare.run(id);
    if (taint) this.#sql.retaint.run(JSON.stringify(taint), id);
    const [seq, scope, kind, roomId, agentId, name] = JSON.parse(place) as Place;
    return { memory: { seq, scope, kind }, roomId, scope: { agentId, scope: name } };
  }

  recent(room: number, limit: number): string {
    return this.#sql.recent.value<string>(room, limit)!;
  }

  /** Behind `from`: what is younger, from the oldest on, or else what is older, from the newest on. */
  history(roomId: string, from: number, limit: number, order: 'oldest' | 'newest'): string {
    const room = this.#names.room(roomId);
    if (room === undefined) return '[]';
    const sql = order === 'newest' ? this.#sql.historyBack : this.#sql.history;
    return sql.value<string>(room, from, limit)!;
  }

  inScope(agentId: string, name: string, after: number, limit: number): string {
    const scope = this.#names.scope(agentId, name);
    return scope === undefined ? '[]' : this.#sql.inScope.value<string>(scope, after, limit)!;
  }

  pending(room: number, limit: number): string {
    return this.#sql.pending.value<string>(room, limit)!;
  }

  /** How many messages wait in the room; counts no further than `most`. */
  backlog(room: number, most: number): number {
    return this.#sql.backlog.value<number>(room, most) ?? 0;
  }

  /** Null: its version is another. */
  revise(id: string, fact: Fact): Pick<Edited, 'memory' | 'scope'> | null {
    const { changes } = this.#sql.revise.run(JSON.stringify(fact), id, fact.version - 1);
    if (changes === 0) return null;
    const [seq, scope, kind, , agentId, name] = JSON.parse(this.#sql.place.value<string>(id)!) as Place;
    return { memory: { seq, scope, kind }, scope: { agentId, scope: name } };
  }

  /** Those that have ended too, newest first. */
  everyFact(agentId: string, name: string, limit: number): string {
    const scope = this.#names.scope(agentId, name);
    return scope === undefined ? '[]' : this.#sql.everyFact.value<string>(scope, limit)!;
  }

  /** How many memories the scope holds, and its newest facts that hold, oldest first. */
  scope(agentId: string, name: string, factLimit: number): [count: number, facts: string] {
    const scope = this.#names.scope(agentId, name);
    if (scope === undefined) return [0, '[]'];
    return [
      this.#sql.count.value<number>(scope) ?? 0,
      this.#sql.facts.value<string>(scope, Date.now(), factLimit)!,
    ];
  }

  agents(): string {
    return this.#sql.agents.value<string>()!;
  }

  /** At most `limit` memories behind `after`, in the order of time; and where to go on, null at the end. */
  aged(
    agentId: string,
    { before, kinds, limit, after }: { before: number; kinds: number[]; limit: number; after: Aged },
  ): { found: Aged[]; next: Aged | null } {
    const looked = this.#sql.aged.value<string>(...after, before, agentId, JSON.stringify(kinds), limit)!;
    const { reached, more, found } = JSON.parse(looked) as {
      reached: Aged | null;
      more: 0 | 1;
      found: Aged[];
    };
    if (found.length > limit) return { found: found.slice(0, limit), next: found[limit - 1]! };
    return { found, next: more ? reached : null };
  }

  /** Ids of those that wait neither for a turn nor for their delivery. */
  settled(seqs: readonly number[]): string[] {
    return JSON.parse(this.#sql.settled.value<string>(JSON.stringify(seqs))!);
  }

  /** Only the rows of this table; words, vectors and files are their owners' to remove. */
  forget(ids: readonly string[]): Forgotten {
    const rows = JSON.parse(this.#sql.condemned.value<string>(JSON.stringify(ids))!) as Place[];
    for (const [seq, scope] of rows) {
      this.#sql.remove.run(seq);
      this.#sql.counted.run(-1, scope);
    }
    return {
      memories: rows.map(([seq, scope, kind]) => ({ seq, scope, kind })),
      rooms: [...new Set(rows.map((row) => row[3]))],
      scopes: rows.map(([, , , , agentId, scope]) => ({ agentId, scope })),
      turns: [...new Set(rows.flatMap((row) => row[6] ?? []))],
    };
  }
}
