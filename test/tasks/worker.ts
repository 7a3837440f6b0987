/** A model that works on tasks as a good one does: it reads how far the task is, and takes the next open step. */
import type { ModelRequest } from '../../src/llm/llm.js';

export interface Seen {
  id: string;
  goal: string;
  state: string;
  steps: { step: number; text: string; state: string }[];
}

/** What matters of a conversation. */
export interface Told {
  messages: readonly { role: string; text: string; name?: string; calls?: readonly { name: string }[] }[];
}

export type Call = { name: string; arguments: string };

export const call = (name: string, args: object): Call => ({ name, arguments: JSON.stringify(args) });

/** Texts of what a model is told besides the conversation. */
export function contextOf({ system }: Pick<ModelRequest, 'system'>): string {
  return system.flatMap((part) => (part.kind === 'context' ? [part.text] : [])).join('\n');
}

/** The task that it is at work on; null: it answers a person. */
export function atWork(context: string): Seen | null {
  if (!context.includes('You are at work on the task')) return null;
  return JSON.parse(/^(?:\| )?(\{"id":"ta_.*)$/m.exec(context)![1]!) as Seen;
}

/** What the last tool of this turn gave; null: it has called none yet. */
function lastResult({ messages }: Told): string | null {
  const last = messages.at(-1)!;
  return last.role === 'tool' ? last.text : null;
}

/**
 * A step whose text is `TOOL JSON` calls that tool, in one turn; the next call says that the step is done. When none is
 * open the task is finished.
 */
export function work(task: Seen, request: Told): { calls: Call[] } | string {
  const result = lastResult(request);
  const before = request.messages.findLast(({ calls }) => calls)?.calls?.at(-1)?.name;
  const done = request.messages.filter((one) => one.role === 'tool' && one.name === 'task_step').length;
  const next = task.steps.filter(({ state }) => state === 'open')[done];
  if (result !== null && before === 'task_step') return 'On it.';
  if (!next) return { calls: [call('task_finish', { result: `All done: ${task.goal}` })] };
  if (result !== null) return { calls: [call('task_step', { step: next.step, result })] };
  const [, tool = '', args = '{}'] = /^(\w+)\s*(\{.*\})?$/.exec(next.text) ?? [];
  return { calls: [{ name: tool, arguments: args }] };
}
