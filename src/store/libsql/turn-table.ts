/** Turns, checkpoints and the commit in their tables; inside the transactions of its callers. */
import type { Turn } from '../../core/turn.js';
import type { TurnEdited } from '../turn-store.js';
import { type Database, listOf } from './database.js';
import type { MemoryTable } from './memory-table.js';
import type { Names } from './names.js';
import type { OutboundRow, OutboxTable } from './outbox-table.js';
import { type MemoryRow, statusNumber } from './row.js';

export interface CommitRow {
  turnId: string;
  roomId: string;
  covers: string[];
  /** What the covered messages become. */
  status: number;
  turn: string;
  /** Until when it waits (Unix ms); null: it does not. */
  until: number | null;
  /** The waiting turn that this one goes on from. */
  continues: string | null;
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
        insert into checkpoints (turn, room, agent, covers, steps, tries)
        select ?1, ?2, ?3, ?4, ?5, ?6 where not exists (select 1 from turns where id = ?1)
        on conflict (turn) do update set steps = excluded.steps, tries = excluded.tries`),
      uncheckpoint: db.prepare('delete from checkpoints where turn = ?'),
      checkpoints: db.prepare(
        listOf(
          `'[' || json_quote(turn) || ',' || json_quote(agent) || ',' || covers || ',' || steps || ',' || tries || ']'`,
          'select * from checkpoints where room = ? order by seq',
        ),
      ),
      // Only `reopen` makes messages pending again, and their checkpoint with them: one without any is dead.
      dropDead: db.prepare(`
        delete from checkpoints where not exists (
          select 1 from json_each(covers) c join memories m on m.id = c.value where m.status = 0)`),
      remove: db.prepare('delete from turns where id = ?'),
      reopen: db.prepare(`
        update memories set status = 0, turn = null
        where turn = ?1 and status = ${statusNumber.failed} and id in (select value from json_each(?2))`),
      wake: db.prepare(`
        update memories set status = 0
        where id = ? and kind = 0 and status = ${statusNumber.kept} and body ->> '$.role' = 'user'`),
      roomOfWaiting: db.prepare(
        'select r.name from memories m join rooms r on r.id = m.room where m.id = ? and m.status = 0',
      ),
      dropEmpty: db.prepare(`
        delete from turns where id in (select value from json_each(?))
          and not exists (select 1 from memories where id = turns.body ->> '$.replyId')
          and not exists (select 1 from json_each(turns.body, '$.covers') c join memories m on m.id = c.value)`),
      edit: db.prepare('update turns set body = json_patch(body, ?2) where id = ?1'),
      wait: db.prepare('insert into waits (turn, room, until) values (?, ?, ?) on conflict do nothing'),
      unwait: db.prepare('delete from waits where turn = ?'),
      // As long as it waits: somebody may have stopped it.
      settle: db.prepare(`
        update turns set body = json_patch(body, ?2) where id = ?1 and body ->> '$.status' = 'waiting'`),
      expired: db.prepare(`
        select json_group_array(turn) from (select turn from waits where until < ? order by until limit ?)`),
      undecided: db.prepare(`
        select json_group_array(turn) from (
          select w.turn from waits w join turns t on t.id = w.turn where w.room = ? order by t.rowid limit ?)`),
      dropEmptyWaits: db.prepare(`
        delete from waits where turn in (select value from json_each(?))
          and not exists (select 1 from turns where id = waits.turn)`),
      heads: db.prepare(
        listOf(
          `json_object('roomId', name, 'agentId', body ->> '$.agentId',
             'author', json(body -> '$.author'), 'source', json(body -> '$.source'))`,
          `select r.name, m.body from json_each(?) room join rooms r on r.name = room.value
           join memories m on m.seq = (select min(seq) from memories where room = r.id and status = 0)`,
        ),
      ),
      waiting: db.prepare(`
        select json_group_array(name) from (
          select r.name, min(m.created) as since from memories m join rooms r on r.id = m.room
          where m.status = 0 group by m.room having since < ? order by since limit ?)`),
    };
  }

  /** The reply's number (0 without a reply), or null when this turn was committed before. */
  commit(row: CommitRow): number | null {
    const { turnId, roomId, covers, status, turn, reply, outbound, until, continues } = row;
    if (this.#sql.insert.run(turnId, turn).changes === 0) return null;
    const room = this.#names.roomOrNew(roomId);
    for (const id of covers) this.#sql.handle.run(status, turnId, id, room);
    this.#sql.uncheckpoint.run(turnId);
    if (until !== null) this.#sql.wait.run(turnId, room, until);
    if (continues !== null) this.#settle(continues, { status: 'done', continuedBy: turnId });
    if (outbound) this.#outbox.insert(outbound);
    if (!reply) return 0;
    const seq = this.#memories.insert(reply);
    if (seq === null) throw new Error(`the reply ${reply[0]} of turn ${turnId} is stored already`);
    return seq;
  }

  get(turnId: string): string | null {
    return this.#sql.get.value<string>(turnId);
  }

  /** The room of the turn, or null: no such turn, it has not failed, or none of its messages is left. */
  reopen(turnId: string): string | null {
    const body = this.get(turnId);
    if (body === null) return null;
    const { status, roomId, agentId, covers, steps } = JSON.parse(body) as Turn;
    if (status !== 'failed') return null;
    const json = JSON.stringify(covers);
    if (this.#sql.reopen.run(turnId, json).changes === 0) return null;
    this.#sql.remove.run(turnId);
    if (steps.length > 0) this.checkpoint(turnId, roomId, agentId, json, JSON.stringify(steps), 0);
    return roomId;
  }

  /** The room in which the message waits now, or null. */
  wake(messageId: string): string | null {
    this.#sql.wake.run(messageId);
    return this.#sql.roomOfWaiting.value<string>(messageId);
  }

  /** It has its decision: it does not expire any more. */
  decided(turnId: string): void {
    this.#sql.unwait.run(turnId);
  }

  /** False: no such turn waits. */
  stopWaiting(turnId: string): boolean {
    return this.#settle(turnId, { status: 'stopped' });
  }

  #settle(turnId: string, change: Partial<Turn>): boolean {
    this.#sql.unwait.run(turnId);
    return this.#sql.settle.run(turnId, JSON.stringify(change)).changes > 0;
  }

  expired(now: number, limit: number): string {
    return this.#sql.expired.value<string>(now, limit)!;
  }

  undecided(roomId: string, limit: number): string {
    const room = this.#names.room(roomId);
    return room === undefined ? '[]' : this.#sql.undecided.value<string>(room, limit)!;
  }

  /** False when the turn is finished, and nothing was written. */
  checkpoint(
    turnId: string,
    roomId: string,
    agentId: string,
    ...stored: [covers: string, steps: string, tries: number]
  ): boolean {
    const room = this.#names.roomOrNew(roomId);
    return this.#sql.checkpoint.run(turnId, room, agentId, ...stored).changes > 0;
  }

  /** The room's unfinished turns, oldest first. */
  checkpoints(room: number): string {
    return this.#sql.checkpoints.value<string>(room)!;
  }

  dropDeadCheckpoints(): void {
    this.#sql.dropDead.run();
  }

  edit(turnId: string, change: TurnEdited): void {
    this.#sql.edit.run(turnId, JSON.stringify(change));
  }

  /** Those of which no message is left. */
  dropEmpty(turnIds: readonly string[]): void {
    if (turnIds.length === 0) return;
    this.#sql.dropEmpty.run(JSON.stringify(turnIds));
    this.#sql.dropEmptyWaits.run(JSON.stringify(turnIds));
  }

  heads(roomIds: readonly string[]): string {
    return this.#sql.heads.value<string>(JSON.stringify(roomIds))!;
  }

  waiting(before: number, limit: number): string {
    return this.#sql.waiting.value<string>(before, limit)!;
  }
}
