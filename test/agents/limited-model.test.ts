import type { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limited, strictest } from '../../src/agents/limited-model.js';
import type { EndpointLimits } from '../../src/config.js';
import { openaiModel } from '../../src/llm/openai/model.js';
import { InProcessRates } from '../../src/rate/in-process.js';
import { hear, languageModelContract, modelRequest } from '../../src/testing/language-model.js';
import { events, scriptedServer } from '../llm/scripted-server.js';
import { simulator } from '../llm/simulator.js';
import { chunk } from '../support/providers.js';

let mock: LLMock;
beforeAll(async () => {
  mock = await simulator();
});
afterAll(() => mock.stop());

const most = { requestsPerMinute: 1000, tokensPerMinute: 1_000_000 };
const limitedBy = (limits: EndpointLimits, rates = new InProcessRates()) => ({
  ...{ key: 'k', limits: strictest([{ name: 'a', limits }]), rates },
});

languageModelContract('a limited model', async () => ({
  model: limited(
    openaiModel({ apiKey: 'k', baseURL: `${mock.url}/v1`, model: 'gpt-4.1-mini' }),
    limitedBy(most),
  ),
}));

describe('a limited model', () => {
  const usage = (total: number) => ({
    choices: [],
    usage: { prompt_tokens: total - 1, completion_tokens: 1 },
  });
  const asked = async (limits: EndpointLimits, total = 20) => {
    const { url, received } = await scriptedServer(
      events([chunk({ content: 'ok' }), chunk({}, 'stop'), usage(total), '[DONE]']),
    );
    const rates = new InProcessRates();
    const make = (of = limits, key = 'k') =>
      limited(openaiModel({ apiKey: 'k', baseURL: `${url}/v1`, model: 'm' }), {
        ...limitedBy(of, rates),
        key,
      });
    return { make, received };
  };
  const over = (what: string) => ({
    ...{ code: 'model_unavailable', retryable: true },
    message: expect.stringContaining(`endpoints.a.${what}`),
    retryAfterMs: expect.closeTo(60_000, -4),
  });
  const hi = modelRequest('hi');

  it('is asked so often in a minute, by everybody with its key, and says when again', async () => {
    const { make, received } = await asked({ requestsPerMinute: 3 });
    const [one, other] = [make(), make()];
    const asking = Array.from({ length: 8 }, (_, i) => hear(i % 2 ? one : other, hi));
    const ended = await Promise.allSettled(asking);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const end of ended)
      if (end.status === 'rejected') expect(end.reason).toMatchObject(over('requestsPerMinute'));
    expect(received).toHaveLength(3);
    expect((await hear(make({ requestsPerMinute: 3 }, 'another'), hi)).text).toBe('ok');
  });

  it('is asked for so many tokens, however many ask at once', async () => {
    const { make, received } = await asked({ tokensPerMinute: 1000 });
    const long = modelRequest('word '.repeat(300));
    const ended = await Promise.allSettled(Array.from({ length: 6 }, () => hear(make(), long)));
    const answered = ended.filter(({ status }) => status === 'fulfilled').length;
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(4);
    expect(received).toHaveLength(answered);
    await expect(hear(make(), long)).rejects.toMatchObject(over('tokensPerMinute'));
  });

  it('counts what the answer took, too', async () => {
    const { make } = await asked({ tokensPerMinute: 1000 }, 990);
    await hear(make(), hi);
    await expect(hear(make(), hi)).rejects.toMatchObject(over('tokensPerMinute'));
  });

  it('is asked with one prompt that is beyond the limit by itself, where it is alone', async () => {
    const { make } = await asked({ tokensPerMinute: 10 });
    expect((await hear(make(), hi)).text).toBe('ok');
    await expect(hear(make(), hi)).rejects.toMatchObject(over('tokensPerMinute'));
  });
});
