import type { Draft } from '../agents/agent-type.js';
import type { Memory } from '../core/memory.js';
import type { Turn } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { TurnContext } from '../plugin/plugin.js';
import { learnFrom } from './evaluator-manager.js';

/** Evaluators that learn from turns that are over. */
export class Learning {
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();
  readonly #end = new AbortController();

  constructor(log: Logger) {
    this.#log = log;
  }

  begin(turn: Turn, reply: Memory, { evaluators }: Draft, context: TurnContext): void {
    if (!evaluators.some(({ learn }) => learn)) return;
    // The turn is over, and so is what could call it off.
    const after = { ...context, signal: this.#end.signal };
    const learning = learnFrom(turn, reply, evaluators, after, this.#log).finally(() => {
      this.#running.delete(learning);
    });
    this.#running.add(learning);
  }

  /** Waits so long for those that still run. */
  async stop(waitMs: number): Promise<void> {
    const enough = setTimeout(() => this.#end.abort(new Error('The hub stops.')), waitMs);
    await Promise.all(this.#running);
    clearTimeout(enough);
  }
}
