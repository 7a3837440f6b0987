import type { EndpointLimits } from '../config.js';
import { RetryableError } from '../errors.js';
import type { LanguageModel, ModelChunk, ModelRequest } from '../llm/llm.js';
import { promptTokens } from '../llm/prompt-text.js';
import type { RateCounter } from '../rate/rate.js';

/** One limit, and which setting it stands in. */
interface Limit {
  what: keyof EndpointLimits;
  most: number;
  setting: string;
}

interface Limited {
  /** Whose the counts are: endpoints with one key have one. */
  key: string;
  limits: Limit[];
  rates: RateCounter;
}

const windowSeconds = 60;

/** What is asked with one key has one limit of each kind, whichever endpoint says it: the lowest. */
export function strictest(endpoints: { name: string; limits: EndpointLimits }[]): Limit[] {
  return (['requestsPerMinute', 'tokensPerMinute'] as const).flatMap((what) => {
    const said = endpoints.flatMap(({ name, limits: { [what]: most } }) =>
      most === undefined ? [] : [{ what, most, setting: `endpoints.${name}.${what}` }],
    );
    return said.sort((one, other) => one.most - other.most).slice(0, 1);
  });
}

/** The same model, which fails as a busy one does, and is not asked, where more would be asked for than its key may. */
export function limited(model: LanguageModel, { key, limits, rates }: Limited): LanguageModel {
  const limitOf = (wanted: Limit['what']) => limits.find(({ what }) => what === wanted);
  const [requests, tokens] = [limitOf('requestsPerMinute'), limitOf('tokensPerMinute')];
  const count = ({ what }: Limit, amount: number) => rates.count(`model-${what}`, key, windowSeconds, amount);

  /** @param alone what goes beyond the limit by itself is not refused: it could never be asked. */
  async function admit(limit: Limit, amount: number, alone: boolean): Promise<void> {
    const counted = await count(limit, amount);
    if (counted.count <= limit.most || (alone && counted.count === amount)) return;
    const message = `${model.id} is not asked: its key is at its limit of ${limit.most} (${limit.setting}).`;
    throw new RetryableError('model_unavailable', message, { retryAfterMs: counted.leftMs });
  }

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    const reserved = tokens ? promptTokens(request) : 0;
    if (requests) await admit(requests, 1, false);
    if (tokens) await admit(tokens, reserved, true);
    for await (const chunk of model.stream(request, signal)) {
      if (tokens && chunk.type === 'end') {
        const more = chunk.usage.inputTokens + chunk.usage.outputTokens - reserved;
        // Too much for this minute, it keeps others from asking; this answer is there.
        if (more > 0) await count(tokens, more).catch(() => {});
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
