/** The outbox in its table; inside the transactions of its callers. */
import { type Database, listOf } from './database.js';
import type { Names } from './names.js';

/** `body` may leave out the memory if that is stored as one. */
export type OutboundRow = [id: string, roomId: string, memoryId: string, createdAt: number, body: string];

export class OutboxTable {
  readonly #names: Names;
  readonly #sql;

  constructor(db: Database, names: Names) {
    this.#names = names;
    this.#sql = {
      insert: db.prepare('insert into outbox (id, room, memory, created, body) values (?, ?, ?, ?, ?)'),
      due: db.prepare(
        listOf(
          `'[' || attempts || ',' || coalesce(failing, 'null') || ',' || body || ',' || coalesce(reply, 'null') || ']'`,
          `select o.attempts, o.failing, o.body, m.body as reply from outbox o left join memories m on m.id = o.memory
           where o.room = ? and o.final = 0 order by o.seq limit ?`,
        ),
      ),
      backlog: db.prepare('select count(*) from (select 1 from outbox where room = ? and final = 0 limit ?)'),
      receipt: db.prepare(
        'update memories set receipt = ? where id = (select memory from outbox where id = ? and final = 0)',
      ),
      remove: db.prepare('delete from outbox where id = ? and final = 0'),
      failed: db.prepare(
        `update outbox set attempts = attempts + 1, error = ?1, failing = coalesce(?2, failing), final = ?2 is null
         where id = ?3 and final = 0`,
      ),
      condemned: db.prepare(`
        select json_group_array(distinct r.name) from outbox o join rooms r on r.id = o.room
        where o.memory in (select value from json_each(?))`),
      forget: db.prepare('delete from outbox where memory in (select value from json_each(?))'),
      expire: db.prepare("delete from outbox where final = 1 and created < ? and body ->> '$.agentId' = ?"),
      list: db.prepare(
        listOf(
          'item',
          `select json_array(o.seq, json_object(
             'id', o.id, 'agentId', o.body ->> '$.agentId', 'roomId', r.name, 'turnId', o.body ->> '$.turnId',
             'memoryId', o.memory, 'to', json_remove(o.body -> '$.to', '$.messageId', '$.metadata', '$.pull'),
             'attempts', o.attempts, 'error', json(o.error), 'failing', json(o.failing),
             'createdAt', o.created)) as item
           from outbox o join rooms r on r.id = o.room
           where o.final = ?1 and o.seq > ?2 and (?3 is null or o.body ->> '$.agentId' = ?3)
           order by o.seq limit ?4`,
        ),
      ),
      givenUpIn: db.prepare(
        'select r.name from outbox o join rooms r on r.id = o.room where o.id = ? and o.final = 1',
      ),
      retry: db.prepare('update outbox set final = 0, failing = null where id = ?'),
      retryTurn: db.prepare(
        "update outbox set final = 0, failing = null where room = ? and body ->> '$.turnId' = ?",
      ),
      drop: db.prepare('delete from outbox where id = ?'),
      waiting: db.prepare(`
        select json_group_array(name) from (
          -- With one min() the other columns are those of its row: of the oldest reply.
          select r.name, o.created as since, o.failing, min(o.seq) from outbox o join rooms r on r.id = o.room
          where o.final = 0 group by o.room
          having since < ?1 and coalesce(o.failing ->> '$.nextAt', 0) <= ?2 order by since limit ?3)`),
      count: db.prepare(`
        select json_object('waiting', count(*) filter (where final = 0), 'dead', count(*) filter (where final = 1),
          'oldest', min(created) filter (where final = 0)) from outbox`),
    };
  }

  insert([id, roomId, memoryId, createdAt, body]: OutboundRow): void {
    this.#sql.insert.run(id, this.#names.roomOrNew(roomId), memoryId, createdAt, body);
  }

  due(room: number, limit: number): string {
    return this.#sql.due.value<string>(room, limit)!;
  }

  /** How many replies of the room are undelivered; counts no further than `most`. */
  backlog(room: number, most: number): number {
    return this.#sql.backlog.value<number>(room, most) ?? 0;
  }

  /** The message leaves the outbox; the receipt (JSON, null for an empty one) stays with the memory. */
  delivered(id: string, receipt: string | null): void {
    if (receipt !== null) this.#sql.receipt.run(receipt, id);
    this.#sql.remove.run(id);
  }

  /** `failing` is JSON; null gives it up. */
  failed(id: string, error: string, failing: string | null): void {
    this.#sql.failed.run(error, failing, id);
  }

  /** A JSON list of number and entry. */
  list(final: boolean, after: number, agentId: string | null, limit: number): string {
    return this.#sql.list.value<string>(Number(final), after, agentId, limit)!;
  }

  /** The room of the message, or null: no such one was given up. */
  retry(id: string): string | null {
    const room = this.#sql.givenUpIn.value<string>(id);
    if (room !== null) this.#sql.retry.run(id);
    return room;
  }

  /** False: the turn has nothing to deliver. */
  retryTurn(roomId: string, turnId: string): boolean {
    const room = this.#names.room(roomId);
    return room !== undefined && this.#sql.retryTurn.run(room, turnId).changes > 0;
  }

  /** False: there was no such message. */
  drop(id: string): boolean {
    return this.#sql.drop.run(id).changes > 0;
  }

  /** Drops what would still deliver these memories. Gives back the rooms it took something from. */
  forget(memoryIds: readonly string[]): string[] {
    const ids = JSON.stringify(memoryIds);
    const rooms = JSON.parse(this.#sql.condemned.value<string>(ids)!) as string[];
    if (rooms.length > 0) this.#sql.forget.run(ids);
    return rooms;
  }

  /** Drops what was given up before then. False: there was nothing. */
  expire(agentId: string, before: number): boolean {
    return this.#sql.expire.run(before, agentId).changes > 0;
  }

  waiting(before: number, dueBy: number, limit: number): string {
    return this.#sql.waiting.value<string>(before, dueBy, limit)!;
  }

  count(): string {
    return this.#sql.count.value<string>()!;
  }
}
