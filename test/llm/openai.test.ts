import type { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { FatalError, RetryableError } from '../../src/errors.js';
import type { ModelMessage } from '../../src/llm/llm.js';
import { openaiModel } from '../../src/llm/openai/model.js';
import { hear, languageModelContract, modelRequest, weather } from '../../src/testing/language-model.js';
import { apiKey, delta, done, scripted } from './openai-server.js';
import { events, json, scriptedServer, silence } from './scripted-server.js';
import { simulator } from './simulator.js';

let mock: LLMock;
beforeAll(async () => {
  mock = await simulator();
});
afterAll(() => mock.stop());

languageModelContract('openai', async () => ({
  model: openaiModel({ apiKey, baseURL: `${mock.url}/v1`, model: 'gpt-4.1-mini' }),
}));

describe('openai: the request', () => {
  test('carries system text, images, calls and results as OpenAI wants them', async () => {
    const { url, received } = await scriptedServer(events([delta({ content: 'ok' }, 'stop'), done]));
    const model = openaiModel({ apiKey, baseURL: `${url}/v1`, model: 'm', abilities: { sees: true } });
    const messages: ModelMessage[] = [
      {
        role: 'user',
        text: 'look',
        images: [
          { mediaType: 'image/png', bytes: Uint8Array.of(1, 2, 3) },
          { mediaType: 'image/tiff', bytes: Uint8Array.of(4) },
        ],
      },
      {
        role: 'assistant',
        text: '',
        calls: [
          { id: 'a', name: 'weather', arguments: '{"city":"X"}' },
          { id: 'b', name: 'weather', arguments: '{broken' },
        ],
      },
      { role: 'tool', callId: 'a', name: 'weather', text: 'dry' },
      { role: 'tool', callId: 'b', name: 'weather', text: 'wet' },
    ];
    await hear(model, modelRequest(messages, { tools: [weather], temperature: 0.3 }));
    const [{ path, headers, body }] = received as [(typeof received)[0]];
    expect(path).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe(`Bearer ${apiKey}`);
    expect(headers['openai-organization']).toBeUndefined();
    expect(body).toMatchObject({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 500,
      temperature: 0.3,
      tools: [{ type: 'function', function: { name: 'weather' } }],
      messages: [
        { role: 'system', content: 'You are Ada.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '[the hub]\n| look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [{ id: 'a' }, { id: 'b' }] },
        { role: 'tool', tool_call_id: 'a', content: '[result of "weather"]\n| dry' },
        { role: 'tool', tool_call_id: 'b', content: '[result of "weather"]\n| wet' },
      ],
    });
    expect(body.messages[1].content).toHaveLength(2);
    expect(() => JSON.parse(body.messages[2].tool_calls[1].function.arguments)).not.toThrow();
    expect(body.tools[0].function).not.toHaveProperty('phrases');
  });

  test('leaves out what there is none of', async () => {
    const { model, received } = await scripted(events([delta({ content: 'ok' }, 'stop')]));
    await hear(model, modelRequest('hi', { system: [] }));
    const { body } = received[0] as (typeof received)[0];
    expect(body.messages).toEqual([{ role: 'user', content: '[the hub]\n| hi' }]);
    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('temperature');
  });

  test('speaks to Ollama, which wants no key and sees no images', async () => {
    const { url, received } = await scriptedServer(events([delta({ content: 'hoi' }, 'stop'), done]));
    const model = openaiModel({
      id: 'ollama:llama3.2',
      baseURL: `${url}/v1`,
      apiKey: 'ollama',
      model: 'llama3.2',
    });
    const image = { mediaType: 'image/png', bytes: Uint8Array.of(1) };
    expect(model).toMatchObject({ id: 'ollama:llama3.2', abilities: { sees: false } });
    const { text, end } = await hear(model, modelRequest([{ role: 'user', text: 'hi', images: [image] }]));
    expect(text).toBe('hoi');
    expect(end?.usage).toEqual({ inputTokens: 0, outputTokens: 0 });
    expect(received[0]?.headers.authorization).toBe('Bearer ollama');
    expect(received[0]?.body.messages[1]).toEqual({ role: 'user', content: '[the hub]\n| hi' });
  });

  test('needs no key for a server other than OpenAI, and does not take one from the environment', async () => {
    process.env.OPENAI_API_KEY = 'sk-from-the-environment';
    onTestFinished(() => {
      delete process.env.OPENAI_API_KEY;
    });
    const { url, received } = await scriptedServer(events([delta({ content: 'ok' }, 'stop')]));
    await hear(openaiModel({ baseURL: url, model: 'm' }), modelRequest('hi'));
    expect(received[0]?.headers.authorization).toBe('Bearer none');
  });
});

describe('openai: failures', () => {
  test('429, then success: says how long to wait, and does not retry by itself', async () => {
    mock.clearRequests();
    const model = openaiModel({ apiKey, baseURL: `${mock.url}/v1`, model: 'm' });
    mock.nextRequestError(429, { message: 'Rate limit reached', type: 'rate_limit_error' });
    const failure = await hear(model, modelRequest('hi')).catch((error) => error);
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure).toMatchObject({ code: 'model_unavailable', retryAfterMs: 1000 });
    expect(mock.getRequests()).toHaveLength(1);
    expect((await hear(model, modelRequest('hi'))).end?.finish).toBe('stop');
  });

  test.each([
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '2.5' }, 2500],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('waits as %j says: %s ms', async (headers, retryAfterMs) => {
    const { model } = await scripted(
      json(503, { error: { message: 'overloaded' } }, headers as Record<string, string>),
    );
    const failure = await hear(model, modelRequest('hi')).catch((error) => error);
    expect(failure).toMatchObject({ code: 'model_unavailable', retryAfterMs });
  });

  test.each([408, 409, 429, 500, 502, 503, 529])('%d can be tried again', async (status) => {
    const { model, received } = await scripted(json(status, { error: { message: 'x' } }));
    await expect(hear(model, modelRequest('hi'))).rejects.toMatchObject({
      code: 'model_unavailable',
      retryable: true,
    });
    expect(received).toHaveLength(1);
  });

  test.each([
    [400, 'OPENAI_MODEL'],
    [401, 'OPENAI_API_KEY'],
    [403, 'OPENAI_API_KEY'],
    [404, 'OPENAI_MODEL'],
    [422, 'OPENAI_MODEL'],
  ])('%d is for good, names %s and not the key', async (status, setting) => {
    const message = `Incorrect API key provided: ${apiKey} or sk-test-ab**********mnop.`;
    const { model } = await scripted(json(status, { error: { message, type: 'invalid_request_error' } }));
    const failure = await hear(model, modelRequest('hi')).catch((error) => error);
    expect(failure).toBeInstanceOf(FatalError);
    expect(failure.code).toBe('model_refused');
    expect(failure.message).toContain(setting);
    expect(`${failure.stack} ${JSON.stringify(failure)} ${failure.cause}`).not.toMatch(/abcdef|mnop/);
  });

  test.each([
    ['x', 'exactly x, or next to x', 'exactly x, or next to x'],
    ['model', 'no model of that name', 'no model of that name'],
    ['local-key', 'your local-key is odd', 'your [redacted] is odd'],
    [' local-key\n', 'your local-key is odd', 'your [redacted] is odd'],
    ['local-key-at-the-cut', `${'y'.repeat(290)} local-key-at-the-cut`, `${'y'.repeat(290)} [redacted…`],
    ['local-key', `${'y'.repeat(294)} sk-of-another`, `${'y'.repeat(294)} [reda…`],
  ])('[http-and-cli.19] a key %j leaves what is said readable', async (apiKey, message, told) => {
    const { url } = await scriptedServer(json(400, { error: { message, type: 'invalid_request_error' } }));
    const model = openaiModel({ apiKey, baseURL: `${url}/v1`, model: 'm' });
    const failure = await hear(model, modelRequest('hi')).catch((error) => error);
    expect(failure.message).toMatch(/rejected the request for m/);
    expect(failure.message.endsWith(`It said: ${told}`)).toBe(true);
  });

  test('an empty account is for good', async () => {
    const { model } = await scripted(
      json(429, { error: { message: 'You exceeded', code: 'insufficient_quota' } }),
    );
    await expect(hear(model, modelRequest('hi'))).rejects.toMatchObject({
      code: 'model_refused',
      retryable: false,
    });
  });

  test('a server that is not there can be tried again, and is named', async () => {
    const model = openaiModel({
      id: 'ollama:m',
      settings: { model: 'OLLAMA_MODEL', url: 'OLLAMA_HOST' },
      apiKey: 'ollama',
      baseURL: 'http://127.0.0.1:9/v1',
      model: 'm',
    });
    const failure = await hear(model, modelRequest('hi')).catch((error) => error);
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toMatch(/127\.0\.0\.1:9.*OLLAMA_HOST/);
  });

  test('a missing or broken key never reaches the network', async () => {
    const missing = openaiModel({ model: 'gpt-4.1-mini' });
    await expect(hear(missing, modelRequest('hi'))).rejects.toMatchObject({
      code: 'model_refused',
      message: expect.stringContaining('OPENAI_API_KEY'),
    });
    const broken = openaiModel({ apiKey: 'sk-secret\u2026key', model: 'gpt-4.1-mini' });
    const failure = await hear(broken, modelRequest('hi')).catch((error) => error);
    expect(failure.code).toBe('model_refused');
    expect(failure.message).not.toContain('secret');
  });

  test.each([
    ['before the answer', silence],
    ['within it', events([delta({ content: 'Once' })], 'stall')],
  ])('a stall %s ends with the signal’s reason', async (_, script) => {
    const { model } = await scripted(script);
    const signal = AbortSignal.timeout(150);
    await expect(hear(model, modelRequest('hi'), signal)).rejects.toBe(await reasonOf(signal));
  });
});

/** Waits for the abort, as the comparison is made at once. */
function reasonOf(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
}
