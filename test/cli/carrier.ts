import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program's entry as it is compiled. */
export const entry = fileURLToPath(new URL('../../dist/src/cli/carrier.js', import.meta.url));

export interface Ended {
  /** Null: it was still running after the patience was over. */
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Start {
  cwd: string;
  env?: Record<string, string>;
  input?: string;
  /** What to run it with, in place of this Node. */
  command?: string[];
  /** Another entry than the one of this checkout. */
  program?: string;
}

/** Runs the program to its end, at most 30 s; never throws. */
export async function carrier(
  args: string[],
  { cwd, env = {}, input = '', command = [process.execPath], program = entry }: Start,
): Promise<Ended> {
  const [first, ...rest] = [...command, program, ...args];
  const child = spawn(first!, rest, { cwd, env: { PATH: process.env.PATH!, HOME: cwd, ...env } });
  const ended = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => (ended.stdout += bytes));
  child.stderr.on('data', (bytes) => (ended.stderr += bytes));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const patience = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(patience);
  return { code, ...ended };
}

/** What the program says last, when it ends with one line: no stack, nothing before it but log lines. */
export function lastWord({ code, stderr }: Ended): string {
  const lines = stderr.trimEnd().split('\n');
  const others = lines.slice(0, -1).filter((line) => !line.startsWith('{'));
  if (code !== 1 || others.length > 0) throw new Error(`ended with ${code}: ${stderr}`);
  return lines.at(-1)!;
}

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath];

/** Runs the program as a user with no rights at all; null where that cannot be done. */
export const nobody = process.getuid?.() === 0 && works([...asNobody, entry, '--version']) ? asNobody : null;

function works([program = '', ...args]: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
