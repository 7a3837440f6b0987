import type { Agent } from '../core/character.js';
import type { Memory, MemoryKind } from '../core/memory.js';
import { looksAtRooms, type RoomRules, rulesIn } from '../core/retention-rules.js';
import type { Logger } from '../logger.js';
import type { Expiry } from '../store/expiry.js';
import type { History } from '../store/history.js';
import { each } from '../store/paging.js';

/** Memories removed at once: what else the store has to do goes in between. */
const batch = 200;
/** Of one room in one pass; the next one goes on. */
const mostOfRoom = 5_000;
const dayMs = 24 * 3600 * 1000;

/** By which rule something went. */
export type RetentionRule = 'days' | 'place' | 'messagesPerRoom' | 'files';

export interface RetentionParts {
  memories: Expiry & Pick<History, 'rooms' | 'history' | 'forget' | 'edit'>;
  agents(): Agent[];
  /** Days that any agent's messages are kept at most; undefined: for ever. */
  hubDays: number | undefined;
  /** Told how many went, of an agent, by which rule; never rejects. */
  tell(agentId: string, rule: RetentionRule, count: number): Promise<void>;
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

  /** One pass over all agents; stops between two batches when the signal is aborted. Returns how much went. */
  async apply(signal: AbortSignal, now = Date.now()): Promise<number> {
    const { memories, agents, hubDays } = this.#parts;
    const running = new Map(agents().map((agent) => [agent.id, agent]));
    // Agents whose characters are gone have no wish of their own.
    const ids = hubDays === undefined ? [...running.keys()] : await memories.agents();
    let total = 0;
    for (const agentId of ids) {
      const memory = running.get(agentId)?.character.memory;
      for (const [days, kinds] of byDays(memory, hubDays)) {
        const count = await this.#expire(agentId, now - days * dayMs, kinds, signal);
        total += await this.#told(agentId, 'days', count);
      }
      if (memory && looksAtRooms(memory.retention)) total += await this.#rooms(agentId, memory, signal, now);
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

  async #rooms(agentId: string, { retention }: Kept, signal: AbortSignal, now: number): Promise<number> {
    const { memories } = this.#parts;
    let total = 0;
    for await (const { roomId, source } of each((page) => memories.rooms({ ...page, agentId }))) {
      if (signal.aborted) break;
      const rules = rulesIn(retention, source);
      total += await this.#told(agentId, 'place', await this.#takeOld(roomId, rules, signal, now));
      total += await this.#told(agentId, 'messagesPerRoom', await this.#takeMany(roomId, rules, signal));
      total += await this.#told(agentId, 'files', await this.#takeFiles(roomId, rules, signal, now));
    }
    return total;
  }

  async #takeOld(roomId: string, { days }: RoomRules, signal: AbortSignal, now: number): Promise<number> {
    if (days === undefined) return 0;
    const old = await this.#oldest(roomId, ({ createdAt }) => createdAt < now - days * dayMs);
    return this.#forget(old, signal);
  }

  async #takeMany(roomId: string, { messagesPerRoom }: RoomRules, signal: AbortSignal): Promise<number> {
    if (messagesPerRoom === undefined) return 0;
    const { memories } = this.#parts;
    const surplus: Memory[] = [];
    let seen = 0;
    for await (const memory of each((page) => memories.history(roomId, { ...page, order: 'newest' })))
      if (++seen > messagesPerRoom) {
        surplus.push(memory);
        if (surplus.length >= mostOfRoom) break;
      }
    return this.#forget(surplus.reverse(), signal);
  }

  async #takeFiles(
    roomId: string,
    { fileDays }: RoomRules,
    signal: AbortSignal,
    now: number,
  ): Promise<number> {
    if (fileDays === undefined) return 0;
    const { memories } = this.#parts;
    const old = await this.#oldest(roomId, ({ createdAt }) => createdAt < now - fileDays * dayMs);
    let count = 0;
    for (const { id, content } of old.filter(isSettled)) {
      if (signal.aborted) break;
      if (content.attachments.length === 0) continue;
      if (await memories.edit(id, content.text, { files: null })) count += content.attachments.length;
    }
    return count;
  }

  async #oldest(roomId: string, isOld: (memory: Memory) => boolean): Promise<Memory[]> {
    const found: Memory[] = [];
    for await (const memory of each((page) => this.#parts.memories.history(roomId, page))) {
      if (!isOld(memory) || found.length >= mostOfRoom) break;
      found.push(memory);
    }
    return found;
  }

  /** What waits for its answer stays. */
  async #forget(found: readonly Memory[], signal: AbortSignal): Promise<number> {
    const ids = found.filter(isSettled).map(({ id }) => id);
    let count = 0;
    for (let from = 0; from < ids.length && !signal.aborted; from += batch)
      count += await this.#parts.memories.forget(ids.slice(from, from + batch));
    return count;
  }

  async #told(agentId: string, rule: RetentionRule, count: number): Promise<number> {
    if (count === 0) return 0;
    const { log, tell } = this.#parts;
    log.info({ agentId, rule, memories: count }, 'removed what was older than its retention');
    await tell(agentId, rule, count);
    return count;
  }
}

type Kept = Agent['character']['memory'];

function isSettled({ status }: Memory): boolean {
  return status !== 'pending';
}

/** How many days which kinds are kept. */
function byDays(
  memory: Kept | undefined,
  hubDays: number | undefined,
): [days: number, kinds: MemoryKind[]][] {
  const most = Math.min(memory?.retentionDays ?? Infinity, hubDays ?? Infinity);
  const kinds = memory?.retention.kinds ?? {};
  const of: Record<'message' | 'summary' | 'fact', number> = {
    message: Math.min(most, kinds.message ?? Infinity),
    summary: Math.min(most, kinds.summary ?? Infinity),
    fact: Math.min(memory?.keepFacts === false ? most : Infinity, kinds.fact ?? Infinity),
  };
  const found = new Map<number, MemoryKind[]>();
  for (const [kind, days] of Object.entries(of) as [keyof typeof of, number][])
    if (days !== Infinity) found.set(days, [...(found.get(days) ?? []), kind]);
  return [...found];
}
