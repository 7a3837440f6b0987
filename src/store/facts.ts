import type { Fact } from '../core/derived-memory.js';
import type { Memory } from '../core/memory.js';

/**
 * What is known of people, and how it changes. A fact has **ended** when its `until` has passed: it is the past, which
 * `Search.facts` does not give.
 */
export interface Facts {
  /** Facts of the scopes, those that have ended too, newest first. */
  everyFact(agentId: string, scopes: string[], limit: number): Promise<Memory[]>;
  /**
   * Gives a fact another block; its text stays. The block's `version` is one more than what lies there, 1 where a fact of
   * an older hub has none. False: it has another version, or is gone, and nothing has changed.
   */
  reviseFact(id: string, fact: Fact): Promise<boolean>;
}
