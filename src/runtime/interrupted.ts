/** What becomes of calls that were cut off while they ran, and what is said of them to a model. */
import type { ActionRecord } from '../core/turn.js';
import type { OfferedTool } from '../tools/tool.js';

export const nobodyKnows = 'Nobody knows whether it took effect: say so, and do not repeat it unasked.';
export const unknownOutcome = `The hub was interrupted while this ran. ${nobodyKnows}`;
export const pausedOutcome = `Tools were paused while this ran. ${nobodyKnows}`;

/** Whether it may be cut off without a trace: it changes nothing, or it may be called again. */
export function leavesNoTrace({ hints, repeatable }: OfferedTool): boolean {
  return hints.readOnly || repeatable === true;
}

/** Somebody has called off its turn, which will not go on. */
export function callOff(record: ActionRecord, tool: OfferedTool): void {
  const stopped = 'Somebody stopped this while it ran.';
  if (leavesNoTrace(tool)) Object.assign(record, { state: 'failed', result: stopped });
  else Object.assign(record, { state: 'unknown', result: `${stopped} ${nobodyKnows}` });
}
