/**
 * The store's own statements for messages and their replies, in groups of 25, run again on one connection in one
 * process: what SQL and the disk alone cost. A group is two flushes: its messages (with what was delivered of the group
 * before), and its replies. Encrypted where keys are set. Takes the file that `statements.mjs` has written; prints `BareStore`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { underKey } from '../../dist/src/store/libsql/file-key.js';
import { group } from './load.js';
import { ring } from './own-store.js';

export interface BareStore {
  perSecond: number;
  /** Of a message with its reply. */
  cpuMs: number;
  flushes: number;
}

/** `exec` with SQL, `load` with an extension's path, or a method of a prepared statement. */
type Method = 'exec' | 'load' | 'run' | 'get' | 'iterate';
/** What stands under the name of no connection is a note of the bench. */
type Line = [connection: string, Method, sql: string, (string | number | null | { bytes: string })[]];

const lines = readFileSync(process.argv[2]!, 'utf8').trimEnd().split('\n');
const all = lines.map((text) => {
  const [connection, method, sql, stored] = JSON.parse(text) as Line;
  const values = stored.map((value) =>
    typeof value === 'object' && value ? Buffer.from(value.bytes, 'base64') : value,
  );
  return { connection, method, sql, values, commits: /^\s*commit\b/i.test(sql) };
});
const writer = writerOf();
const db = new Libsql(join(process.env.CARRIER_DATA_DIR!, 'bare.db'), underKey(ring?.current ?? null));
const prepared = new Map<string, Libsql.Statement<unknown[]>>();
let flushes = 0;
let started = { at: 0, cpu: process.cpuUsage() };
for (const { connection, method, sql, values, commits } of all) {
  if (connection === writer) {
    run(method, sql, values);
    if (commits) flushes++;
  } else if (connection === '') {
    if (sql === 'end') break;
    flushes = 0;
    started = { at: performance.now(), cpu: process.cpuUsage() };
  }
}
const seconds = (performance.now() - started.at) / 1000;
const { user, system } = process.cpuUsage(started.cpu);
const messages = group.size * group.measured;
process.stdout.write(
  JSON.stringify({
    perSecond: messages / seconds,
    cpuMs: (user + system) / 1000 / messages,
    flushes: flushes / messages,
  } satisfies BareStore),
);
db.close();

/** The connection that ends most transactions. */
function writerOf(): string {
  const commits = new Map<string, number>();
  for (const line of all)
    if (line.commits) commits.set(line.connection, (commits.get(line.connection) ?? 0) + 1);
  const [most] = [...commits].sort((a, b) => b[1] - a[1]);
  if (!most) throw new Error('The store has committed nothing. Is its binding still libsql?');
  return most[0];
}

function run(method: Method, sql: string, values: unknown[]): void {
  if (method === 'load') db.loadExtension(sql);
  else if (method === 'exec') {
    db.exec(sql);
    // A commit is on disk when it is over, however the store itself does that.
    if (/\bsynchronous\b/i.test(sql)) db.exec('pragma synchronous = full');
  } else if (method === 'iterate') for (const _ of statementOf(sql).iterate(values));
  else statementOf(sql)[method](values);
}

function statementOf(sql: string): Libsql.Statement<unknown[]> {
  const known = prepared.get(sql);
  if (known) return known;
  const statement = db.prepare<unknown[]>(sql);
  if (statement.reader) statement.raw();
  prepared.set(sql, statement);
  return statement;
}
