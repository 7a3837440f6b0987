import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Home } from './hub.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/**
 * `carrier doctor` as a process of its own.
 * @param node what runs it, in place of this Node.
 */
export async function runDoctor(
  home: Home,
  env: Record<string, string>,
  args: string[] = [],
  node: string[] = [process.execPath],
) {
  const { PATH = '' } = process.env;
  const [first = '', ...rest] = node;
  const child = spawn(first, [...rest, main, 'doctor', ...args], {
    env: { ...home.settings(env), PATH, HOME: home.folder },
    cwd: home.folder,
  });
  let [said, stdout] = ['', ''];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
  child.stdout.on('data', (bytes) => (stdout += bytes));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said, stdout };
}

/** As scripts read it: `carrier doctor --json`. */
export interface Diagnosed {
  ok: boolean;
  subjects: {
    subject: string;
    findings: { check: string; ok: boolean; fix: string | null; page?: string }[];
  }[];
}
