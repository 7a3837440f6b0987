/** What a hub in memory knows of messages by what their platform calls them: stored, forgotten, copied. */
import {
  type Counting,
  type InboundMessage,
  type Memory,
  roomIdOf,
  type SourceKey,
} from '../extension-api.js';

interface Known {
  memory: Memory;
  message: InboundMessage;
}

export class FakePast {
  readonly #byKey = new Map<string, Known>();
  readonly #forgotten = new Set<string>();
  /** Of copies, by their keys: what they stand for. */
  readonly #copies = new Map<string, Known>();
  readonly #taken: Known[] = [];

  find(key: SourceKey): Known | undefined {
    return this.#byKey.get(nameOf(key)) ?? this.#copies.get(nameOf(key));
  }

  wasForgotten(key: SourceKey): boolean {
    return this.#forgotten.has(nameOf(key));
  }

  put(known: Known): void {
    this.#byKey.set(nameOf(keyOf(known.message)), known);
  }

  /** What goes with the message of that key; null: nothing, since it has a copy; undefined: it is unknown. */
  remove(key: SourceKey): Known | null | undefined {
    const known = this.find(key);
    const isCopied = known && this.#byKey.has(nameOf(key)) && [...this.#copies.values()].includes(known);
    if (!known || isCopied) return known && null;
    for (const one of [keyOf(known.message), key]) {
      this.#byKey.delete(nameOf(one));
      this.#forgotten.add(nameOf(one));
    }
    this.#taken.push(known);
    return known;
  }

  /** What a webhook's copy stands for; `again`: it was taken away, and is there again. */
  original(copy: InboundMessage): { known: Known; again: boolean } | undefined {
    const isOf = ({ message }: Known) =>
      roomIdOf(message.agentId, message.source) === roomIdOf(copy.agentId, copy.source) &&
      copy.text.trim() !== '' &&
      message.text.includes(copy.text.trim());
    const there = [...this.#byKey.values()].findLast(isOf);
    const known = there ?? this.#taken.findLast(isOf);
    if (known) this.#copies.set(nameOf(keyOf(copy)), known);
    return known && { known, again: !there };
  }
}

export function keyOf({ agentId, source }: Pick<InboundMessage, 'agentId' | 'source'>): SourceKey {
  return { ...source, agentId };
}

function nameOf({ agentId, connector, tenant, messageId }: SourceKey): string {
  return [agentId, connector, tenant, messageId].join('\n');
}

/** Counts by key; no window ends. */
export function fakeCount(): Counting['count'] {
  const counts = new Map<string, number>();
  return async (key, windowSeconds) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return { count, leftMs: windowSeconds * 1000 };
  };
}
