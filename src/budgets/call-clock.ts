/** Measures one request to a model: how long it took, and what it cost. */
import type { ModelCall } from '../core/model-call.js';
import type { Usage } from '../core/turn.js';
import { CarrierError } from '../errors.js';
import type { LanguageModel, ModelChunk } from '../llm/llm.js';
import { told } from '../redaction.js';
import { costOf } from './price.js';

/** From its making on. */
class CallClock {
  readonly #model: Pick<LanguageModel, 'id' | 'abilities'>;
  readonly #for: ModelCall['for'];
  readonly #startedAt = Date.now();
  readonly #began = performance.now();
  #firstMs: number | undefined;
  #tools = 0;
  #usage: Usage = { inputTokens: 0, outputTokens: 0 };

  constructor(model: Pick<LanguageModel, 'id' | 'abilities'>, what: ModelCall['for']) {
    this.#model = model;
    this.#for = what;
  }

  heard(chunk: ModelChunk): void {
    this.#firstMs ??= this.#ms;
    if (chunk.type === 'call') this.#tools++;
    if (chunk.type === 'end') this.#usage = chunk.usage;
  }

  /** @param failed why there is no answer, an error's code; absent: there is one */
  ended(failed?: string): ModelCall {
    const { inputTokens, outputTokens, cachedTokens } = this.#usage;
    const { price } = this.#model.abilities;
    const isKnown = price !== undefined && inputTokens > 0;
    return {
      ...{ model: this.#model.id, for: this.#for },
      ...{ startedAt: this.#startedAt, durationMs: this.#ms },
      ...(this.#firstMs !== undefined && { firstMs: this.#firstMs }),
      ...{ inputTokens, outputTokens },
      ...(cachedTokens !== undefined && { cachedTokens }),
      ...(isKnown && { usd: costOf(this.#usage, price).usd }),
      tools: this.#tools,
      ...(failed !== undefined && { failed }),
    };
  }

  get #ms(): number {
    return Math.round(performance.now() - this.#began);
  }
}

/** The model, whose next answer is measured. @param note told once, as it ends, however it ends */
export function clocked(
  model: LanguageModel,
  what: ModelCall['for'],
  note: (call: ModelCall) => void,
): LanguageModel {
  return {
    ...{ id: model.id, abilities: model.abilities },
    async *stream(request, signal) {
      const clock = new CallClock(model, what);
      let isNoted = false;
      const end = (failed?: string) => {
        if (!isNoted) note(clock.ended(failed));
        isNoted = true;
      };
      // One that hears of no signal may hang for ever, and is waited for by nobody then.
      const cut = () => end(signal.reason instanceof CarrierError ? signal.reason.code : 'stopped');
      signal.addEventListener('abort', cut, { once: true });
      try {
        for await (const chunk of model.stream(request, signal)) {
          clock.heard(chunk);
          // Whoever reads it may read no further.
          if (chunk.type === 'end') end();
          yield chunk;
        }
        end();
      } catch (error) {
        end(told(error).code);
        throw error;
      } finally {
        signal.removeEventListener('abort', cut);
        end();
      }
    },
  };
}
