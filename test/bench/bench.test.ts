import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Figures } from './figures.js';

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
  ...['clear', 'cpuRatioToClear', 'bareStoreCpuRatioToClear'],
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
    // A message is flushed with others, and its reply again: two flushes of 25 messages, and some more on a busy machine.
    expect(figures.bareStoreFlushesPerMessage).toBeGreaterThanOrEqual(2 / 25);
    expect(figures.bareStoreFlushesPerMessage).toBeLessThan(1);
    expect(figures.clear).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);

it('with --encrypted it says what encryption costs, and that both stores recall the same with it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-bench-test-'));
  const file = join(folder, 'figures.json');
  try {
    const parts = ['--only', 'throughput,search,recall'];
    const { status, stderr, stdout } = bench('--quick', '--encrypted', ...parts, '--json', file);
    expect([status, stderr]).toEqual([0, '']);
    const figures = JSON.parse(readFileSync(file, 'utf8')) as Figures;
    const positive = (value: number | null) => expect(value).toBeGreaterThan(0);
    positive(figures.cpuRatioToClear);
    positive(figures.bareStoreCpuRatioToClear);
    for (const value of Object.values(figures.clear!)) positive(value);
    const sizes = ['1000', '10000', '100000'];
    for (const times of [figures.searchP50Ms, figures.searchP50MsInClear!]) {
      expect(Object.keys(times)).toEqual(sizes);
      for (const value of Object.values(times)) positive(value);
    }
    const same = { questions: 20, found: 20, foundEncrypted: 20, same: 20 };
    expect(figures.recall).toEqual({ embedded: same, shared: same });
    const told = '20 of 20 with encryption, 20 without; the same hits for 20';
    for (const store of ['embedded', 'shared'])
      expect(stdout).toMatch(new RegExp(`recall what they ask for, ${store} store +${told}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);

it('a part that does not exist is told with those that do', () => {
  const { status, stderr } = bench('--only', 'speed');
  expect(status).toBe(1);
  expect(stderr).toContain(
    '--only takes names of throughput, flat, start, rss, stall, shares, search, recall.',
  );
});
