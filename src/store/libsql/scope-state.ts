import { hasEnded } from '../../core/derived-memory.js';
import type { Memory } from '../../core/memory.js';
import { readMemories, type Stored } from './row.js';
import { Window } from './window.js';

/** What recall asks of a scope before it searches, as the database has it: of facts those that hold. */
export class ScopeState {
  readonly #facts: Window;
  #count: number;

  constructor([count, facts]: [count: number, facts: string], factsSize: number) {
    this.#count = count;
    this.#facts = new Window(readMemories(facts), factsSize);
  }

  /** How much it holds, in memories; long ones count for several. */
  get size(): number {
    return 1 + this.#facts.weight;
  }

  get count(): number {
    return this.#count;
  }

  holdsFacts(limit: number): boolean {
    return this.#facts.holds(limit);
  }

  facts(limit: number): Stored[] {
    return this.#facts.stored(limit);
  }

  appended(stored: Stored): void {
    this.#count++;
    if (stored.memory.kind === 'fact' && !hasEnded(stored.memory, Date.now())) this.#facts.insert(stored);
  }
}

/** The newest `limit` facts of several scopes that hold, newest first. */
export function newestFacts(scopes: readonly ScopeState[], limit: number): Memory[] {
  const now = Date.now();
  return scopes
    .flatMap((scope) => scope.facts(limit))
    .filter(({ memory }) => !hasEnded(memory, now))
    .sort((a, b) => b.seq - a.seq)
    .slice(0, limit)
    .map(({ memory }) => memory);
}
