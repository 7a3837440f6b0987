/** How a model of an agent is, for operators. */
import type { LastFailure } from './last-failure.js';
import type { ModelAbilities } from './model-abilities.js';

/** `resting`: others of the chain are asked first until then. `unusable`: a setting is missing or wrong. */
export const modelStates = ['ready', 'resting', 'unusable'] as const;

export interface ModelState {
  /** As the agent, or the settings, name it. */
  model: string;
  /** Null: it is a program's own. */
  provider: string | null;
  state: (typeof modelStates)[number];
  /** Unix ms. */
  until: number | null;
  /** Without secrets. */
  lastFailure: LastFailure | null;
  abilities: ModelAbilities | null;
}
