/** What CI says of runs: from reports as vitest writes them, in a folder with tests of its own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./results.ts', import.meta.url));
const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-results-'));
  mkdirSync(join(folder, 'test'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Whether each file's one test passed; null: the file has no result. */
function report(name: string, files: Record<string, boolean | null>): void {
  for (const file of Object.keys(files)) writeFileSync(join(folder, 'test', file), '');
  const testResults = Object.entries(files).flatMap(([file, passed]) => {
    const status = passed ? 'passed' : 'failed';
    const assertionResults = [{ fullName: `what ${file} shows`, status }];
    return passed === null ? [] : [{ name: join(folder, 'test', file), status, assertionResults }];
  });
  writeFileSync(join(folder, name), JSON.stringify({ testResults }));
}

const again = () =>
  execFileSync(process.execPath, [tsx, program, 'failed', 'all.json'], { cwd: folder, encoding: 'utf8' });
const summary = () =>
  spawnSync(process.execPath, [tsx, program, 'summary', '.'], { cwd: folder, encoding: 'utf8' });

it('gives a second go to what failed, and to files whose process was lost', () => {
  report('all.json', { 'a.test.ts': true, 'b.test.ts': false, 'c.test.ts': null });
  writeFileSync(join(folder, 'all.failed'), '');
  expect(again()).toBe('test/b.test.ts\ntest/c.test.ts\n');
  report('all-alone.json', { 'b.test.ts': true });
  const without = summary();
  expect(without.status).toBe(1);
  expect(without.stdout).toContain('failed: test/c.test.ts: its process was lost\n2 passed, 1 failed');
  report('all-alone.json', { 'b.test.ts': true, 'c.test.ts': true });
  const all = summary();
  expect(all.stdout).toContain('failed beside other files, passed alone: test/b.test.ts');
  expect(all.stdout).toContain('3 passed, 0 failed');
  expect(all.status).toBe(0);
});

it('fails where a run ended with an error outside of its tests', () => {
  report('all.json', { 'a.test.ts': true });
  writeFileSync(join(folder, 'all.failed'), '');
  expect(summary().stdout).toContain('ended with an error outside of its tests');
});
