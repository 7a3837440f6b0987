import type { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { FatalError, RetryableError } from '../../src/errors.js';
import { anthropicModel } from '../../src/llm/anthropic/model.js';
import type { ModelMessage } from '../../src/llm/llm.js';
import { hear, languageModelContract, modelRequest, weather } from '../../src/testing/language-model.js';
import { events, json, type Script, scriptedServer, silence } from './scripted-server.js';
import { simulator } from './simulator.js';

const apiKey = 'sk-ant-abcdefghijklmnop';

let mock: LLMock;
beforeAll(async () => {
  mock = await simulator();
});
afterAll(() => mock.stop());

languageModelContract('anthropic', async () => ({
  model: anthropicModel({ apiKey, baseURL: mock.url, model: 'claude-sonnet-5-5' }),
}));

async function scripted(...scripts: Script[]) {
  const { url, received } = await scriptedServer(...scripts);
  return { model: anthropicModel({ apiKey, baseURL: url, model: 'm' }), received };
}

const start = {
  type: 'message_start',
  message: { usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 } },
};
const block = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta });
const end = (stop_reason: string | null) => [
  { type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];
const text = (words: string) => [
  block(0, { type: 'text', text: '' }),
  delta(0, { type: 'text_delta', text: words }),
  { type: 'content_block_stop', index: 0 },
];
const ok = events([start, ...text('ok'), ...end('end_turn')]);

describe('anthropic: the request', () => {
  test('carries system text, images, calls and results as Anthropic wants them', async () => {
    const { model, received } = await scripted(ok);
    const messages: ModelMessage[] = [
      { role: 'assistant', text: 'Earlier.' },
      { role: 'user', text: 'look', images: [{ mediaType: 'image/png', bytes: Uint8Array.of(1, 2, 3) }] },
      { role: 'user', text: ' ' },
      { role: 'user', text: 'and answer' },
      {
        role: 'assistant',
        text: '',
        calls: [
          { id: 'a', name: 'weather', arguments: '{"city":"X"}' },
          { id: 'b', name: 'weather', arguments: '[broken' },
        ],
      },
      { role: 'tool', callId: 'a', name: 'weather', text: 'dry' },
      { role: 'tool', callId: 'b', name: 'weather', text: '' },
      { role: 'user', text: 'Write it once more.' },
    ];
    await hear(model, modelRequest(messages, { tools: [weather], temperature: 0.3 }));
    const { path, headers, body } = received[0] as (typeof received)[0];
    expect(path).toBe('/v1/messages');
    expect(JSON.stringify(headers)).toContain(apiKey);
    expect(body).toMatchObject({ model: 'm', stream: true, max_tokens: 500, system: 'You are Ada.' });
    // This version of the API rejects a temperature.
    expect(body).not.toHaveProperty('temperature');
    expect(body.tools).toEqual([
      { name: 'weather', description: weather.description, input_schema: weather.parameters },
    ]);
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: expect.stringContaining('earlier') }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Earlier.' }] },
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AQID' } },
          { type: 'text', text: '[the hub]\n| look' },
          { type: 'text', text: '[the hub]\n|  ' },
          { type: 'text', text: '[the hub]\n| and answer' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'X' } },
          { type: 'tool_use', id: 'b', name: 'weather', input: { invalid_arguments: '[broken' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: '[result of "weather"]\n| dry' },
          { type: 'tool_result', tool_use_id: 'b', content: '[result of "weather"]' },
          { type: 'text', text: '[the hub]\n| Write it once more.' },
        ],
      },
    ]);
  });

  test('is never empty, and never ends with the assistant', async () => {
    const { model, received } = await scripted(ok);
    await hear(model, modelRequest([], { system: [{ kind: 'instructions', text: ' ' }] }));
    await hear(
      model,
      modelRequest([
        { role: 'user', text: 'a' },
        { role: 'assistant', text: 'b' },
      ]),
    );
    const roles = received.map(({ body }) => body.messages.map(({ role }: { role: string }) => role));
    expect(roles).toEqual([['user'], ['user', 'assistant', 'user']]);
    expect(received[0]?.body).not.toHaveProperty('system');
    expect(received[0]?.body).not.toHaveProperty('tools');
  });

  test('returns thoughts, word for word, with the results of the calls they led to', async () => {
    const thinking = events([
      start,
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'The weather ' }),
      delta(0, { type: 'thinking_delta', thinking: 'it is.' }),
      delta(0, { type: 'signature_delta', signature: 'signed' }),
      block(1, { type: 'redacted_thinking', data: 'hidden' }),
      block(2, { type: 'tool_use', id: 'a', name: 'weather', input: {} }),
      ...end('tool_use'),
    ]);
    const { model, received } = await scripted(thinking, ok);
    const question: ModelMessage = { role: 'user', text: 'weather?' };
    const first = await hear(model, modelRequest([question], { tools: [weather] }));
    expect(first.text).toBe('');
    await hear(
      model,
      modelRequest([
        question,
        { role: 'assistant', text: '', calls: first.calls },
        { role: 'tool', callId: 'a', name: 'weather', text: 'dry' },
      ]),
    );
    expect(received[1]?.body.messages[1].content).toEqual([
      { type: 'thinking', thinking: 'The weather it is.', signature: 'signed' },
      { type: 'redacted_thinking', data: 'hidden' },
      { type: 'tool_use', id: 'a', name: 'weather', input: {} },
    ]);
  });
});

