import { atMost } from '../core/deadline.js';
import { standardError } from '../standard-error.js';

/** How long last words may wait for their reader, in ms. */
const patienceMs = 1000;

/** Ends the process, whatever still runs in it, once its words were read or cannot be: a reader may be gone, or asleep. */
export async function endProcess(code: number): Promise<never> {
  process.exitCode = code;
  standardError.flushSync();
  await atMost(patienceMs, Promise.all([written(process.stdout), written(process.stderr)]));
  process.exit(code);
}

/** After a command that did its work. Whoever reads what it found may take their time: it may be a pager. */
export async function endCommand(): Promise<never> {
  await written(process.stdout);
  return endProcess(Number(process.exitCode ?? 0));
}

/** Resolves also when it failed. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
