import { z } from 'zod';
import { Deadline } from '../core/deadline.js';
import { derivedId } from '../core/ids.js';
import type { ActionRecord, TurnStep } from '../core/turn.js';
import type { Action, ActionContext, TurnContext } from '../plugin/plugin.js';

const defaultTimeoutMs = 30_000;
/** Longer results are cut: one chatty tool must not fill the model's context. */
const maxResultChars = 16_000;
/** For the model, which must neither repeat it unasked nor say that it was done. */
const unknownOutcome =
  'The hub was interrupted while this ran. Nobody knows whether it took effect: say so, and do not repeat it unasked.';

export interface ActionWatcher {
  started(record: ActionRecord): void;
  finished(record: ActionRecord & { result: string }): void;
  /** Makes the step durable as it stands; called before and after every action. */
  record(): Promise<void>;
}

/** Whether a call may be made as it is, only once somebody has approved it, or not at all. */
export type Permit = (
  action: Action,
  parameters: unknown,
  context: TurnContext,
) => Permission | Promise<Permission>;
export type Permission = 'allow' | 'ask' | 'deny';

/** As the action itself says. */
const asItNeeds: Permit = ({ needsApproval }, parameters, context) => {
  const needs = typeof needsApproval === 'function' ? needsApproval(parameters, context) : needsApproval;
  return needs ? 'ask' : 'allow';
};

/**
 * Runs the actions a model asked for. Whatever goes wrong with one (unknown name, bad arguments, a timeout, a throw)
 * becomes its result, so that the model can correct itself; only cancellation of the turn itself throws.
 */
export class ActionManager {
  readonly #permit: Permit;

  constructor(permit: Permit = asItNeeds) {
    this.#permit = permit;
  }

  /**
   * Runs what is not yet finished of a step, in order, but for what needs a decision first; gives back whether something
   * does. An action that a crash interrupted runs again, with the same idempotency key, only if it is `repeatable`.
   */
  async run(
    step: TurnStep,
    index: number,
    actions: Map<string, Action>,
    context: TurnContext,
    watcher: ActionWatcher,
  ): Promise<boolean> {
    for (const record of step.actions) await this.#look(record, actions.get(record.name), context);
    for (const record of step.actions) {
      if (record.state !== 'planned') continue;
      context.signal.throwIfAborted();
      record.startedAt = Date.now();
      record.state = 'running';
      try {
        await watcher.record();
      } catch (error) {
        // It has not begun.
        record.startedAt = 0;
        record.state = 'planned';
        throw error;
      }
      watcher.started(record);
      const idempotencyKey = derivedId('action', context.turnId, String(index), record.callId);
      const { ok, result } = await attempt(record, actions.get(record.name), { ...context, idempotencyKey });
      // What a cancelled action has thrown is no answer; what it has done is.
      if (!ok) context.signal.throwIfAborted();
      record.ok = ok;
      record.state = ok ? 'done' : 'failed';
      record.result = cut(result);
      record.durationMs = Date.now() - record.startedAt;
      await watcher.record();
      watcher.finished(record as ActionRecord & { result: string });
    }
    return step.actions.some(({ state }) => state === 'awaiting');
  }

  /** Before anything of the step runs: whether it may, and what an earlier attempt has left of it. */
  async #look(record: ActionRecord, action: Action | undefined, context: TurnContext): Promise<void> {
    if (record.state === 'running') {
      if (action?.repeatable) record.state = 'planned';
      else Object.assign(record, { state: 'unknown', result: unknownOutcome });
    }
    if (record.state !== 'planned' || record.approved || record.startedAt > 0 || !action) return;
    const parameters = readArguments(record.arguments, action);
    if (!parameters.ok) return;
    const permission = await this.#permissionFor(action, parameters.value, context);
    if (permission === 'ask')
      Object.assign(record, { state: 'awaiting', result: 'This waits for a decision.' });
    if (permission === 'deny') Object.assign(record, { state: 'denied', result: 'This is not permitted.' });
  }

  /** What cannot tell is asked for. */
  async #permissionFor(action: Action, parameters: unknown, context: TurnContext): Promise<Permission> {
    try {
      return await this.#permit(action, parameters, context);
    } catch {
      return 'ask';
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
  const limit = new Deadline(
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
