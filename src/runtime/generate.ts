import type { Purse } from '../budgets/purse.js';
import { Deadline } from '../core/deadline.js';
import type { PassedOver, Usage } from '../core/turn.js';
import { CarrierError, isRetryable, RetryableError } from '../errors.js';
import type { LanguageModel, ModelChunk, ModelRequest, ToolCall } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { rendersToNothing } from '../markdown/nothing.js';
import { told } from '../redaction.js';
import type { Cooling } from './cooling.js';
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
  /** Limit on one model's whole answer, in ms. */
  timeoutMs: number;
  signal: AbortSignal;
  cooling: Cooling;
  onText(text: string): void;
  /** What `onText` was given is void: another model is asked. */
  onVoid(): void;
  /** Cuts the request to what each model takes. */
  fitter: PromptFitter;
  /** Pays for every call; none: nothing limits what they cost. */
  purse?: Purse | null;
  log: Logger;
}

/**
 * Asks the models of a chain in order until one answers. The words of one that fails in the middle of its answer are
 * void: the next one says all of it.
 *
 * @throws of the errors after which trying again may help, the one after which it may soonest; otherwise the last.
 */
export async function generate(
  chain: LanguageModel[],
  request: ModelRequest,
  options: GenerateOptions,
): Promise<Generated> {
  let toThrow: unknown;
  const { cooling } = options;
  const { models, passedOver } = cooling.order(chain);
  for (const [index, model] of models.entries()) {
    let spoke = false;
    const onText = (text: string) => {
      spoke = true;
      options.onText(text);
    };
    try {
      return { ...(await ask(model, request, { ...options, onText })), passedOver };
    } catch (error) {
      if (options.signal.aborted) throw error;
      if (toThrow === undefined || soonerThan(toThrow, error)) toThrow = error;
      cooling.failed(model.id, error);
      passedOver.push({ model: model.id, ...told(error) });
      const next = models[index + 1];
      if (!next) break;
      options.log.warn({ err: error, model: model.id, next: next.id }, 'model failed; asking the next one');
      if (spoke) options.onVoid();
    }
  }
  throw toThrow;
}

/** Whether the second error allows another try sooner than the first. */
function soonerThan(first: unknown, second: unknown): boolean {
  if (!isRetryable(first)) return true;
  return isRetryable(second) && askedMs(second) < askedMs(first);
}

function askedMs(error: unknown): number {
  return (error instanceof RetryableError && error.retryAfterMs) || 0;
}

/** Of the room that a model's length leaves, where the provider found the prompt too long all the same. */
const smallerShare = 0.5;

async function ask(
  model: LanguageModel,
  request: ModelRequest,
  options: GenerateOptions,
): Promise<Generated> {
  try {
    return await askFitted(model, request, options, 1);
  } catch (error) {
    if (!(error instanceof CarrierError) || error.code !== 'prompt_too_long') throw error;
    options.log.warn({ err: error, model: model.id }, 'prompt too long; asking with a shorter one');
    return askFitted(model, request, options, smallerShare);
  }
}

async function askFitted(
  model: LanguageModel,
  request: ModelRequest,
  options: GenerateOptions,
  share: number,
): Promise<Generated> {
  const fitted = await options.fitter.fit(request, model.abilities, options.signal, share);
  try {
    const paid = options.purse ? await options.purse.open(model, fitted.request, options.signal) : model;
    return await read(paid, fitted.request, options);
  } finally {
    fitted.release();
  }
}

async function read(
  model: LanguageModel,
  request: ModelRequest,
  options: GenerateOptions,
): Promise<Generated> {
  const { timeoutMs, signal, onText } = options;
  const limit = new Deadline(
    timeoutMs,
    signal,
    () => new RetryableError('model_timeout', `${model.id} did not finish within ${timeoutMs} ms.`),
  );
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
    chunks = model.stream(request, limit.signal)[Symbol.asyncIterator]();
    while (!ended) {
      const { value, done } = await limit.race(chunks.next());
      if (done) break;
      ended = take(value, generated, onText);
    }
  } finally {
    limit.clear();
    // Lets the model free its connection; not awaited, as a hanging one would hold the turn.
    chunks?.return?.().catch(() => {});
  }
  if (generated.calls.length === 0 && (await rendersToNothing(generated.text))) {
    throw new RetryableError('turn_failed', `${model.id} gave an empty answer.`);
  }
  return generated;
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
