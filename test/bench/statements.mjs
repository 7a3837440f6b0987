/**
 * Loaded before a program, in each of its threads (which takes no TypeScript): writes down what libSQL is asked to do,
 * a line of JSON for each statement, in the file BENCH_STATEMENTS, in the order in which they are run. A line is
 * `Line` of `bare-store.ts`.
 */
import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import Libsql from 'libsql';

const connections = new WeakMap();
let opened = 0;

function nameOf(connection) {
  const name = connections.get(connection) ?? `${threadId}.${++opened}`;
  connections.set(connection, name);
  return name;
}

function write(connection, method, sql, values = []) {
  const stored = values
    .flat()
    .map((value) => (value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value));
  globalThis.recordStatement([nameOf(connection), method, sql, stored]);
}

// In memory until the end: writing each one down at once takes so long that the store would make smaller groups.
const lines = [];
globalThis.recordStatement = (line) => lines.push(JSON.stringify(line));
process.on('exit', () =>
  appendFileSync(process.env.BENCH_STATEMENTS, lines.map((line) => `${line}\n`).join('')),
);

const { exec, loadExtension, prepare } = Libsql.prototype;

Object.assign(Libsql.prototype, {
  exec(sql) {
    write(this, 'exec', sql);
    return exec.call(this, sql);
  },
  loadExtension(path, ...rest) {
    write(this, 'load', path);
    return loadExtension.call(this, path, ...rest);
  },
  prepare(sql) {
    const statement = prepare.call(this, sql);
    for (const method of ['run', 'get', 'iterate']) {
      const original = statement[method];
      statement[method] = (...values) => {
        write(this, method, sql, values);
        return original.apply(statement, values);
      };
    }
    return statement;
  },
});
