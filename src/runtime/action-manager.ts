import { type Concerned, type Pause, toolsText } from '../access/pause.js';
import type { Switches } from '../access/switches.js';
import type { Asking } from '../approvals/asking.js';
import type { WordChecks } from '../checks/word-checks.js';
import { ByteGate } from '../core/byte-gate.js';
import { Deadline } from '../core/deadline.js';
import { derivedId } from '../core/ids.js';
import { addOrigins } from '../core/origin.js';
import type { ActionRecord, TurnStep } from '../core/turn.js';
import type { ActionContext, TurnContext } from '../plugin/plugin.js';
import type { FileQuota, FileStore } from '../store/file-store.js';
import type { AuditedCall, CallAudit } from '../tools/call-audit.js';
import type { Judge, Wish } from '../tools/policy/judge.js';
import type { Limits } from '../tools/policy/limits.js';
import { unruled } from '../tools/policy/policy.js';
import { usualTerms } from '../tools/policy/terms.js';
import type { OfferedTool } from '../tools/tool.js';
import { spanned } from '../tracing.js';
import { AskedCalls } from './asked-calls.js';
import { readArguments } from './call-arguments.js';
import { CalledOffByPerson } from './cancellation.js';
import { callOff, leavesNoTrace, nobodyKnows, pausedOutcome, unknownOutcome } from './interrupted.js';
import { begunIn, StepRecord } from './step-record.js';
import { resultOrigins } from './taint.js';
import { keptResult, resultText } from './tool-results.js';

const defaultTimeoutMs = 30_000;
/** Calls of one step that run at the same time. */
const mostAtOnce = 8;

export interface ActionWatcher {
  started(record: ActionRecord): void;
  finished(record: ActionRecord & { result: string }): void;
  /** Makes the step durable as it stands; called before and after every action. */
  record(): Promise<void>;
}

export interface ActionManagerParts {
  judge: Pick<Judge, 'judge'>;
  limits: Pick<Limits, 'timeoutMs' | 'inTurn' | 'count' | 'enter'>;
  audit: Pick<CallAudit, 'write'>;
  /** Where files of results are kept. */
  files: { files: FileStore; quota: FileQuota };
  /** Told of each call of which nobody knows whether it took effect. */
  unknown(record: ActionRecord, context: TurnContext): Promise<void>;
  /** Keeps approvals; absent: a call waits for the decision about its turn. */
  asking?: Asking;
  /** Whether tools are paused; absent: never. */
  switches?: Pick<Switches, 'look' | 'tools' | 'onChange'>;
}

/** A step of a turn, and the calls it may make. */
export interface RunningStep {
  step: TurnStep;
  /** Which of the turn's it is, from 0. */
  index: number;
  /** All of the turn, this one among them. */
  steps: readonly TurnStep[];
  actions: ReadonlyMap<string, OfferedTool>;
  context: TurnContext;
  watcher: ActionWatcher;
  /** Asked before each call; what it throws ends the step there. */
  before?: (() => Promise<void>) | undefined;
  /** Looks at arguments before they leave. */
  checks?: Pick<WordChecks, 'refusal'>;
}

/** A call that may run; or why it cannot. */
type Ready = { wish: Wish } | { problem: string; error: string };

/**
 * Makes the calls that a model asked for. Whatever goes wrong with one (unknown name, bad arguments, a timeout, a throw)
 * becomes its result and no other's, so that the model can correct itself; only cancellation of the turn itself throws.
 */
export class ActionManager {
  readonly #parts: ActionManagerParts;

  constructor(parts: ActionManagerParts) {
    this.#parts = parts;
  }

