import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What `--only throughput,stall` gives; what is null needs a Redis or another checkout. */
const wanted = [
  ...['bareStorePerSecond', 'bareStoreCpuMsPerMessage', 'bareStoreFlushesPerMessage'],
  ...['pipelinePerSecond', 'pipelineToBareStore', 'httpPerSecond', 'cpuMsPerMessage'],
  ...['idleP50Ms', 'idleP99Ms', 'stallMs'],
];
const nullable = [
  ...['bareBullmqPerSecond', 'pacedBullmqPerSecond', 'pipelineRatio', 'pipelineToPaced', 'httpRatio'],
  ...['httpToPaced', 'cpuMsPerMessageOfBaseline', 'cpuRatioToBaseline'],
];

function bench(...args: string[]) {
  const options = { cwd: root, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, ['--import', 'tsx', 'test/bench/main.ts', ...args], options);
}

it('npm run bench runs on the store as it is, and gives its figures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-bench-test-'));
  const file = join(folder, 'figures.json');
  try {
    const { status, stderr } = bench('--quick', '--only', 'throughput,stall', '--json', file);
    expect([status, stderr]).toEqual([0, '']);
    const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const { machine, node, commit, quick, ...figures } = written;
    expect([machine, node, quick]).toEqual([expect.any(String), process.version, true]);
    expect(commit).toEqual(expect.any(String));
    expect(Object.keys(figures).sort()).toEqual([...wanted, ...nullable].sort());
    for (const name of wanted) expect([name, figures[name]]).toEqual([name, expect.any(Number)]);
    // A message is flushed with others, and its reply again.
    expect(figures.bareStoreFlushesPerMessage).toBeCloseTo(2 / 25, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);

it('a part that does not exist is told with those that do', () => {
  const { status, stderr } = bench('--only', 'speed');
  expect(status).toBe(1);
  expect(stderr).toContain('--only takes names of throughput, flat, start, rss, stall, shares, search.');
});
