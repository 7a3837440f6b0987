import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Home } from './hub.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** `carrier doctor` as a process of its own. */
export async function runDoctor(home: Home, env: Record<string, string>, args: string[] = []) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [main, 'doctor', ...args], {
    env: { ...home.settings(env), PATH, HOME: home.folder },
    cwd: home.folder,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said };
}

/** As scripts read it: `carrier doctor --json`. */
export interface Diagnosed {
  ok: boolean;
  subjects: {
    subject: string;
    findings: { check: string; ok: boolean; fix: string | null; page?: string }[];
  }[];
}
