/** What a turn did, as its end tells of it. */
import type { TurnTask } from '../agents/agent-type.js';
import type { ActionRecord } from '../core/turn.js';

/** Of the turn's own steps, not of the one that it goes on from. */
export function newActions({ checkpoint, told }: TurnTask): ActionRecord[] {
  return checkpoint.steps.slice(told).flatMap(({ actions }) => actions);
}

/** People hear of it whatever the model makes of it, once: those of a turn that waited have read of what was so before. */
export function newlyUnknown({ checkpoint }: TurnTask): ActionRecord[] {
  return checkpoint.steps.flatMap(({ actions }) =>
    actions.filter(({ state, told }) => state === 'unknown' && !told),
  );
}
