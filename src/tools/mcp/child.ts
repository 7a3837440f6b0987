/**
 * A server that is a process of this machine. Other than the SDK's own transport, it leads a process group, all of which
 * ends when it is closed: what a wrapper (`npx`, `sh -c`) has started, too.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import {
  deserializeMessage,
  type JSONRPCMessage,
  SdkError,
  SdkErrorCode,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import type { Leftovers } from './leftovers.js';
import { MessageLines } from './message-lines.js';
import { runningProcesses, signalGroup } from './process-table.js';

export interface ChildOptions {
  command: string;
  args: string[];
  cwd: string;
  /** All that it sees. */
  env: Record<string, string>;
  leftovers: Leftovers;
}

/** Of what it prints on its standard error, the last bytes are kept. */
const tailBytes = 8192;
const tailLines = 20;
const longestTailLine = 300;
/** What it has not read yet. */
const mostUnread = 16 * 1024 * 1024;
/** After its input has ended, and after it was asked to end, in ms: together less than a hub waits that stops. */
const graceMs = 600;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Groups to end at the last moment, should nobody have closed them. */
const alive = new Set<number>();
let watching = false;

export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** By this and `pid` the SDK knows that silence means an older server, not an outage. */
  readonly stderr = null;
  readonly #options: ChildOptions;
  readonly #lines = new MessageLines((line) => this.#read(line));
  #child: Child | null = null;
  #tail = Buffer.alloc(0);
  #closing: Promise<void> | null = null;
  #why = '';
  /** Lines on its standard output that are no messages. */
  noise = 0;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Why it ended, half a sentence; empty while it runs, and after `close`. */
  get why(): string {
    return this.#why;
  }

  /** The last it printed on its standard error. */
  get tail(): string {
    const lines = stripVTControlCharacters(this.#tail.toString('utf8'))
      .replace(/[^\P{C}\n\t]/gu, '')
      .split('\n')
      .filter((line) => line.trim() !== '');
    return lines
      .slice(-tailLines)
      .map((line) => line.slice(0, longestTailLine))
      .join('\n');
  }

  async start(): Promise<void> {
    if (this.#closing) throw new SdkError(SdkErrorCode.NotConnected, 'It was closed.');
    const { command, args, cwd, env, leftovers } = this.#options;
    const child: Child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#tail = Buffer.from(Buffer.concat([this.#tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes));
    });
    for (const stream of [child.stdin, child.stdout, child.stderr])
      stream.on('error', (error) => this.onerror?.(error));
    child.on('exit', (code, signal) => {
      // What it said last may still be on its way.
      setTimeout(
        () => this.#fail(code === null ? `it was ended by ${signal}` : `it ended with code ${code}`),
        100,
      );
    });
    child.stdout.on('end', () => setTimeout(() => this.#fail('it closed its standard output'), 200));
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error: NodeJS.ErrnoException) => {
        const missing = error.code === 'ENOENT' ? ' (no such command, or no such folder)' : '';
        reject(new Error(`"${command}" cannot be started${missing}: ${error.message}`));
      });
    });
    endAtExit(child.pid!);
    await leftovers.note(child.pid!).catch((error) => this.onerror?.(error));
  }

  /** What it has started since is noted, too. */
  async settled(): Promise<void> {
    if (this.pid !== null && !this.#closing) await this.#options.leftovers.note(this.pid);
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    return new Promise((resolve, reject) => {
      if (!stdin?.writable || this.#closing)
        return reject(new SdkError(SdkErrorCode.NotConnected, 'The server has ended.'));
      if (stdin.writableLength > mostUnread)
        return reject(new SdkError(SdkErrorCode.SendFailed, 'The server does not read what it is sent.'));
      stdin.write(serializeMessage(message), (error) =>
        error
          ? reject(new SdkError(SdkErrorCode.SendFailed, `The server has ended: ${error.message}`))
          : resolve(),
      );
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #fail(why: string): void {
    if (this.#closing) return;
    this.#why = why;
    void this.close();
  }

  #take(chunk: Buffer): void {
    const { stdout } = this.#child!;
    try {
      const waitMs = this.#lines.push(chunk);
      if (waitMs === 0 || this.#closing) return;
      stdout.pause();
      setTimeout(() => stdout.resume(), waitMs).unref();
    } catch (error) {
      stdout.destroy();
      this.#fail((error as Error).message);
    }
  }

  #read(line: string): void {
    if (line.trim() === '') return;
    try {
      this.onmessage?.(deserializeMessage(line));
    } catch (error) {
      this.noise += 1;
      if (!(error instanceof SyntaxError)) this.onerror?.(error as Error);
    }
  }

  async #end(): Promise<void> {
    const child = this.#child;
    // Who waits for an answer is told at once.
    queueMicrotask(() => this.onclose?.());
    const group = child?.pid;
    if (!child || group === undefined) return;
    child.stdin.end();
    let ended = await isGone(group, graceMs);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (ended) break;
      signalGroup(group, signal);
      ended = await isGone(group, graceMs);
    }
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    child.unref();
    alive.delete(group);
    if (ended) await this.#options.leftovers.forget(group).catch((error) => this.onerror?.(error));
  }
}

async function isGone(group: number, withinMs: number): Promise<boolean> {
  for (const until = performance.now() + withinMs; ; ) {
    if (!signalGroup(group, 0)) return true;
    if (performance.now() >= until) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  // What nobody waits for is there, but does not run.
  return !(await runningProcesses()).some((one) => one.group === group);
}

function endAtExit(group: number): void {
  alive.add(group);
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const one of alive) signalGroup(one, 'SIGKILL');
  });
}
