/** The processes of this machine: which group each is in, and when it began, by which it is known again. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Running {
  pid: number;
  group: number;
  /** The same for as long as it runs, and another one for another process of that id. */
  started: string;
}

/** Those that run; what has ended and was not waited for is none. Empty where the system does not tell. */
export async function runningProcesses(): Promise<Running[]> {
  if (process.platform !== 'linux') return fromPs().catch(() => []);
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(ids.map((id) => runningProcess(Number(id))));
  return found.filter((one) => one !== null);
}

/** Null: there is none. */
export async function runningProcess(pid: number): Promise<Running | null> {
  if (process.platform !== 'linux')
    return (await runningProcesses()).find((running) => running.pid === pid) ?? null;
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  // The second field, the name, is in brackets and may hold anything.
  const [state, , group, ...rest] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  if (!state || state === 'Z' || state === 'X') return null;
  // Field 22 of proc_pid_stat(5): clock ticks since the system began.
  return { pid, group: Number(group), started: `${boot.trim()} ${rest[16]}` };
}

async function fromPs(): Promise<Running[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,pgid=,stat=,lstart=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, group, state, ...started] = line.trim().split(/\s+/);
    return !pid || state?.startsWith('Z')
      ? []
      : [{ pid: Number(pid), group: Number(group), started: started.join(' ') }];
  });
}

/** Sends a signal to all processes of a group; whether there are any. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
