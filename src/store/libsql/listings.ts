/**
 * What only management asks for: rooms, a person's memories, turns, page by page. None of it has an index of its own,
 * which every message would pay for; a step looks at a bounded number of rows instead. Runs in the side thread.
 */
import { lookedAt, mostCounted } from '../listing.js';
import type { Database, Parameter } from './database.js';
import { memoryItem } from './row.js';

/** A step's answer as JSON: what it found, each with its number first, one more than the limit where there is more. */
export interface Step<T extends [seq: number, ...rest: unknown[]]> {
  found: T[];
  /** The last number that was looked at, and whether there are others behind it. */
  reached: number | null;
  more: 0 | 1;
}

export class Listings {
  readonly #sql;

  constructor(db: Database) {
    const said = (memory: string) => `(
      (?6 is null or ${memory}.body -> '$.author.id' = ?6) and ${memory}.body ->> '$.role' <> 'assistant'
      and (?4 is null or ${memory}.body -> '$.source.connector' = ?4)
      and (?5 is null or ${memory}.body -> '$.source.tenant' = ?5))`;
    this.#sql = {
      rooms: db.prepare(
        step(
          'desc',
          'select seq, room, scope, kind from memories where seq < ?1',
          `select l.seq, json_array(l.seq, r.name, s.agent, s.name, m.created, m.body -> '$.source', (
             select count(*) from (
               select 1 from memories n where n.room = l.room and n.kind = 0 limit ${mostCounted}))) as item
           from looked l join memories m using (seq) join scopes s on s.id = l.scope join rooms r on r.id = l.room
           where l.kind = 0 and (?3 is null or s.agent = ?3)
             and not exists (select 1 from memories n where n.room = l.room and n.kind = 0 and n.seq > l.seq)`,
        ),
      ),
      person: db.prepare(
        step(
          'asc',
          'select seq, scope, status, turn, body from memories where seq > ?1',
          `select m.seq, ${memoryItem} as item from looked m join scopes s on s.id = m.scope
           where (?3 is null or s.agent = ?3) and (${said('m')} or (
             m.body ->> '$.role' = 'assistant' and exists (
               select 1 from memories q where q.id = m.body ->> '$.content.replyTo' and ${said('q')})))`,
        ),
      ),
      turns: db.prepare(
        step(
          'desc',
          'select rowid as seq, body from turns where rowid < ?1',
          `select seq, json_array(seq, json_remove(body, '$.steps')) as item from looked
           where (?3 is null or body -> '$.agentId' = ?3) and (?4 is null or body -> '$.roomId' = ?4)
             and (?5 is null or body -> '$.status' = ?5)`,
        ),
      ),
    };
  }

  rooms(before: number, limit: number, agentId: string | null): string {
    return this.#sql.rooms.value<string>(before, limit, agentId)!;
  }

  /** Connector, tenant and user are JSON text or null, as are all parts of the filter of `turns`. */
  person(
    after: number,
    limit: number,
    agentId: string | null,
    ...source: [string | null, string | null, string | null]
  ): string {
    return this.#sql.person.value<string>(after, limit, agentId, ...source)!;
  }

  turns(before: number, limit: number, ...filter: [Parameter, Parameter, Parameter]): string {
    return this.#sql.turns.value<string>(before, limit, ...filter)!;
  }
}

/** `looked` begins behind ?1; of it, at most ?2 are found. `json`: sorting makes plain text of an item. */
function step(order: 'asc' | 'desc', looked: string, matching: string): string {
  return `
    with looked as materialized (${looked} order by seq ${order} limit ${lookedAt})
    select json_object(
      'reached', (select ${order === 'asc' ? 'max' : 'min'}(seq) from looked),
      'more', (select count(*) = ${lookedAt} from looked),
      'found', json((select json_group_array(json(item)) from (${matching} order by 1 ${order} limit ?2 + 1))))`;
}
