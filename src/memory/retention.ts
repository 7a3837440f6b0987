import type { Agent } from '../core/character.js';
import type { MemoryKind } from '../core/memory.js';
import type { Logger } from '../logger.js';
import type { Expiry } from '../store/expiry.js';

/** Memories removed at once: what else the store has to do goes in between. */
const batch = 200;
const dayMs = 24 * 3600 * 1000;

export interface RetentionParts {
  memories: Expiry;
  agents(): Agent[];
  /** Days that any agent's messages are kept at most; undefined: for ever. */
  hubDays: number | undefined;
  log: Logger;
}

/**
 * Removes what is older than it is to be kept. What counts is the age and the retention of now, so a changed one
 * applies to everything that is stored. Documents are knowledge given to an agent, and stay.
 */
export class Retention {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** One pass over all agents; stops between two batches when the signal is aborted. Returns how many memories went. */
  async apply(signal: AbortSignal, now = Date.now()): Promise<number> {
    const { memories, agents, hubDays, log } = this.#parts;
    const running = new Map(agents().map((agent) => [agent.id, agent]));
    // Agents whose characters are gone have no wish of their own.
    const ids = hubDays === undefined ? [...running.keys()] : await memories.agents();
    let total = 0;
    for (const agentId of ids) {
      const memory = running.get(agentId)?.character.memory;
      const days = Math.min(memory?.retentionDays ?? Infinity, hubDays ?? Infinity);
      if (days === Infinity) continue;
      const kinds: MemoryKind[] = ['message', 'summary'];
      if (memory?.keepFacts === false) kinds.push('fact');
      const count = await this.#expire(agentId, now - days * dayMs, kinds, signal);
      if (count > 0)
        log.info({ agentId, days, memories: count }, 'removed what was older than its retention');
      total += count;
    }
    return total;
  }

  async #expire(agentId: string, before: number, kinds: MemoryKind[], signal: AbortSignal): Promise<number> {
    let total = 0;
    for (let cursor: string | undefined; !signal.aborted; ) {
      const request = { agentId, before, kinds, limit: batch, cursor };
      const { count, nextCursor } = await this.#parts.memories.expire(request);
      total += count;
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    return total;
  }
}
