/** A model's answer that asks for calls, as a step of its turn. */
import type { ModelCall } from '../core/model-call.js';
import type { TurnStep } from '../core/turn.js';
import type { Generated } from './generate.js';

/** What any store takes as a name. */
const keptIds = /^[A-Za-z0-9][\w.:-]{0,199}$/;

/** Its calls have ids that no other call of the turn has: some models begin to count anew, or give all the same. @param made what it took */
export function plannedStep(
  { text, calls, usage }: Generated,
  steps: readonly TurnStep[],
  made: ModelCall[] = [],
): TurnStep {
  const taken = new Set(steps.flatMap(({ actions }) => actions.map(({ callId }) => callId)));
  const idFor = (given: string) => {
    const id = keptIds.test(given) ? given : 'call';
    let found = id;
    for (let count = 2; taken.has(found); count++) found = `${id}_${count}`;
    taken.add(found);
    return found;
  };
  return {
    text,
    usage,
    ...(made.length > 0 && { made }),
    actions: calls.map(({ id, name, arguments: args }) => ({
      callId: idFor(id),
      name,
      arguments: args,
      state: 'planned',
      result: null,
      ok: false,
      startedAt: 0,
      durationMs: 0,
    })),
  };
}
