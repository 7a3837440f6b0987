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
