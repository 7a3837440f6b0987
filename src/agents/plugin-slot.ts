import type { Agent } from '../core/character.js';
import { within } from '../core/deadline.js';
import type { CarrierError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { RunningPlugin } from '../plugin/plugin.js';
import { redact } from '../redaction.js';
import type { Problem } from './problem.js';

const firstPauseMs = 1000;
const longestPauseMs = 300_000;
const slowMs = 10_000;

export interface SlotParts {
  /** As characters name it. */
  name: string;
  /** Finds it, makes it and opens it. @param attempt how often that was tried before. */
  start(attempt: number): Promise<RunningPlugin>;
  /** Changes when its file does. */
  stamp(): Promise<string>;
  /** Called when it works. */
  works(): void;
  log: Logger;
}

/** What went wrong when the plugins of an agent were last opened. */
export function failuresOf({ id, character }: Agent, slots: ReadonlyMap<string, PluginSlot>): Problem[] {
  return character.plugins.flatMap((name, at) => {
    const { problem } = slots.get(name) ?? {};
    return problem ? [{ agentId: id, field: `plugins[${at}]`, message: redact(problem.message) }] : [];
  });
}

/** One name of a plugin: the plugin, or what is wrong, and when it is tried again. */
export class PluginSlot {
  plugin: RunningPlugin | null = null;
  problem: CarrierError | null = null;
  readonly #parts: SlotParts;
  #trying: Promise<void> | null = null;
  #attempts = 0;
  #pauseMs = firstPauseMs;
  #stamp = '';
  #timer: NodeJS.Timeout | undefined;
  /** Whoever needs the plugin waits so long for the try that runs; nobody for one that was made by time. */
  #waitUntil = 0;
  #closed = false;

  constructor(parts: SlotParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** Tries it if it was never tried or its file has changed. A try that takes longer than `waitMs` is not waited for. */
  async attempt(waitMs: number): Promise<void> {
    if (this.plugin || this.#closed) return;
    if (!this.#trying) {
      if (this.#attempts > 0 && (await this.#parts.stamp()) === this.#stamp) return;
      this.#waitUntil = performance.now() + waitMs;
    }
    const trying = this.#try();
    const left = this.#waitUntil - performance.now();
    if (left > 0) await within(left, () => trying).catch(() => {});
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #try(): Promise<void> {
    if (this.plugin) return Promise.resolve();
    this.#trying ??= this.#start().finally(() => {
      this.#trying = null;
    });
    return this.#trying;
  }

  async #start(): Promise<void> {
    const { name, log } = this.#parts;
    clearTimeout(this.#timer);
    const slow = setTimeout(
      () => log.warn({ plugin: name }, 'the plugin takes long to open; agents run without it until it is'),
      slowMs,
    ).unref();
    try {
      this.#stamp = await this.#parts.stamp();
      this.plugin = await this.#parts.start(this.#attempts++);
      if (this.problem) log.info({ plugin: name }, 'the plugin works now');
      this.problem = null;
      this.#parts.works();
    } catch (error) {
      this.#failed(error as CarrierError);
    } finally {
      clearTimeout(slow);
    }
  }

  #failed(err: CarrierError): void {
    const { name, log } = this.#parts;
    if (this.#closed) return;
    const { message, field, cause } = err;
    const known = this.problem?.message === message;
    this.problem = err;
    log[known ? 'debug' : 'error'](
      { plugin: name, field, ...(cause === undefined ? {} : { err: cause }), retryMs: this.#pauseMs },
      `${message} Agents run without it; it is tried again.`,
    );
    this.#timer = setTimeout(() => void this.#try(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }
}
