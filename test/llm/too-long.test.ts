/** [act.39] What services say of a prompt that is too long, and what sounds like it and is not. */
import { describe, expect, it } from 'vitest';
import { openaiModel } from '../../src/llm/openai/model.js';
import { failureOf } from '../../src/llm/service.js';
import { hear, modelRequest } from '../../src/testing/language-model.js';
import { events, json, type Script, scriptedServer } from './scripted-server.js';

const service = {
  provider: 'a',
  model: 'm',
  host: 'h',
  settings: { key: 'KEY', model: 'MODEL', url: 'URL' },
};
const codeOf = (status: number | undefined, error: object) =>
  failureOf(service, { status, error: { error } }).code;

describe('[act.39] a prompt that is too long', () => {
  it.each([
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
    "The input (4097 tokens) is longer than the model's context length (4096 tokens).",
    "Requested token count exceeds the model's maximum context length of 32768 tokens.",
    'prompt is too long: 213462 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
    'Input is too long for requested model.',
    'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
    "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    'Please reduce the length of the messages or completion.',
    'the request exceeds the available context size, try increasing it',
    'The number of tokens to keep from the initial prompt is greater than the context length.',
    'prompt token count of 130000 exceeds the limit of 128000',
    'invalid params, context window exceeds limit',
    'Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)',
    'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    'The prompt (total length 5000) is too long to fit into the model (context length 4096).',
    'Input prompt (5000 tokens) is too long and exceeds limit of 4096',
    '`inputs` must have less than 4096 tokens. Given: 5000',
    '`inputs` tokens + `max_new_tokens` must be <= 8192. Given: 8000 `inputs` tokens and 500 `max_new_tokens`',
    'too many tokens: total number of tokens in the prompt cannot exceed 4081',
    'Prompt exceeds max length',
    'Range of input length should be [1, 30720]',
    "Invalid 'messages[1].content': string too long. Expected a string with maximum length 10485760.",
    'prompt too long; exceeded max context length by 12 tokens',
  ])('is known by the words: %s', (message) => {
    expect(codeOf(400, { message, type: 'invalid_request_error' })).toBe('prompt_too_long');
    expect(codeOf(500, { message, type: 'server_error' })).toBe('prompt_too_long');
    expect(codeOf(undefined, { message, code: 'server_error' })).toBe('prompt_too_long');
  });

  it.each([
    [400, { code: 'context_length_exceeded', message: 'no' }],
    [400, { type: 'exceed_context_size_error', message: 'no' }],
    [413, { message: 'Payload Too Large' }],
    [413, { type: 'request_too_large', message: 'no' }],
  ])('is known by its code: %i %j', (status, error) => {
    expect(codeOf(status, error)).toBe('prompt_too_long');
  });

  it.each([
    [
      429,
      'Request too large for m on tokens per minute (TPM): Limit 30000, Requested 50000.',
      'model_unavailable',
    ],
    [429, 'Too many tokens, please wait before trying again.', 'model_unavailable'],
    [503, 'Rate limit exceeded: too many tokens in the last minute', 'model_unavailable'],
    [500, 'The server had an error while processing your request', 'model_unavailable'],
    [
      400,
      'max_tokens is too large: 99999. This model supports at most 16384 completion tokens.',
      'model_refused',
    ],
    [400, 'max_tokens: 99999 > 8192, which is the maximum allowed number of output tokens', 'model_refused'],
    [400, 'Invalid value for temperature', 'model_refused'],
    [401, 'Incorrect API key provided', 'model_refused'],
    [503, 'The engine is currently overloaded, please try again later', 'model_unavailable'],
  ])('is none: %i %s', (status, message, code) => {
    expect(codeOf(status, { message, type: status < 500 ? 'invalid_request_error' : 'server_error' })).toBe(
      code,
    );
  });

  const failed = 'Your input exceeds the context window of this model.';
  it.each<[string, Script]>([
    [
      'response.failed',
      events([
        {
          type: 'response.failed',
          response: { status: 'failed', error: { code: 'server_error', message: failed } },
        },
      ]),
    ],
    ['an error event', events([{ type: 'error', code: 'server_error', message: failed, param: null }])],
    ['the field error', events([{ error: { code: 'server_error', message: failed } }])],
    [
      'an object that is an error',
      events([{ object: 'error', message: failed, type: 'BadRequestError', code: 400 }]),
    ],
    [
      'the error of a choice',
      events([{ choices: [{ index: 0, delta: {}, error: { code: 500, message: failed } }] }]),
    ],
    ['a status', json(400, { error: { message: failed, type: 'invalid_request_error' } })],
    ['a body without the field error', json(400, { object: 'error', message: failed, code: 400 })],
    ['a body of text', (response) => void response.writeHead(400).end(failed)],
  ])('is known however it is told: %s', async (_, script) => {
    const { url } = await scriptedServer(script);
    const model = openaiModel({ apiKey: 'k', baseURL: `${url}/v1`, model: 'm' });
    await expect(hear(model, modelRequest('hi'))).rejects.toMatchObject({
      code: 'prompt_too_long',
      retryable: false,
    });
  });
});
