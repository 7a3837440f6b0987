/** Runs what the pages mark as runnable, page by page in order, against a hub. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { pages, root, runnableOf } from './pages.js';

const run = promisify(execFile);
const home = new Home();
const folder = mkdtempSync(join(tmpdir(), 'carrier-docs-'));
let env: Record<string, string | undefined>;

beforeAll(async () => {
  const { url, token } = await home.hub();
  env = { PATH: process.env.PATH, HOME: folder, CARRIER_URL: url, CARRIER_TOKEN: token.secret };
});
afterAll(async () => {
  await home.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const runners: Record<string, { file: string; command: string[]; lacking: string | null }> = {
  sh: { file: 'block.sh', command: ['bash', '-eu', '-o', 'pipefail'], lacking: missing('curl') },
  ts: { file: 'block.mts', command: [join(root, 'node_modules/.bin/tsx')], lacking: null },
  python: { file: 'block.py', command: ['python3'], lacking: missing('python3') },
};

function missing(program: string): string | null {
  return spawnSync(program, ['--version']).status === 0 ? null : `no ${program} on PATH`;
}

const blocks = pages.flatMap((page) =>
  runnableOf(page).map((block, at) => ({ ...block, title: `${page.path} ${at + 1}` })),
);

describe('blocks that are marked as runnable', () => {
  it('are there, each in a language that is run here', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(3);
    expect(blocks.filter(({ language }) => !runners[language])).toEqual([]);
  });

  for (const { language, code, title } of blocks.filter(({ language }) => runners[language])) {
    const { file, command, lacking } = runners[language]!;
    it.skipIf(lacking)(lacking ? `${title} (skipped: ${lacking})` : title, async () => {
      const path = join(folder, file);
      // Calls of curl fail where the answer does.
      writeFileSync(path, language === 'sh' ? code.replace(/\bcurl -/g, 'curl --fail-with-body -') : code);
      const [program, ...args] = command;
      const { stdout } = await run(program!, [...args, path], { env, cwd: folder, timeout: 60_000 });
      expect(stdout).toMatch(/\S/);
      // What the pages ask is what the offline model can do.
      if (code.includes('6 * 7')) expect(stdout).toContain('42');
    });
  }
});
