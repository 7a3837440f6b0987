/**
 * Work aside: functions that run in a thread with a deadline and a memory limit, since what others wrote (a long
 * reply, a file) may take long, or never end, and would hold everyone up meanwhile.
 *
 * ```ts
 * const shrunk = aside<typeof import('./shrink.js')>(new URL('./shrink.js', import.meta.url), { deadlineMs: 2000 });
 * await shrunk('shrink', bytes);
 * ```
 *
 * A thread starts when it is first needed and ends when it was idle for a while. It has no environment variables, and
 * what it prints is dropped.
 */
import { Worker } from 'node:worker_threads';
import type { Answer } from './aside-thread.js';

export interface AsideOptions {
  /**
   * The most one call may take, in ms from when the thread begins with it. Where the machine is busy with other
   * programs it is given up to ten times as long: time the process spends on no processor hardly counts.
   */
  deadlineMs: number;
  /** Of a thread's heap, in MB; buffers are not counted. Default 256. */
  memoryMb?: number;
  /**
   * The most the process may grow by during one call, in MB, for calls that may fill memory with buffers: nobody knows
   * whose those are, so leave room for what others do meanwhile. Absent: it is not watched.
   */
  growthMb?: number;
  /** How many calls run at a time; others wait for their turn. Default 1. */
  threads?: number;
  /** How long a thread waits for another call before it ends, in ms. Default 30 s. */
  idleMs?: number;
}

const patience = 10;
/** How often the growth of the process is looked at, in ms. */
const lookMs = 50;

/** A call was stopped: it overran its deadline or its memory, or its thread ended. It would do so again. */
export class Overrun extends Error {
  override readonly name = 'Overrun';
}

/** The functions a module exports. */
type Work<Module> = {
  [Name in keyof Module]: Module[Name] extends (...args: never[]) => unknown ? Name : never;
};

/** Calls a function of a module by its name, aside. Arguments and result are copied, as `structuredClone` does. */
export type Aside<Module> = <Name extends Work<Module>[keyof Module]>(
  name: Name,
  ...args: Module[Name] extends (...args: infer Args) => unknown ? Args : never
) => Promise<Module[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never>;

interface Call {
  name: string;
  args: unknown[];
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * @param module a compiled module, written as in the example: tests find the compiled file by these words.
 * @returns a function whose promise rejects with `Overrun`, or with an error of the same message as the one thrown.
 */
export function aside<Module>(module: URL, options: AsideOptions): Aside<Module> {
  const waiting: Call[] = [];
  const threads = new Set<Thread>();

  function next(): void {
    const idle = [...threads].find((thread) => thread.idle);
    const free = idle ?? (threads.size < (options.threads ?? 1) ? started() : undefined);
    const call = free && waiting.shift();
    if (call) free.take(call);
  }

  function started(): Thread {
    const thread = new Thread(module, options, (alive) => {
      if (!alive) threads.delete(thread);
      if (waiting.length > 0) next();
    });
    threads.add(thread);
    return thread;
  }

  return ((name: string, ...args: unknown[]) =>
    new Promise((resolve, reject) => {
      waiting.push({ name, args, resolve, reject });
      next();
    })) as Aside<Module>;
}

/** One life of a thread. It keeps the process alive only during a call. */
class Thread {
  readonly #worker: Worker;
  readonly #options: AsideOptions;
  readonly #changed: (alive: boolean) => void;
  #call: Call | null = null;
  #timer: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout | undefined;
  #loaded = false;
  #ended = false;

  /** @param changed told when it can take a call again, and when it has ended. */
  constructor(module: URL, options: AsideOptions, changed: (alive: boolean) => void) {
    this.#options = options;
    this.#changed = changed;
    this.#worker = new Worker(new URL('./aside-thread.js', import.meta.url), {
      name: 'aside',
      workerData: module.href,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb ?? 256 },
    });
    this.#worker.on('message', (answer: Answer) => this.#hear(answer));
    this.#worker.on('messageerror', (error) => this.#end(error.message));
    this.#worker.on('error', (error) => this.#end(error.message));
    this.#worker.on('exit', () => this.#end('its thread ended'));
  }

  get idle(): boolean {
    return this.#call === null;
  }

  take(call: Call): void {
    clearTimeout(this.#timer);
    this.#call = call;
    this.#worker.ref();
    if (this.#loaded) this.#begin(call);
  }

  #hear(answer: Answer): void {
    if ('loaded' in answer) {
      this.#loaded = true;
      if (this.#call) this.#begin(this.#call);
      return;
    }
    const call = this.#call;
    this.#call = null;
    if ('error' in answer) call?.reject(new Error(answer.error));
    else call?.resolve(answer.value);
    clearTimeout(this.#timer);
    clearInterval(this.#looks);
    this.#worker.unref();
    this.#timer = setTimeout(() => this.#end('it was idle'), this.#options.idleMs ?? 30_000).unref();
    this.#changed(true);
  }

  #begin({ name, args, reject }: Call): void {
    this.#watch(this.#options.deadlineMs, process.cpuUsage(), performance.now());
    this.#watchGrowth();
    try {
      this.#worker.postMessage({ name, args });
    } catch (error) {
      // What cannot be copied is the caller's fault.
      reject(error as Error);
      this.#end('its arguments cannot be copied');
    }
  }

  /** A thread has used no more of a processor than its process has. */
  #watch(ms: number, from: NodeJS.CpuUsage, since: number): void {
    const { deadlineMs } = this.#options;
    this.#timer = setTimeout(() => {
      const { user, system } = process.cpuUsage(from);
      const left = deadlineMs - (user + system) / 1000;
      const over = left <= 0 || performance.now() - since >= patience * deadlineMs;
      if (over) this.#end(`it took longer than ${deadlineMs} ms`);
      else this.#watch(Math.max(left, deadlineMs / 10), from, since);
    }, ms);
  }

  #watchGrowth(): void {
    const { growthMb } = this.#options;
    if (growthMb === undefined) return;
    const most = process.memoryUsage.rss() + growthMb * 2 ** 20;
    this.#looks = setInterval(() => {
      if (process.memoryUsage.rss() > most) this.#end(`the process grew by more than ${growthMb} MB`);
    }, lookMs);
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    clearInterval(this.#looks);
    void this.#worker.terminate();
    this.#call?.reject(new Overrun(`${this.#call.name} was stopped: ${why}`));
    this.#changed(false);
  }
}
