import { clocked } from '../budgets/call-clock.js';
import type { Purse } from '../budgets/purse.js';
import type { ModelCall } from '../core/model-call.js';
import type { PassedOver, Usage } from '../core/turn.js';
import { CarrierError, isRetryable, RetryableError } from '../errors.js';
import type { LanguageModel, ModelChunk, ModelRequest, ToolCall } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { rendersToNothing } from '../markdown/nothing.js';
import { told } from '../redaction.js';
import { spanned } from '../tracing.js';
import type { Cooling } from './cooling.js';
import { type AnswerLimits, Patience } from './patience.js';
import type { PromptFitter } from './prompt-fitter.js';

export interface Generated {
  text: string;
  calls: ToolCall[];
  usage: Usage;
  /** Id of the model that wrote it. */
  model: string;
  /** Models that were to be asked before it, and why they did not answer. */
  passedOver: PassedOver[];
}

export interface GenerateOptions {
  limits: AnswerLimits;
  signal: AbortSignal;
  cooling: Cooling;
  onText(text: string): void;
  /** What `onText` was given is void: the answer begins anew. */
  onVoid(): void;
  /** Cuts the request to what each model takes. */
  fitter: PromptFitter;
  /** Pays for every call; none: nothing limits what they cost. */
  purse?: Purse | null;
  /** Told what each request to a model took, also of one that failed. */
  made?: (call: ModelCall) => void;
  log: Logger;
}

/** For one model of the chain. */
interface AskOptions extends GenerateOptions {
  /** Until when the whole answer is waited for, of the performance clock. */
  endsAt: number;
  /** Whether another model is left to ask. */
  another: boolean;
}

/**
 * Asks the models of a chain in order until one answers. The words of one that fails in the middle of its answer are
 * void: the next one says all of it.
 *
 * @throws of the errors after which trying again may help, the one after which it may soonest; otherwise the last.
 * `triedBefore` knows of all.
 */
export async function generate(
  chain: LanguageModel[],
  request: ModelRequest,
  options: GenerateOptions,
): Promise<Generated> {
  const { cooling, limits, signal, log } = options;
  await cooling.known();
  const { models, cool } = cooling.order(chain);
  const endsAt = performance.now() + limits.wholeMs;
  const failed = new Map<string, PassedOver>();
  let toThrow: unknown;
  for (const [index, model] of models.entries()) {
    const next = models[index + 1];
    cooling.asking(model.id);
    try {
      const generated = await ask(model, request, { ...options, endsAt, another: next !== undefined });
      cooling.answered(model.id);
      return { ...generated, passedOver: passedOver(chain, model, cool, failed) };
    } catch (error) {
      if (signal.aborted) throw error;
      if (toThrow === undefined || soonerThan(toThrow, error)) toThrow = error;
      cooling.failed(model.id, error);
      failed.set(model.id, { model: model.id, ...told(error) });
      if (!next) break;
      log.warn({ err: error, model: model.id, next: next.id }, 'model failed; asking the next one');
      options.onVoid();
    }
  }
  if (failed.size > 1 && toThrow instanceof Error) tried.set(toThrow, [...failed.values()]);
  throw toThrow;
}

const tried = new WeakMap<Error, PassedOver[]>();

/** The models that were asked in vain, where `generate` asked several and threw this. */
export function triedBefore(error: unknown): PassedOver[] | undefined {
  return error instanceof Error ? tried.get(error) : undefined;
}

/** Those that failed, and those that come first in the chain and were not asked. */
function passedOver(
  chain: LanguageModel[],
  answering: LanguageModel,
  cool: ReadonlyMap<string, PassedOver>,
  failed: ReadonlyMap<string, PassedOver>,
): PassedOver[] {
  const place = chain.indexOf(answering);
  return chain.flatMap(({ id }, at) => failed.get(id) ?? (at < place ? cool.get(id) : undefined) ?? []);
}

/** Whether the second error allows another try sooner than the first. */
function soonerThan(first: unknown, second: unknown): boolean {
  if (!isRetryable(first)) return true;
  return isRetryable(second) && askedMs(second) < askedMs(first);
}

function askedMs(error: unknown): number {
  return (error instanceof RetryableError && error.retryAfterMs) || 0;
}

/** Of what was sent, where the provider found that too long. */
const smallerShare = 0.5;

async function ask(model: LanguageModel, request: ModelRequest, options: AskOptions): Promise<Generated> {
  const { fitter, signal, log } = options;
  let most: number | undefined;
  for (;;) {
    const fitted = await fitter.fit(request, model.abilities, signal, most);
    try {
      const paid = options.purse ? await options.purse.open(model, fitted.request, signal) : model;
      const last = request.messages.at(-1);
      const what = last?.role === 'user' && last.revises ? 'revision' : 'answer';
      const asked = options.made ? clocked(paid, what, options.made) : paid;
      return await spanned('model', () => read(asked, fitted.request, options), { model: model.id });
    } catch (error) {
      if (most !== undefined || !(error instanceof CarrierError) || error.code !== 'prompt_too_long')
        throw error;
      most = Math.floor(fitted.tokens() * smallerShare);
      log.warn({ err: error, model: model.id, most }, 'prompt too long; asking with a shorter one');
      options.onVoid();
    } finally {
      fitted.release();
    }
  }
}

/** One request to one model: all that is sent to any goes through here. */
async function read(model: LanguageModel, request: ModelRequest, options: AskOptions): Promise<Generated> {
  const { onText } = options;
  const patience = patienceWith(model, options);
  const generated: Generated = {
    text: '',
    calls: [],
    usage: { inputTokens: 0, outputTokens: 0 },
    model: model.id,
    passedOver: [],
  };
  let chunks: AsyncIterator<ModelChunk> | undefined;
  let ended = false;
  try {
    // Inside, as an extension's model may throw anywhere: the time limit must not stay behind.
    chunks = model.stream(request, patience.signal)[Symbol.asyncIterator]();
    while (!ended) {
      const { value, done } = await patience.race(chunks.next());
      if (done) break;
      patience.heard();
      ended = take(value, generated, onText);
    }
  } finally {
    patience.clear();
    // Lets the model free its connection; not awaited, as a hanging one would hold the turn.
    chunks?.return?.().catch(() => {});
  }
  if (generated.calls.length === 0 && (await rendersToNothing(generated.text))) {
    throw new RetryableError('turn_failed', `${model.id} gave an empty answer.`);
  }
  return generated;
}

function patienceWith(
  { id: model }: LanguageModel,
  { limits, endsAt, another, signal }: AskOptions,
): Patience {
  const { firstMs, idleMs } = limits;
  // One that is asked late has some time, too.
  const wholeMs = Math.max(endsAt - performance.now(), Math.min(firstMs, limits.wholeMs));
  return new Patience({ model, wholeMs, idleMs, ...(another && { firstMs }) }, signal);
}

/** Returns true at the end of the answer. */
function take(chunk: ModelChunk, generated: Generated, onText: (text: string) => void): boolean {
  if (chunk.type === 'text' && chunk.text !== '') {
    generated.text += chunk.text;
    onText(chunk.text);
  } else if (chunk.type === 'call') {
    generated.calls.push(chunk.call);
  } else if (chunk.type === 'end') {
    generated.usage = chunk.usage;
  }
  return chunk.type === 'end';
}
