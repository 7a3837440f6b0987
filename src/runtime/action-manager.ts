import { type Concerned, type Pause, toolsText } from '../access/pause.js';
import type { Switches } from '../access/switches.js';
import { Deadline } from '../core/deadline.js';
import { derivedId } from '../core/ids.js';
import type { ActionRecord, TurnStep } from '../core/turn.js';
import type { ActionContext, TurnContext } from '../plugin/plugin.js';
import type { OfferedTool } from '../tools/tool.js';

const defaultTimeoutMs = 30_000;
/** Longer results are cut: one chatty tool must not fill the model's context. */
const maxResultChars = 16_000;
/** For the model, which must neither repeat it unasked nor say that it was done. */
const unknownOutcome =
  'The hub was interrupted while this ran. Nobody knows whether it took effect: say so, and do not repeat it unasked.';
const stoppedOutcome =
  'Tools were paused while this ran. Nobody knows whether it took effect: say so, and do not repeat it unasked.';

export interface ActionWatcher {
  started(record: ActionRecord): void;
  finished(record: ActionRecord & { result: string }): void;
  /** Makes the step durable as it stands; called before and after every action. */
  record(): Promise<void>;
}

/** Whether a call may be made as it is, only once somebody has approved it, or not at all. */
export type Permit = (
  tool: OfferedTool,
  parameters: unknown,
  context: TurnContext,
) => Permission | Promise<Permission>;
export type Permission = 'allow' | 'ask' | 'deny';

/** Whether tools are paused; absent: never. */
type ToolSwitches = Pick<Switches, 'look' | 'tools' | 'onChange'>;

/** As the action itself says. */
const asItNeeds: Permit = (tool, parameters, context) => {
  if (tool.needsApproval) return tool.needsApproval(parameters, context) ? 'ask' : 'allow';
  // What a source brings is unknown until somebody has said more of it.
  return tool.source.startsWith('plugin:') ? 'allow' : 'ask';
};

/**
 * Runs the actions a model asked for. Whatever goes wrong with one (unknown name, bad arguments, a timeout, a throw)
 * becomes its result, so that the model can correct itself; only cancellation of the turn itself throws.
 */
export class ActionManager {
  readonly #permit: Permit;
  readonly #switches: ToolSwitches | undefined;

  constructor({ permit = asItNeeds, switches }: { permit?: Permit; switches?: ToolSwitches } = {}) {
    this.#permit = permit;
    this.#switches = switches;
  }

  /**
   * Runs what is not yet finished of a step, in order, but for what needs a decision first; gives back whether something
   * does. An action that a crash interrupted runs again, with the same idempotency key, only if it is `repeatable`.
   * While tools are paused none is begun, nor asked for, and one that runs is ended.
   */
  async run(
    step: TurnStep,
    index: number,
    actions: Map<string, OfferedTool>,
    context: TurnContext,
    watcher: ActionWatcher,
  ): Promise<boolean> {
    for (const record of step.actions) await this.#look(record, actions.get(record.name), context);
    for (const record of step.actions) {
      if (record.state !== 'planned') continue;
      const pause = await this.#pause(context);
      context.signal.throwIfAborted();
      if (pause) {
        Object.assign(record, { state: 'failed', result: toolsText(pause), startedAt: Date.now() });
        await watcher.record();
        watcher.started(record);
        watcher.finished(record as ActionRecord & { result: string });
        continue;
      }
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
      const { ok, result, state } = await this.#attempt(record, actions.get(record.name), {
        ...context,
        idempotencyKey,
      });
      // What a cancelled action has thrown is no answer; what it has done is.
      if (!ok) context.signal.throwIfAborted();
      record.ok = ok;
      record.state = state ?? (ok ? 'done' : 'failed');
      record.result = cut(result);
      record.durationMs = Date.now() - record.startedAt;
      await watcher.record();
      watcher.finished(record as ActionRecord & { result: string });
    }
    return step.actions.some(({ state }) => state === 'awaiting');
  }

  /** Before anything of the step runs: whether it may, and what an earlier attempt has left of it. */
  async #look(record: ActionRecord, action: OfferedTool | undefined, context: TurnContext): Promise<void> {
    if (record.state === 'running') {
      if (action?.repeatable) record.state = 'planned';
      else Object.assign(record, { state: 'unknown', result: unknownOutcome });
    }
    if (record.state !== 'planned' || record.approved || record.startedAt > 0 || !action) return;
    // It is not begun, so nobody need decide.
    if (await this.#pause(context)) return;
    const parameters = readArguments(record.arguments, action);
    if (!parameters.ok) return;
    const permission = await this.#permissionFor(action, parameters.value, context);
    if (permission === 'ask')
      Object.assign(record, { state: 'awaiting', result: 'This waits for a decision.' });
    if (permission === 'deny') Object.assign(record, { state: 'denied', result: 'This is not permitted.' });
  }

  async #pause(context: TurnContext): Promise<Pause | null> {
    await this.#switches?.look();
    return this.#switches?.tools(concernedBy(context)) ?? null;
  }

  async #attempt(
    record: ActionRecord,
    action: OfferedTool | undefined,
    context: ActionContext,
  ): Promise<Attempted> {
    if (!action) return { ok: false, result: `There is no action "${record.name}".` };
    const parameters = readArguments(record.arguments, action);
    if (!parameters.ok) return { ok: false, result: parameters.problem };
    const timeoutMs = action.timeoutMs ?? defaultTimeoutMs;
    const tooLong = () => new Error(`The action took longer than ${timeoutMs} ms.`);
    const limit = new Deadline(timeoutMs, context.signal, tooLong);
    let paused = false;
    const enough = this.#switches?.onChange(() => {
      if (!this.#switches?.tools(concernedBy(context)) || limit.ended) return;
      paused = true;
      limit.end(new Error('Tools are paused.'));
    });
    try {
      // It may have been paused, or called off, while it was noted.
      context.signal.throwIfAborted();
      const pause = this.#switches?.tools(concernedBy(context));
      if (pause) return { ok: false, result: toolsText(pause) };
      const result = await limit.race(action.run(parameters.value, { ...context, signal: limit.signal }));
      return { ok: !result.failed, result: result.text, ...(result.unknown && { state: 'unknown' }) };
    } catch (error) {
      if (paused) return { ok: false, result: stoppedOutcome, state: 'unknown' };
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, result: `The action failed: ${why}` };
    } finally {
      enough?.();
      limit.clear();
    }
  }

  /** What cannot tell is asked for. */
  async #permissionFor(action: OfferedTool, parameters: unknown, context: TurnContext): Promise<Permission> {
    try {
      return await this.#permit(action, parameters, context);
    } catch {
      return 'ask';
    }
  }
}

interface Attempted {
  ok: boolean;
  result: string;
  /** Absent: as `ok` says. */
  state?: 'unknown';
}

function concernedBy({ agent, messages }: TurnContext): Concerned {
  return { agentId: agent.id, source: messages[0]!.source, userIds: [] };
}

function readArguments(
  text: string,
  action: OfferedTool,
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
  const read = action.read(json);
  if (read.ok) return read;
  return { ok: false, problem: `The arguments of "${action.name}" are not valid:\n${read.problem}` };
}

function cut(result: string): string {
  if (result.length <= maxResultChars) return result;
  return `${result.slice(0, maxResultChars)}\n[cut: ${result.length} characters in all]`;
}
