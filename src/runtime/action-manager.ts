import { z } from 'zod';
import { deadline } from '../core/deadline.js';
import { derivedId } from '../core/ids.js';
import type { ActionRecord, TurnStep } from '../core/turn.js';
import type { Action, ActionContext, TurnContext } from '../plugin/plugin.js';

const defaultTimeoutMs = 30_000;
/** Longer results are cut: one chatty tool must not fill the model's context. */
const maxResultChars = 16_000;

export interface ActionWatcher {
  started(record: ActionRecord): void;
  finished(record: ActionRecord & { result: string }): void;
  /** Makes the step durable as it stands; called before and after every action. */
  record(): Promise<void>;
}

/**
 * Runs the actions a model asked for. Whatever goes wrong with one (unknown name, bad arguments, a timeout, a throw)
 * becomes its result, so that the model can correct itself; only cancellation of the turn itself throws.
 */
export class ActionManager {
  /**
   * Runs what is not yet finished of a step, in order. An action that a crash interrupted runs again with the same
   * idempotency key: whether it took effect is not known.
   */
  async run(
    step: TurnStep,
    index: number,
    actions: Map<string, Action>,
    context: TurnContext,
    watcher: ActionWatcher,
  ) {
    for (const record of step.actions) {
      if (record.result !== null) continue;
      context.signal.throwIfAborted();
      record.startedAt = Date.now();
      await watcher.record();
      watcher.started(record);
      const idempotencyKey = derivedId('action', context.turnId, String(index), record.callId);
      const { ok, result } = await attempt(record, actions.get(record.name), { ...context, idempotencyKey });
      // A cancelled action is not an answer: the turn is tried again and the action with it.
      context.signal.throwIfAborted();
      record.ok = ok;
      record.result = cut(result);
      record.durationMs = Date.now() - record.startedAt;
      await watcher.record();
      watcher.finished(record as ActionRecord & { result: string });
    }
  }
}

async function attempt(
  record: ActionRecord,
  action: Action | undefined,
  context: ActionContext,
): Promise<{ ok: boolean; result: string }> {
  if (!action) return { ok: false, result: `There is no action "${record.name}".` };
  const parameters = readArguments(record.arguments, action);
  if (!parameters.ok) return { ok: false, result: parameters.problem };
  const timeoutMs = action.timeoutMs ?? defaultTimeoutMs;
  const limit = deadline(
    timeoutMs,
    context.signal,
    () => new Error(`The action took longer than ${timeoutMs} ms.`),
  );
  try {
    const result = await limit.race(action.run(parameters.value, { ...context, signal: limit.signal }));
    return { ok: true, result: String(result) };
  } catch (error) {
    return {
      ok: false,
      result: `The action failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  } finally {
    limit.clear();
  }
}

function readArguments(
  text: string,
  action: Action,
): { ok: true; value: unknown } | { ok: false; problem: string } {
  let json: unknown;
  try {
    // Models write an empty string for "no arguments".
    json = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch {
    return {
      ok: false,
      problem: `The arguments of "${action.name}" are not valid JSON. Call it again with valid JSON.`,
    };
  }
  const parsed = action.parameters.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    problem: `The arguments of "${action.name}" are not valid:\n${z.prettifyError(parsed.error)}`,
  };
}

function cut(result: string): string {
  if (result.length <= maxResultChars) return result;
  return `${result.slice(0, maxResultChars)}\n[cut: ${result.length} characters in all]`;
}
