/** What an agent must pass before a new version of it goes live, if it asks for that. */
import type { Agent } from '../core/character.js';

export interface BehaviourTests {
  /** What failed, a line each; empty: it may go live, also where it does not ask for tests. */
  passFor(agent: Agent): Promise<string[]>;
}
