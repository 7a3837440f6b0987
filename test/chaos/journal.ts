/**
 * What a hub's process does, as the process itself writes it down, line by line into a file: outside of all the
 * hub's bookkeeping, and whole up to the moment the process is killed (the kernel has the bytes by then).
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One attempt at a turn asks the model and runs actions; each of these is a span. */
export type Entry =
  | { type: 'begin'; span: string; attempt: string; room: string; turn: string; at: number }
  | { type: 'end'; span: string; at: number }
  /** An action takes effect out in the world, under its idempotency key. */
  | { type: 'effect'; key: string; message: string; attempt: string; at: number }
  /** A command met a connection to the database that was gone; see `dead-writes.ts`. */
  | { type: 'dead write'; at: number };

/** Milliseconds on a clock that all processes of a machine share and that nobody sets. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Written synchronously: a line that is awaited could be lost with the process. */
export function note(file: string, entry: Entry): void {
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export function readJournal(file: string): Entry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // What follows the last line break is nothing, or a line that the kill has cut.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Entry);
}