  /**
   * Runs what is not yet finished of a step, all at once, but for what needs a decision first; gives back whether something
   * does. A call that a crash interrupted runs again, with the same idempotency key, only if its tool is `repeatable`.
   * While tools are paused none is begun, nor asked for, and one that runs is ended.
   */
  async run(running: RunningStep): Promise<boolean> {
    const { step, context } = running;
    const record = new StepRecord(() => running.watcher.record());
    const asked = new AskedCalls(this.#parts.asking);
    const standing = () => step.actions.map(({ state, approval }) => `${state} ${approval}`).join();
    const before = standing();
    const ready = await Promise.all(step.actions.map((action) => this.#look(action, running, asked)));
    if (standing() !== before) await record.write();
    await asked.open();
    const gate = new ByteGate(mostAtOnce);
    const runs = step.actions.map(async (action, at) => {
      const one = ready[at];
      if (!one) return;
      const leave = await gate.enter(1, context.signal);
      await this.#run(action, one, running, record).finally(leave);
    });
    // What befalls one ends no other.
    const ended = await Promise.allSettled(runs);
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    return step.actions.some(({ state }) => state === 'awaiting');
  }

  /** Before anything of the step runs: whether it may, and what an earlier attempt has left of it. Null: it does not run. */
  async #look(record: ActionRecord, running: RunningStep, asked: AskedCalls): Promise<Ready | null> {
    const { context } = running;
    const tool = running.actions.get(record.name);
    if (record.state === 'running') {
      if (tool?.repeatable) record.state = 'planned';
      else {
        Object.assign(record, { state: 'unknown', result: unknownOutcome });
        await this.#ended(record, 'outcome_unknown', context);
      }
    }
    // An earlier attempt may have died before it had asked.
    if (record.state === 'awaiting') Object.assign(record, { state: 'planned', result: null });
    if (record.state !== 'planned') return null;
    if (!tool) return { problem: `There is no action "${record.name}".`, error: 'tool_unknown' };
    record.tool = tool.key;
    const read = readArguments(record.arguments, tool);
    if (!read.ok) return { problem: read.problem, error: 'arguments_invalid' };
    const stopped = running.checks?.refusal(tool.key, record.arguments, tool.hints.openWorld);
    if (stopped) {
      const { reason: result, arguments: kept } = stopped;
      Object.assign(record, { state: 'denied', result, arguments: kept, rule: 'output checks' });
      await this.#ended(record, 'policy_denied', context);
      return null;
    }
    const wish = { tool, written: read.written, value: read.value };
    // While tools are paused it is not begun, so nobody need decide; resumed right after, it is still not judged.
    const pause = await this.#pause(running);
    if (pause) return { problem: toolsText(pause), error: 'paused' };
    const verdict = await this.#parts.judge.judge(wish, context);
    record.rule = verdict.rule;
    if (verdict.effect === 'deny') {
      const because = verdict.reason ? `: ${verdict.reason}` : '.';
      Object.assign(record, { state: 'denied', result: `This is not permitted${because}` });
      await this.#ended(record, 'policy_denied', context);
      return null;
    }
    // What has begun before is not asked for again.
    if (verdict.effect === 'allow' || record.startedAt > 0) return { wish };
    const { rule, reason, ask: terms = usualTerms } = verdict;
    const grounds = { rule, terms, ...(reason && { reason }) };
    const run = await asked.look(record, { index: running.index, tool, value: read.value, context, grounds });
    if (isDenied(record)) await this.#ended(record, 'approval_lost', context);
    return run ? { wish } : null;
  }

  async #pause({ context, before }: RunningStep): Promise<Pause | null> {
    await before?.();
    await this.#parts.switches?.look();
    return this.#parts.switches?.tools(concernedBy(context)) ?? null;
  }

  async #run(record: ActionRecord, ready: Ready, running: RunningStep, step: StepRecord): Promise<void> {
    const { context } = running;
    const pause = await this.#pause(running);
    context.signal.throwIfAborted();
    if (pause) return this.#refuse(record, toolsText(pause), 'paused', running, step);
    if ('problem' in ready) return this.#refuse(record, ready.problem, ready.error, running, step);
    const { tool } = ready.wish;
    const { limits } = this.#parts;
    const tooMany = await limits.count(context.agent, tool.key, () => context.requester());
    if (tooMany) return this.#refuse(record, tooMany, 'limit_reached', running, step);
    const leave = await limits.enter(context.agent, tool.key, context.signal);
    try {
      const over = limits.inTurn(context.agent, tool.key, begunIn(running.steps));
      if (over) return await this.#refuse(record, over, 'limit_reached', running, step);
      await this.#make(record, ready.wish, running, step);
    } finally {
      leave();
    }
  }

