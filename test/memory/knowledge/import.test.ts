/** A folder is imported by real processes, and goes on after both of them were killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { entry } from '../../cli/carrier.js';
import { Home } from '../../support/hub.js';
import { until } from '../../support/until.js';

const files = 1000;
let home: Home;
let running: ChildProcess[] = [];
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
  await home.dispose();
});

const env = () => ({
  PATH: process.env.PATH!,
  HOME: home.folder,
  ...home.settings({ CARRIER_LOG_LEVEL: 'silent' }),
});

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry, 'start'], {
    cwd: home.folder,
    env: env(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.push(child);
  let said = '';
  child.stdout!.on('data', (bytes) => {
    said += bytes;
  });
  await until(() => /http:\/\/127/.test(said), 60_000);
  return child;
}

/** To its end, however long that takes on a busy machine. */
async function carrier(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [entry, ...args], { cwd: home.folder, env: env() });
  running.push(child);
  const ended = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => {
    ended.stdout += bytes;
  });
  child.stderr.on('data', (bytes) => {
    ended.stderr += bytes;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...ended };
}

const add = (...more: string[]) => ['knowledge', 'add', join(home.folder, 'docs'), ...more];

it('[knowledge.19] 1,000 files, SIGKILL in the middle: it goes on, no file twice, all of them in the end', {
  timeout: 180_000,
}, async () => {
  const docs = join(home.folder, 'docs');
  mkdirSync(docs);
  for (let at = 0; at < files; at++)
    writeFileSync(
      join(docs, `page-${at}.md`),
      `# Page ${at}\n\nThe bulb number ${at} is kept in drawer ${at * 7}.\n`,
    );
  const hub = await start();
  const importing = spawn(process.execPath, [entry, ...add()], { cwd: home.folder, env: env() });
  running.push(importing);
  let told = '';
  importing.stdout!.on('data', (bytes) => {
    told += bytes;
  });
  await until(() => /^[4-9]00 of 1000 files/m.test(told), 60_000);
  importing.kill('SIGKILL');
  hub.kill('SIGKILL');
  await new Promise((resolve) => hub.once('exit', resolve));

  const second = await start();
  const { code, stdout, stderr } = await carrier(add());
  expect([code, stderr]).toEqual([0, '']);
  const [, added, kept] = /(\d+) new or changed, (\d+) as they were/.exec(stdout)!;
  expect(Number(added) + Number(kept)).toBe(files);
  expect(Number(kept)).toBeGreaterThanOrEqual(400);
  expect(stdout).toContain('1000 of 1000 are read');

  // What has changed is replaced, and what is gone goes.
  writeFileSync(join(docs, 'page-7.md'), '# Page 7\n\nThe bulb number 7 is broken.\n');
  rmSync(join(docs, 'page-8.md'));
  const again = await carrier(add('--prune'));
  expect(again.stdout).toContain('1 new or changed, 998 as they were.');
  expect(again.stdout).toContain('removed page-8.md');
  const list = await carrier(['knowledge', 'list', '--limit', '5']);
  expect(list.stdout).toMatch(/ready {2}page-/);
  second.kill('SIGTERM');
});
