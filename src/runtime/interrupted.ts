/** What becomes of calls that were cut off while they ran, and what is said of them to a model. */
import type { ActionRecord } from '../core/turn.js';
import type { OfferedTool } from '../tools/tool.js';

/** For the model, which must neither repeat it unasked nor say that it was done. */
export const nobodyKnows = 'Nobody knows whether it took effect: say so, and do not repeat it unasked.';
export const unknownOutcome = `The hub was interrupted while this ran. ${nobodyKnows}`;
export const pausedOutcome = `Tools were paused while this ran. ${nobodyKnows}`;

/** Whether it may be cut off without a trace: it changes nothing, or it may be called again. */
export function leavesNoTrace({ hints, repeatable }: OfferedTool): boolean {
  return hints.readOnly || repeatable === true;
}

/** Somebody has called off its turn, which will not go on. Gives the code of its error. */
export function callOff(record: ActionRecord, tool: OfferedTool): string {
  const stopped = 'Somebody stopped this while it ran.';
  const known = leavesNoTrace(tool);
  Object.assign(record, known ? { state: 'failed', result: stopped } : { state: 'unknown' });
  if (!known) record.result = `${stopped} ${nobodyKnows}`;
  return known ? 'stopped' : 'outcome_unknown';
}
