import type { EndpointLimits } from '../config.js';
import { RetryableError } from '../errors.js';
import type { LanguageModel, ModelChunk, ModelRequest } from '../llm/llm.js';
import { promptTokens } from '../llm/prompt-text.js';
import type { RateCounter } from '../rate/rate.js';

interface Limited {
  endpoint: string;
  /** Whose the counts are: endpoints with one key have one. */
  key: string;
  limits: EndpointLimits;
  rates: RateCounter;
}

const windowSeconds = 60;

/** The same model, which fails as a busy one does, and is not asked, where its endpoint would be asked for too much. */
export function limited(model: LanguageModel, { endpoint, key, limits, rates }: Limited): LanguageModel {
  /** @param alone what goes beyond the limit by itself is not refused: it could never be asked. */
  async function count(what: keyof EndpointLimits, amount: number, alone = false): Promise<void> {
    const most = limits[what];
    if (most === undefined) return;
    const { count, leftMs: retryAfterMs } = await rates.count(`model-${what}`, key, windowSeconds, amount);
    if (count <= most || (alone && count === amount)) return;
    const message = `The endpoint "${endpoint}" is at its limit of ${most} (endpoints.${endpoint}.${what}).`;
    throw new RetryableError('model_unavailable', message, { retryAfterMs });
  }

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    const reserved = limits.tokensPerMinute === undefined ? 0 : promptTokens(request);
    await count('requestsPerMinute', 1);
    if (reserved > 0) await count('tokensPerMinute', reserved, true);
    for await (const chunk of model.stream(request, signal)) {
      if (chunk.type === 'end') {
        const { inputTokens, outputTokens } = chunk.usage;
        const more = inputTokens + outputTokens - reserved;
        // Too much for this minute, it keeps others from asking; this answer is there.
        if (more > 0) await count('tokensPerMinute', more).catch(() => {});
      }
      yield chunk;
    }
  }

  return {
    id: model.id,
    get abilities() {
      return model.abilities;
    },
    stream,
  };
}
