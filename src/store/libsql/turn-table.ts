/** Turns, checkpoints and the commit on disk. Runs in the engine's thread, inside its transactions. */
import { type Database, listOf } from './database.js';
import type { MemoryTable } from './memory-table.js';
import type { Names } from './names.js';
import type { OutboundRow, OutboxTable } from './outbox-table.js';
import type { MemoryRow } from './row.js';

export interface CommitRow {
  turnId: string;
  roomId: string;
  covers: string[];
  /** What the covered messages become. */
  status: number;
  turn: string;
  reply: MemoryRow | null;
  outbound: OutboundRow | null;
}

export class TurnTable {
  readonly #names: Names;
  readonly #memories: MemoryTable;
  readonly #outbox: OutboxTable;
  readonly #sql;

  constructor(db: Database, names: Names, memories: MemoryTable, outbox: OutboxTable) {
    this.#names = names;
    this.#memories = memories;
    this.#outbox = outbox;
    this.#sql = {
      insert: db.prepare('insert into turns (id, body) values (?, ?) on conflict do nothing'),
      get: db.prepare('select body from turns where id = ?'),
      handle: db.prepare('update memories set status = ?, turn = ? where id = ? and room = ? and status = 0'),
      // The covers of the first checkpoint stay: messages that came later wait for the next turn.
      checkpoint: db.prepare(`
        insert into checkpoints (turn, room, agent, covers, steps)
        select ?1, ?2, ?3, ?4, ?5 where not exists (select 1 from turns where id = ?1)
        on conflict (turn) do update set steps = excluded.steps`),
      uncheckpoint: db.prepare('delete from checkpoints where turn = ?'),
      checkpoints: db.prepare(
        listOf(
          `'[' || json_quote(turn) || ',' || json_quote(agent) || ',' || covers || ',' || steps || ']'`,
          'select * from checkpoints where room = ? order by seq',
        ),
      ),
      // Pending is never regained, so a checkpoint whose messages are all handled or forgotten is dead.
      dropDead: db.prepare(`
        delete from checkpoints where not exists (
          select 1 from json_each(covers) c join memories m on m.id = c.value where m.status = 0)`),
      dropEmpty: db.prepare(`
        delete from turns where id in (select value from json_each(?))
          and not exists (select 1 from memories where id = turns.body ->> '$.replyId')
          and not exists (select 1 from json_each(turns.body, '$.covers') c join memories m on m.id = c.value)`),
      waiting: db.prepare(`
        select json_group_array(name) from (
          select r.name, min(m.created) as since from memories m join rooms r on r.id = m.room
          where m.status = 0 group by m.room having since < ? order by since limit ?)`),
    };
  }

  /** The reply's number (0 without a reply), or null when this turn was committed before. */
  commit(row: CommitRow): number | null {
    const { turnId, roomId, covers, status, turn, reply, outbound } = row;
    if (this.#sql.insert.run(turnId, turn).changes === 0) return null;
    const room = this.#names.roomOrNew(roomId);
    for (const id of covers) this.#sql.handle.run(status, turnId, id, room);
    this.#sql.uncheckpoint.run(turnId);
    if (outbound) this.#outbox.insert(outbound);
    if (!reply) return 0;
    const seq = this.#memories.insert(reply);
    if (seq === null) throw new Error(`the reply ${reply[0]} of turn ${turnId} is stored already`);
    return seq;
  }

  get(turnId: string): string | null {
    return this.#sql.get.value<string>(turnId);
  }

  /** False when the turn is finished, and nothing was written. */
  checkpoint(turnId: string, roomId: string, agentId: string, covers: string, steps: string): boolean {
    const room = this.#names.roomOrNew(roomId);
    return this.#sql.checkpoint.run(turnId, room, agentId, covers, steps).changes > 0;
  }

  /** The room's unfinished turns, oldest first. */
  checkpoints(room: number): string {
    return this.#sql.checkpoints.value<string>(room)!;
  }

  dropDeadCheckpoints(): void {
    this.#sql.dropDead.run();
  }

  /** Those of which no message is left. */
  dropEmpty(turnIds: readonly string[]): void {
    if (turnIds.length > 0) this.#sql.dropEmpty.run(JSON.stringify(turnIds));
  }

  waiting(before: number, limit: number): string {
    return this.#sql.waiting.value<string>(before, limit)!;
  }
}
