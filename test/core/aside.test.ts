import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { aside, Overrun } from '../../src/core/aside.js';

interface Work {
  sum(a: number, b: number): number;
  spin(): void;
  backtrack(): boolean;
  fill(): void;
  fillBuffers(): void;
  fail(): void;
  leave(): void;
  hold(shared: Int32Array): void;
  release(shared: Int32Array): void;
  later(bytes: Uint8Array): Promise<{ size: number; secrets: string[] }>;
  without: number;
}

const url = new URL('./aside-work.mjs', import.meta.url);
const limits = { deadlineMs: 20_000, memoryMb: 32 };

it('runs functions of a module, whose results and errors come back', async () => {
  const work = aside<Work>(url, limits);
  expect(await work('sum', 1, 2)).toBe(3);
  expect(await work('later', new Uint8Array(9))).toEqual({ size: 9, secrets: [] });
  await expect(work('fail')).rejects.toThrow('no such page');
  await expect(work('fail')).rejects.not.toBeInstanceOf(Overrun);
  expect(await Promise.all([work('sum', 1, 1), work('sum', 2, 2), work('sum', 3, 3)])).toEqual([2, 4, 6]);
});

it.each([
  ['spin', 300, /longer than 300 ms/],
  ['backtrack', 300, /longer than 300 ms/],
  ['fill', 30_000, /memory/],
  ['fillBuffers', 30_000, /grew by more than 200 MB/],
  ['leave', 30_000, /ended/],
] as const)('stops what overruns, and goes on with the next: %s', async (name, deadlineMs, why) => {
  const work = aside<Work>(url, { ...limits, deadlineMs, growthMb: 200 });
  const bad = work(name);
  const good = work('sum', 1, 2);
  const error = await bad.catch((error) => error);
  expect(error).toBeInstanceOf(Overrun);
  expect(error.message).toMatch(why);
  expect(await good).toBe(3);
});

it('does several calls at a time where it has the threads', async () => {
  const work = aside<Work>(url, { deadlineMs: 20_000, threads: 2 });
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const held = work('hold', shared);
  await work('release', shared);
  await held;
});

it('tells the caller of arguments that cannot be copied', async () => {
  const work = aside<Work>(url, limits);
  await expect(work('sum', (() => {}) as never, 1)).rejects.toThrow(/could not be cloned/);
  expect(await work('sum', 1, 2)).toBe(3);
});

it('starts another thread where the last was idle for too long', async () => {
  const work = aside<Work>(url, { ...limits, idleMs: 1 });
  for (const number of [1, 2, 3]) {
    expect(await work('sum', number, 1)).toBe(number + 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

it('lets the process end when nothing is left to do', () => {
  const compiled = new URL('../../dist/src/core/aside.js', import.meta.url);
  const script = `import(${JSON.stringify(compiled.href)}).then(async ({ aside }) => {
    const work = aside(new URL(${JSON.stringify(url.href)}), { deadlineMs: 20000, idleMs: 3600000 });
    process.stdout.write(String([await work('sum', 1, 2), (await work('later', [1])).size]));
  })`;
  const node = [process.execPath, ['--eval', script]] as const;
  expect(execFileSync(...node, { encoding: 'utf8', timeout: 20_000 })).toBe('3,1');
});
