import type { Agent } from '../core/character.js';
import type { LastFailure } from '../core/last-failure.js';
import type { ModelState } from '../core/model-state.js';
import { redact, told } from '../redaction.js';
import type { Models } from './models.js';

/** Which models are left alone for now (`runtime/cooling.ts`). */
interface ModelCooling {
  stateOf(model: string): Promise<{ until: number | null; lastFailure: LastFailure | null }>;
}

/** In the order in which they are asked. */
export function modelStates(
  agent: Agent,
  { models, cooling }: { models: Pick<Models, 'refs' | 'get' | 'contextOf'>; cooling: ModelCooling },
): Promise<ModelState[]> {
  return Promise.all(
    models.refs(agent).map(async (ref): Promise<ModelState> => {
      const context = await models.contextOf(ref).catch(() => null);
      const known = { model: ref, provider: context?.provider.name ?? null };
      try {
        const { id, abilities } = await models.get(ref);
        const { until, lastFailure } = await cooling.stateOf(id);
        const said = lastFailure && { ...lastFailure, message: redact(lastFailure.message) };
        return { ...known, state: until === null ? 'ready' : 'resting', until, lastFailure: said, abilities };
      } catch (error) {
        const lastFailure = { ...told(error), at: null };
        return { ...known, state: 'unusable', until: null, lastFailure, abilities: null };
      }
    }),
  );
}
