/**
 * `npm run bench -- [--only PART,…] [--baseline DIR] [--quick] [--encrypted] [--json FILE]`: the embedded hub.
 * `npm run bench -- --distributed [--database NAME] [--json FILE]`: gateways and workers on shared engines.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    distributed: { type: 'boolean' },
    database: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string' },
    baseline: { type: 'string' },
    quick: { type: 'boolean' },
    encrypted: { type: 'boolean' },
  },
});
// Before the programs that read it are loaded.
if (values.quick) process.env.BENCH_QUICK = '1';
if (values.encrypted) process.env.BENCH_KEYS = `bench:${randomBytes(32).toString('base64')}`;
const { distributed, distributedTable } = await import('./distributed.js');
const { embedded, embeddedTable, partNames } = await import('./embedded.js');
const { home, root } = await import('./processes.js');

const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: root,
  encoding: 'utf8',
}).stdout.trim();
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
process.stdout.write(`${machine}, Node ${process.version}, commit ${commit || 'unknown'}\n`);
try {
  const asked = values.only?.split(',') ?? partNames;
  const only = partNames.filter((name) => asked.includes(name));
  if (only.length < asked.length) throw new Error(`--only takes names of ${partNames.join(', ')}.`);
  const [figures, table] = values.distributed
    ? await distributed(values.database).then((found) => [found, distributedTable(found)] as const)
    : await embedded(only, values).then((found) => [found, embeddedTable(found)] as const);
  process.stdout.write(`${table}\n`);
  if (values.json)
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine, node: process.version, commit, ...figures }, null, 2)}\n`,
    );
} finally {
  rmSync(home, { recursive: true, force: true });
}
