/** `npm run bench [-- --distributed] [-- --json FILE]`: the embedded hub, or gateways and workers on shared engines. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { distributed, distributedTable } from './distributed.js';
import { embedded, embeddedTable } from './embedded.js';
import { home, root } from './processes.js';

const { values } = parseArgs({
  options: { distributed: { type: 'boolean' }, database: { type: 'string' }, json: { type: 'string' } },
});
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: root,
  encoding: 'utf8',
}).stdout.trim();
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
process.stdout.write(`${machine}, Node ${process.version}, commit ${commit || 'unknown'}\n`);
try {
  const [figures, table] = values.distributed
    ? await distributed(values.database).then((found) => [found, distributedTable(found)] as const)
    : await embedded().then((found) => [found, embeddedTable(found)] as const);
  process.stdout.write(`${table}\n`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
