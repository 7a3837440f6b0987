/** A model whose answer is paid for. */
import { estimateTokens } from '../core/token-estimate.js';
import type { Usage } from '../core/turn.js';
import { CarrierError } from '../errors.js';
import type { LanguageModel, ModelChunk } from '../llm/llm.js';

/** What a call has used. `estimated`: no provider has said it. */
export interface Used extends Usage {
  estimated: boolean;
}

export interface Meter {
  /** What is reserved for the answer. */
  maxTokens: number;
  /** What the prompt is likely to have. */
  promptTokens: number;
  /** Called every `renewMs` while the answer is written. */
  renew(): void;
  renewMs: number;
  /** Called once. */
  settle(used: Used): void;
}

/** For one answer. */
export function metered(model: LanguageModel, meter: Meter): LanguageModel {
  return {
    id: model.id,
    abilities: model.abilities,
    async *stream(request, signal) {
      const call = new Call(meter);
      const renewing = setInterval(() => meter.renew(), meter.renewMs).unref();
      // A model that hears of no signal may hang for ever, and is waited for by nobody then.
      const cut = () => {
        clearInterval(renewing);
        call.cut(null);
      };
      signal.addEventListener('abort', cut, { once: true });
      try {
        for await (const chunk of model.stream({ ...request, maxTokens: meter.maxTokens }, signal)) {
          call.take(chunk);
          yield chunk;
        }
        call.cut(null);
      } catch (error) {
        call.cut(error);
        throw error;
      } finally {
        signal.removeEventListener('abort', cut);
        clearInterval(renewing);
        // Whoever read it has stopped reading.
        call.cut(null);
      }
    },
  };
}

class Call {
  readonly #meter: Meter;
  #said = '';
  #heard = false;
  #settled = false;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  take(chunk: ModelChunk): void {
    this.#heard = true;
    if (chunk.type === 'text') this.#said += chunk.text;
    else if (chunk.type === 'call') this.#said += chunk.call.name + chunk.call.arguments;
    else if (chunk.type === 'end') this.#settle(chunk.usage);
  }

  /** It has ended without a word of what it has used. @param error why, where the model has said it */
  cut(error: unknown): void {
    const refused = !this.#heard && error instanceof CarrierError && error.code !== 'model_timeout';
    if (refused) this.#settleAs({ inputTokens: 0, outputTokens: 0, estimated: false });
    else this.#settle({ inputTokens: 0, outputTokens: 0 });
  }

  /** What a provider leaves out is estimated: no answer is free. */
  #settle(usage: Usage): void {
    const { inputTokens, outputTokens } = usage;
    const unsaid = this.#said !== '' && outputTokens === 0;
    this.#settleAs({
      ...usage,
      inputTokens: inputTokens || this.#meter.promptTokens,
      outputTokens: unsaid ? estimateTokens(this.#said) : outputTokens,
      estimated: inputTokens === 0 || unsaid,
    });
  }

  #settleAs(used: Used): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#meter.settle(used);
  }
}
