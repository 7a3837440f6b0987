import { spawnSync } from 'node:child_process';
import type { FatalError } from '../errors.js';

/** How long it may take, in ms. */
const patienceMs = 10_000;
const mostBytes = 65_536;

/**
 * What a program prints that knows keys. No shell: words are separated by spaces, and quotes keep some together.
 * @throws what `refuse` makes of a problem; what the program prints is in none.
 */
export function printedKeys(command: string, refuse: (problem: string) => FatalError): string {
  const [program = '', ...args] = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
  const { error, status, signal, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    maxBuffer: mostBytes,
    // What it says of its own troubles is for the operator; nobody answers it.
    stdio: ['ignore', 'pipe', 'inherit'],
    windowsHide: true,
  });
  if (error) throw refuse(`the command ${program} failed (${(error as NodeJS.ErrnoException).code})`);
  if (status !== 0) throw refuse(`the command ${program} ended with ${status ?? signal}`);
  return stdout;
}
