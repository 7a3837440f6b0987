/** The tables, migration by migration. `user_version` of the file says how many it has had. */
import { FatalError } from '../../errors.js';
import { type MigrationName, migrations } from '../migrations.js';
import type { Database } from './database.js';

/** What has been released is never edited. */
const sql: Record<MigrationName, string> = {
  base: `
  -- Long names are stored once; everything else refers to them by number.
  create table rooms (id integer primary key, name text not null unique);
  create table scopes (
    id integer primary key, agent text not null, name text not null,
    memories integer not null default 0, -- how many the scope holds
    unique (agent, name)
  );

  -- autoincrement: the number of a forgotten memory is never given to another one.
  create table memories (
    seq integer primary key autoincrement,
    id text not null unique,
    key text not null unique, -- the ingestion key
    room integer not null, scope integer not null,
    kind integer not null, status integer not null, turn text,
    created integer not null,
    body text not null,
    receipt text -- what the platform calls a delivered reply
  );
  create index messages on memories (room, seq) where kind = 0;
  create index pending on memories (room, seq, created) where status = 0;
  create index said on memories (scope, seq);
  create index facts on memories (scope, seq) where kind = 1;

  create table turns (id text primary key, body text not null);
  create table checkpoints (
    seq integer primary key, turn text not null unique, room integer not null,
    agent text not null, covers text not null, steps text not null
  );
  create index unfinished on checkpoints (room, seq);

  create table outbox (
    seq integer primary key autoincrement, id text not null unique,
    room integer not null, memory text not null, created integer not null,
    attempts integer not null default 0, error text,
    final integer not null default 0, -- 1: given up
    body text not null
  );
  create index due on outbox (room, seq) where final = 0;

  -- Words are made in terms.ts and salted with the scope's number: ascii leaves every other byte alone.
  create virtual table terms using fts5 (
    words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
  );
  create virtual table vocabulary using fts5vocab(terms, row);
  -- Merging half as often is a third less work in all, and a search that reads eight segments not slower.
  insert into terms (terms, rank) values ('automerge', 8);

  create table embedders (
    id integer primary key, name text not null unique,
    dimensions integer, -- null until its first vector
    mark integer not null default 0 -- all memories up to here have their vector, or need none
  );
  create table vectors (embedder integer not null, seq integer not null, e blob not null, primary key (embedder, seq));
  -- The sign of every dimension: small enough to compare with all of them.
  create table bits (
    embedder integer not null, scope integer not null, kind integer not null, seq integer not null,
    bits blob not null,
    primary key (embedder, scope, kind, seq)
  ) without rowid;

  create table tokens (name text primary key, body text not null);
  create table files (hash text primary key, bytes blob not null);

  -- Where background work stands; see lexicon.ts and upkeep.ts.
  create table progress (name text primary key, value integer not null);
  `,
  notes: `
  -- Key and value are JSON text. \`expires\`: Unix ms; null for ever.
  create table notes (key text primary key, value text not null, expires integer) without rowid;
  create index passing on notes (expires) where expires is not null;
  `,
  retention: `
  -- Retention walks from the oldest on; new rows come at the index's end.
  create index aged on memories (created, seq, scope, kind);
  alter table embedders add column used integer not null default 0; -- Unix ms
  `,
  audit: `
  -- \`body\` is the whole row as JSON. An id is taken once: a second row of it is passed over, also by "or replace".
  create table audit (id text primary key, operation text not null, body text not null);
  create index audited on audit (operation, id);
  create trigger audit_added before insert on audit when exists (select 1 from audit where id = new.id)
    begin select raise(ignore); end;
  create trigger audit_kept before update on audit begin select raise(abort, 'audit rows are never changed'); end;
  create trigger audit_stays before delete on audit begin select raise(abort, 'audit rows are never removed'); end;
  `,
  'turn-states': `
  -- Turns that wait for a decision and have none. \`until\`: Unix ms.
  create table waits (turn text primary key, room integer not null, until integer not null) without rowid;
  create index overdue on waits (until);
  alter table checkpoints add column tries integer not null default 0; -- attempts that ended with their process
  `,
  'file-owners': `
  -- What is known of each of \`files\`, whose bytes stay there; \`id\` is the \`hash\`, which only older files have.
  create table file_records (
    id text primary key,
    person text, place text, -- under which names it counts; null: nobody's
    counted integer not null,
    look integer, -- Unix ms: when to look whether a memory names it; null: one did
    body text not null
  ) without rowid;
  create index files_of_person on file_records (person, counted) where person is not null;
  create index files_of_place on file_records (place, counted) where place is not null;
  create index files_to_look_at on file_records (look) where look is not null;
  create table file_uses (file text not null, memory integer not null, primary key (file, memory)) without rowid;
  create index uses_of_memory on file_uses (memory);

  insert or ignore into file_uses
    select a.value ->> '$.file', m.seq from memories m, json_each(m.body, '$.content.attachments') a
    where exists (select 1 from files) and instr(m.body, '"attachments":[{') > 0;
  insert into file_records
    select f.hash,
      case when m.seq > 0 then json_array(
        m.body -> '$.source.connector', m.body -> '$.source.tenant', m.body -> '$.author.id') end,
      case when m.seq > 0 then json_array(
        m.body -> '$.source.connector', m.body -> '$.source.tenant',
        m.body -> iif(m.body ->> '$.source.tenant' = 'default', '$.source.channel', '$.source.tenant')) end,
      max(length(f.bytes), 100000),
      case when m.seq is null then unixepoch() * 1000 + 3600000 end,
      json_object('size', length(f.bytes), 'owner', json(case when m.seq > 0 then json_object(
        'agentId', m.body -> '$.agentId', 'roomId', m.body -> '$.roomId', 'scope', m.body -> '$.scope',
        'connector', m.body -> '$.source.connector', 'tenant', m.body -> '$.source.tenant',
        'place', m.body -> iif(m.body ->> '$.source.tenant' = 'default', '$.source.channel', '$.source.tenant'),
        'person', m.body -> '$.author.id') end))
    from files f left join memories m on m.seq = (select min(memory) from file_uses where file = f.hash);
  `,
  deliveries: `
  alter table outbox add column failing text; -- JSON: since when it fails, and when it is tried next
  `,
  words: `
  -- Words of 256 memories of a scope each, as segment.ts makes them. What they replace, \`terms\`, goes bit by bit.
  create table words (
    id integer primary key, scope integer not null, first integer not null, last integer not null,
    version integer not null, body blob not null
  );
  create unique index words_of_scope on words (scope, first);
  `,
  'audit-chain': `
  -- What follows \`audit\`, whose rows stay there. \`body\` is the canonical text of a row and \`hash\` its SHA-256;
  -- see audit-chain.ts. As in \`audit\`, a row that is there already is passed over.
  create table audit_chain (
    seq integer primary key, id text not null unique, operation text not null, hash text not null, body text not null
  );
  create index chained on audit_chain (operation, id);
  create trigger chain_added before insert on audit_chain
    when exists (select 1 from audit_chain where id = new.id or seq = new.seq)
    begin select raise(ignore); end;
  create trigger chain_kept before update on audit_chain
    begin select raise(abort, 'audit rows are never changed'); end;
  create trigger chain_stays before delete on audit_chain
    begin select raise(abort, 'audit rows are never removed'); end;
  `,
  records: `
  -- \`id\`, \`of\` (the group) and \`value\` are JSON text, the names without their quotes. \`due\`: Unix ms.
  create table records (
    kind text not null, id text not null, version integer not null, value text not null, of text, due integer,
    primary key (kind, id)
  ) without rowid;
  create index records_of on records (kind, of, id) where of is not null;
  create index records_due on records (kind, due, id) where due is not null;
  `,
  // Of the whole file, or of none of it.
  encryption: '',
};

/** In their order. */
export const steps: readonly string[] = migrations.map(({ name }) => sql[name]);

/**
 * Brings the file to the newest version. A file that a newer hub wrote is refused, not guessed at: one hub at a time
 * has it, so no upgrade is under way here that an older one would have to survive.
 */
export function migrate(db: Database, list: readonly string[] = steps): void {
  const version = db.prepare('pragma user_version').value<number>() ?? 0;
  const problem = tooNew(version, list);
  if (problem) throw new FatalError('config_invalid', problem, { field: 'CARRIER_DATA_DIR' });
  for (let next = version; next < list.length; next++) {
    db.transaction(() => {
      db.exec(list[next]!);
      db.exec(`pragma user_version = ${next + 1}`);
    });
  }
}

/** What to do about a file of this version, if it is a newer hub's. */
export function tooNew(version: number, { length }: readonly string[] = steps): string | null {
  if (version <= length) return null;
  return (
    `The database was written by a newer hub (schema ${version}; this one knows ${length}). ` +
    'Start that version again, or set CARRIER_DATA_DIR to another folder.'
  );
}
