import { describe, expect, test } from 'vitest';
import { RetryableError } from '../../src/errors.js';
import { hear, modelRequest, weather } from '../../src/testing/language-model.js';
import { call, delta, done, scripted } from './openai-server.js';
import { events } from './scripted-server.js';

describe('openai: the stream', () => {
  test('puts parallel calls together from interleaved fragments', async () => {
    const { model } = await scripted(
      events([
        call({ index: 0, id: 'a', function: { name: 'weather', arguments: '' } }),
        call({ index: 1, id: 'b', function: { name: 'clock', arguments: '{"z' } }),
        call({ index: 0, function: { arguments: '{"city":' } }),
        call({ index: 1, function: { arguments: 'one":"UTC"}' } }),
        call({ index: 0, function: { arguments: '"Utrecht"}' } }),
        delta({}, 'tool_calls'),
        {
          ...{ id: 'c', choices: [] },
          usage: {
            ...{ prompt_tokens: 12, prompt_tokens_details: { cached_tokens: 8 } },
            ...{ completion_tokens: 7, completion_tokens_details: { reasoning_tokens: 4 } },
          },
        },
        done,
      ]),
    );
    const { calls, end } = await hear(model, modelRequest('go', { tools: [weather] }));
    expect(calls).toEqual([
      { id: 'a', name: 'weather', arguments: '{"city":"Utrecht"}' },
      { id: 'b', name: 'clock', arguments: '{"zone":"UTC"}' },
    ]);
    const usage = { inputTokens: 12, cachedTokens: 8, outputTokens: 7 };
    expect(end).toEqual({ type: 'end', finish: 'calls', usage });
  });

  test.each([
    [
      'no index, no id',
      [
        call({ function: { name: 'one', arguments: '{"a":1}' } }),
        call({ function: { name: 'two', arguments: '{"b":2}' } }),
      ],
    ],
    [
      'index 0 for all, ids differ',
      [
        call({ index: 0, id: 'x', function: { name: 'one', arguments: '{"a":1}' } }),
        call({ index: 0, id: 'y', function: { name: 'two', arguments: '{"b":2}' } }),
      ],
    ],
    [
      'id and name in every fragment',
      [
        call({ index: 0, id: 'x', function: { name: 'one', arguments: '{"a"' } }),
        call({ index: 0, id: 'x', function: { name: 'one', arguments: ':1}' } }),
        call({ index: 1, id: 'y', function: { name: 'two', arguments: '{"b":2}' } }),
      ],
    ],
    [
      'arguments as an object',
      [
        call({ index: 0, function: { name: 'one', arguments: { a: 1 } } }),
        call({ index: 1, function: { name: 'two', arguments: { b: 2 } } }),
      ],
    ],
  ])('reads calls of careless servers: %s', async (_, chunks) => {
    const { model } = await scripted(events([...chunks, delta({}, 'stop'), done]));
    const { calls, end } = await hear(model, modelRequest('go', { tools: [weather] }));
    expect(calls.map(({ name, arguments: words }) => [name, words])).toEqual([
      ['one', '{"a":1}'],
      ['two', '{"b":2}'],
    ]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    expect(calls.every(({ id }) => id !== '')).toBe(true);
    expect(end?.finish).toBe('calls');
  });

  test('gives a call without arguments an empty object', async () => {
    const { model } = await scripted(
      events([call({ index: 0, id: 'a', function: { name: 'clock' } }), delta({}, 'tool_calls')]),
    );
    expect((await hear(model, modelRequest('go'))).calls).toEqual([
      { id: 'a', name: 'clock', arguments: '{}' },
    ]);
  });

  test.each([
    ['stop', 'stop'],
    ['eos_token', 'stop'],
    ['length', 'length'],
    ['content_filter', 'filtered'],
    ['tool_calls', 'stop'],
  ])('finish reason %s without calls is %s', async (reason, finish) => {
    const { model } = await scripted(events([delta({ content: 'x' }), delta({}, reason), done]));
    expect((await hear(model, modelRequest('go'))).end?.finish).toBe(finish);
  });

  test('drops a call that the length limit cut in two', async () => {
    const { model } = await scripted(
      events([
        call({ index: 0, id: 'a', function: { name: 'weather', arguments: '{"ci' } }),
        delta({}, 'length'),
      ]),
    );
    const { calls, end } = await hear(model, modelRequest('go'));
    expect(calls).toEqual([]);
    expect(end?.finish).toBe('length');
  });

  test('takes a closing usage report for an end where no reason is given', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    const { model } = await scripted(
      events([delta({ content: 'x' }), { id: 'c', choices: [], usage }, done]),
    );
    expect((await hear(model, modelRequest('go'))).end).toMatchObject({
      finish: 'stop',
      usage: { inputTokens: 3 },
    });
  });

  test.each(['end', 'cut'] as const)('a stream cut short (%s) can be tried again', async (then) => {
    const { model } = await scripted(events([delta({ content: 'Once upon' })], then));
    await expect(hear(model, modelRequest('go'))).rejects.toMatchObject({
      code: 'model_unavailable',
      retryable: true,
    });
  });

  test('garbage in the stream can be tried again', async () => {
    const { model } = await scripted(events([delta({ content: 'Once' }), '{not json']));
    await expect(hear(model, modelRequest('go'))).rejects.toBeInstanceOf(RetryableError);
  });

  test.each([
    [{ error: { message: 'busy', code: 502 } }, true],
    [{ error: { message: 'slow down', type: 'rate_limit_error' } }, true],
    [{ error: { message: 'no', code: 400 } }, false],
    [{ error: { message: 'no', type: 'invalid_request_error' } }, false],
  ])('a failure inside the stream is read: %j', async (failure, retryable) => {
    const { model } = await scripted(events([failure]));
    await expect(hear(model, modelRequest('go'))).rejects.toMatchObject({ retryable });
  });
});

describe('openai: the end of a stream', () => {
  test('is there once all is said, however long the connection stays open', async () => {
    const { model } = await scripted(events([delta({ content: 'All said.' }, 'stop')], 'stall'));
    const { text, end } = await hear(model, modelRequest('hi'));
    expect([text, end?.finish]).toEqual(['All said.', 'stop']);
  });

  test('that is an error is none', async () => {
    const { model } = await scripted(events([delta({ content: 'Once' }), delta({}, 'error'), done]));
    await expect(hear(model, modelRequest('hi'))).rejects.toMatchObject({ code: 'model_unavailable' });
  });
});