  async #make(record: ActionRecord, wish: Wish, running: RunningStep, step: StepRecord): Promise<void> {
    const { context, watcher } = running;
    Object.assign(record, { startedAt: Date.now(), state: 'running' });
    try {
      await step.write();
    } catch (error) {
      // It has not begun.
      Object.assign(record, { startedAt: 0, state: 'planned' });
      throw error;
    }
    watcher.started(record);
    const idempotencyKey = derivedId('action', context.turnId, String(running.index), record.callId);
    const attempted = await this.#attempt(wish, { ...context, idempotencyKey });
    // What a cancelled action has thrown is no answer; what it has done is.
    if (!attempted.ok && context.signal.aborted) {
      const { reason } = context.signal;
      if (reason instanceof CalledOffByPerson) await this.#ended(record, callOff(record, wish.tool), context);
      throw reason;
    }
    const { ok, result, state = ok ? 'done' : 'failed', files } = attempted;
    Object.assign(record, { ok, state, result, durationMs: Date.now() - record.startedAt });
    if (files && files.length > 0) record.files = files;
    const origins = resultOrigins(wish, attempted, record.startedAt);
    if (origins.length > 0) {
      record.origins = origins;
      addOrigins(context.taint, origins);
    }
    const error = state === 'unknown' ? 'outcome_unknown' : ok ? undefined : attempted.error;
    const ended = this.#ended(record, error, context);
    // Told first: after an attempt that dies in between, another tells it.
    if (state === 'unknown') await ended;
    await Promise.all([step.write(), ended]);
    watcher.finished(record as ActionRecord & { result: string });
  }

  /** It does not run, and the model is told why. */
  async #refuse(
    record: ActionRecord,
    result: string,
    error: string,
    { watcher, context }: RunningStep,
    step: StepRecord,
  ): Promise<void> {
    Object.assign(record, { state: 'failed', result });
    await Promise.all([step.write(), this.#ended(record, error, context)]);
    watcher.started(record);
    watcher.finished(record as ActionRecord & { result: string });
  }

  async #attempt({ tool, value }: Wish, context: ActionContext): Promise<Attempted> {
    const { limits, switches, files } = this.#parts;
    const timeoutMs = limits.timeoutMs(context.agent, tool.key) ?? tool.timeoutMs ?? defaultTimeoutMs;
    const tooLong = new Error(`It took longer than ${timeoutMs} ms.`);
    const limit = new Deadline(timeoutMs, context.signal, () => tooLong);
    let paused = false;
    const enough = switches?.onChange(() => {
      if (!switches.tools(concernedBy(context)) || limit.ended) return;
      paused = true;
      limit.end(new Error('Tools are paused.'));
    });
    try {
      // It may have been paused, or called off, while it was noted.
      context.signal.throwIfAborted();
      const pause = switches?.tools(concernedBy(context));
      if (pause) return { ok: false, result: toolsText(pause), error: 'paused' };
      const run = () => limit.race(tool.run(value, { ...context, signal: limit.signal }));
      const result = await spanned('tool', run, { tool: tool.key });
      const kept = await keptResult(result, context.messages[0]!, files);
      return {
        ...{ ok: !result.failed && !result.unknown, result: kept.text },
        ...{ files: kept.files, error: 'tool_failed' },
        ...(result.unknown && { state: 'unknown' }),
        ...(result.outside && { outside: true }),
      };
    } catch (error) {
      if (paused) return { ok: false, result: pausedOutcome, state: 'unknown' };
      const why = error instanceof Error ? error.message : String(error);
      // It may go on, and nobody will hear of it.
      if (error === tooLong && !leavesNoTrace(tool))
        return { ok: false, result: `${why} ${nobodyKnows}`, state: 'unknown' };
      return { ok: false, result: resultText(`The action failed: ${why}`), error: 'tool_failed' };
    } finally {
      enough?.();
      limit.clear();
    }
  }

  /** What ends is written down; where it is as most calls are, that is told by its turn. */
  async #ended(record: ActionRecord, error: string | undefined, context: TurnContext): Promise<void> {
    const { state, name, tool = name, callId, arguments: args, rule, approved } = record;
    if (state === 'done' && rule === unruled) return;
    const outcome = state === 'done' || state === 'denied' ? state : 'failed';
    const call: AuditedCall = {
      ...{ tool, callId, arguments: args, outcome },
      ...(rule !== undefined && { rule }),
      ...(approved && { approved }),
      ...(error !== undefined && { error }),
    };
    await this.#parts.audit.write(call, context);
    if (state === 'unknown') await this.#parts.unknown(record, context);
  }
}

interface Attempted {
  ok: boolean;
  result: string;
  files?: ActionRecord['files'];
  /** Absent: as `ok` says. */
  state?: 'unknown';
  /** Absent: as the tool's hints say. */
  outside?: true;
  error?: string;
}

const isDenied = ({ state }: ActionRecord) => state === 'denied';

function concernedBy({ agent, messages }: TurnContext): Concerned {
  return { agentId: agent.id, source: messages[0]!.source, userIds: [] };
}
