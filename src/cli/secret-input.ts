import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { FatalError } from '../errors.js';

/** More is no secret, and is not read to its end. */
const mostBytes = 1_048_576;
/** Lines that were pasted together come together; this is how long, in ms, they are waited for. */
const pasteMs = 100;

/**
 * A secret, from a pipe or typed unseen. It never stands on the command line: others may read that, and the shell keeps it.
 * @throws FatalError `invalid_field` when it is no text, too long, or broken off.
 */
export function readSecret(
  question: string,
  input: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY'>> = process.stdin,
  screen: NodeJS.WritableStream = process.stderr,
): Promise<string> {
  return input.isTTY ? typed(question, input, screen) : piped(input);
}

async function piped(input: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of input) {
    const read = Buffer.from(piece as Buffer | string);
    bytes += read.length;
    if (bytes > mostBytes) throw refuse('is longer than any secret');
    pieces.push(read);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)).replace(/\r?\n$/, '');
  } catch {
    throw refuse('is not text in UTF-8');
  }
}

async function typed(
  question: string,
  input: NodeJS.ReadableStream,
  screen: NodeJS.WritableStream,
): Promise<string> {
  screen.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: unseen, terminal: true, historySize: 0 });
  try {
    const lines = await new Promise<string[]>((resolve, reject) => {
      const come: string[] = [];
      terminal.on('line', (line) => {
        // What is left of a paste would otherwise be run by the shell, and kept in its history.
        if (come.push(line) === 1) setTimeout(resolve, pasteMs, come);
      });
      terminal.once('SIGINT', () => reject(refuse('was broken off; nothing has changed')));
      terminal.once('close', () => reject(refuse('was broken off; nothing has changed')));
    });
    if (lines.slice(1).some((line) => line.trim() !== ''))
      throw refuse('has several lines: pipe it instead, as in carrier secrets set NAME < FILE');
    return lines[0]!;
  } finally {
    terminal.close();
    screen.write('\n');
  }
}

function refuse(problem: string): FatalError {
  return new FatalError('invalid_field', `The value ${problem}.`, { field: 'value' });
}