describe('anthropic: the stream', () => {
  test('puts parallel calls together from fragments', async () => {
    const { model } = await scripted(
      events([
        start,
        ...text('Let me see.'),
        block(1, { type: 'tool_use', id: 'a', name: 'weather', input: {} }),
        delta(1, { type: 'input_json_delta', partial_json: '{"city"' }),
        delta(1, { type: 'input_json_delta', partial_json: ': "Utrecht"}' }),
        block(2, { type: 'tool_use', id: 'b', name: 'clock', input: {} }),
        delta(2, { type: 'input_json_delta', partial_json: '' }),
        block(3, { type: 'tool_use', id: 'c', name: 'whole', input: { at: 'once' } }),
        ...end('tool_use'),
      ]),
    );
    const heard = await hear(model, modelRequest('go', { tools: [weather] }));
    expect(heard.text).toBe('Let me see.');
    expect(heard.calls).toEqual([
      { id: 'a', name: 'weather', arguments: '{"city": "Utrecht"}' },
      { id: 'b', name: 'clock', arguments: '{}' },
      { id: 'c', name: 'whole', arguments: '{"at":"once"}' },
    ]);
    // What was cached is counted outside of the input there, and is a part of it here.
    const usage = { inputTokens: 15, cachedTokens: 5, outputTokens: 9 };
    expect(heard.end).toEqual({ type: 'end', finish: 'calls', usage });
  });

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'filtered'],
    ['something_new', 'stop'],
    [null, 'stop'],
  ])('stop reason %s is %s', async (reason, finish) => {
    const { model } = await scripted(events([start, ...text('x'), ...end(reason)]));
    expect((await hear(model, modelRequest('go'))).end?.finish).toBe(finish);
  });

  test('does without usage', async () => {
    const bare = [{ type: 'message_start', message: {} }, ...text('x'), { type: 'message_stop' }];
    const { model } = await scripted(events(bare));
    expect((await hear(model, modelRequest('go'))).end?.usage).toEqual({ inputTokens: 0, outputTokens: 0 });
  });

  test('is over when it says so, however long the connection stays open', async () => {
    const { model } = await scripted(events([start, ...text('All said.'), ...end('end_turn')], 'stall'));
    expect((await hear(model, modelRequest('go'))).text).toBe('All said.');
  });

  test('drops a call that the length limit cut in two', async () => {
    const { model } = await scripted(
      events([
        start,
        block(0, { type: 'tool_use', id: 'a', name: 'weather', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '{"ci' }),
        ...end('max_tokens'),
      ]),
    );
    const { calls, end: last } = await hear(model, modelRequest('go'));
    expect(calls).toEqual([]);
    expect(last?.finish).toBe('length');
  });

  test.each(['end', 'cut'] as const)('a stream cut short (%s) can be tried again', async (then) => {
    const { model } = await scripted(events([start, ...text('Once upon')], then));
    await expect(hear(model, modelRequest('go'))).rejects.toMatchObject({
      code: 'model_unavailable',
      retryable: true,
    });
  });

  test.each([
    ['overloaded_error', true],
    ['api_error', true],
    ['rate_limit_error', true],
    ['invalid_request_error', false],
    ['authentication_error', false],
  ])('%s inside the stream is read', async (type, retryable) => {
    const { model } = await scripted(events([start, { type: 'error', error: { type, message: 'x' } }]));
    await expect(hear(model, modelRequest('go'))).rejects.toMatchObject({ retryable });
  });
});

describe('anthropic: failures', () => {
  test('429, then success: says how long to wait, and does not retry by itself', async () => {
    mock.clearRequests();
    const model = anthropicModel({ apiKey, baseURL: mock.url, model: 'm' });
    mock.nextRequestError(429, { message: 'Rate limit reached', type: 'rate_limit_error' });
    const failure = await hear(model, modelRequest('hi')).catch((error) => error);
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure).toMatchObject({ code: 'model_unavailable', retryAfterMs: 1000 });
    expect(mock.getRequests()).toHaveLength(1);
    expect((await hear(model, modelRequest('hi'))).end?.finish).toBe('stop');
  });

  test.each([408, 429, 500, 503, 529])('%d can be tried again', async (status) => {
    const { model, received } = await scripted(
      json(
        status,
        { type: 'error', error: { type: 'overloaded_error', message: 'x' } },
        { 'retry-after': '3' },
      ),
    );
    await expect(hear(model, modelRequest('hi'))).rejects.toMatchObject({
      retryable: true,
      retryAfterMs: 3000,
    });
    expect(received).toHaveLength(1);
  });

  test.each([
    [400, 'invalid_request_error', 'ANTHROPIC_MODEL'],
    [401, 'authentication_error', 'ANTHROPIC_API_KEY'],
    [402, 'billing_error', 'ANTHROPIC_API_KEY'],
    [403, 'permission_error', 'ANTHROPIC_API_KEY'],
    [404, 'not_found_error', 'ANTHROPIC_MODEL'],
    [413, 'request_too_large', 'ANTHROPIC_MODEL'],
  ])('%d is for good, names the setting and not the key', async (status, type, setting) => {
    const { model } = await scripted(
      json(status, { type: 'error', error: { type, message: `bad ${apiKey}` } }),
    );
    const failure = await hear(model, modelRequest('hi')).catch((error) => error);
    expect(failure).toBeInstanceOf(FatalError);
    expect(failure.message).toContain(setting);
    expect(`${failure.stack} ${failure.cause}`).not.toContain('abcdef');
  });

  test('a missing key never reaches the network, nor is one taken from the environment', async () => {
    process.env.ANTHROPIC_API_KEY = 'sk-ant-from-the-environment';
    onTestFinished(() => {
      delete process.env.ANTHROPIC_API_KEY;
    });
    await expect(hear(anthropicModel({ model: 'm' }), modelRequest('hi'))).rejects.toMatchObject({
      code: 'model_refused',
      message: expect.stringContaining('ANTHROPIC_API_KEY'),
    });
  });

  test.each([
    ['before the answer', silence],
    ['within it', events([start, ...text('Once')], 'stall')],
  ])('a stall %s ends with the signal’s reason', async (_, script) => {
    const { model } = await scripted(script);
    const reason = new Error('took too long');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 150);
    await expect(hear(model, modelRequest('hi'), controller.signal)).rejects.toBe(reason);
  });
});
