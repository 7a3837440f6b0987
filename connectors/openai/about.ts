/** The routes of the OpenAI API as the hub's OpenAPI document shows them. */
import { z } from 'zod';
import type { RouteAbout } from '../../src/extension-api.js';
import { completion } from './render.js';
import { Body } from './request.js';

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const integer = { type: 'integer' };
const json = (schema: object, example: unknown) => ({ 'application/json': { schema, example } });
const object = (properties: Record<string, object>, more = false) => ({
  ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: more },
});

const error = object({ message: text, type: text, param: textOrNull, code: textOrNull });
const failures = {
  schema: object({ error }),
  example: {
    error: {
      message: 'There is no agent "nobody" here.',
      ...{ type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
    },
  },
};

const model = object({ id: text, object: { const: 'model' }, created: integer, owned_by: text });
const modelExample = { id: 'assistant', object: 'model', created: 1_774_771_200, owned_by: 'carrier' };

const room = {
  description: 'the room that it was said in, percent-encoded',
  schema: text,
};
const whole = object({
  ...{ id: text, object: { const: 'chat.completion' }, created: integer, model: text },
  choices: {
    ...{ type: 'array', minItems: 1, maxItems: 1 },
    items: object({
      index: integer,
      message: object({ role: { const: 'assistant' }, content: text }, true),
      logprobs: { type: 'null' },
      finish_reason: { const: 'stop' },
    }),
  },
  usage: object({ prompt_tokens: integer, completion_tokens: integer, total_tokens: integer }),
});
const head = { id: 'chatcmpl-m-1', created: 1_774_771_200, model: 'assistant' };
const chunks =
  'data: {"id":"chatcmpl-m-1","object":"chat.completion.chunk","created":1774771200,"model":"assistant","choices":[{"index":0,"logprobs":null,"delta":{"role":"assistant","content":"We open at nine."},"finish_reason":null}]}\n\ndata: [DONE]\n\n';

export const about: readonly RouteAbout[] = [
  {
    ...{ method: 'GET', path: '/v1/models', name: 'openai.models' },
    about: 'the agents that the token may talk to, as models of the OpenAI API',
    answers: {
      200: {
        description: 'all of them',
        content: json(object({ object: { const: 'list' }, data: { type: 'array', items: model } }), {
          object: 'list',
          data: [modelExample],
        }),
      },
    },
    failures,
  },
  {
    ...{ method: 'GET', path: '/v1/models/:model', name: 'openai.model' },
    about: 'one agent as a model of the OpenAI API',
    answers: { 200: { description: 'it is there', content: json(model, modelExample) } },
    failures,
  },
  {
    ...{ method: 'POST', path: '/v1/chat/completions', name: 'openai.chat' },
    about:
      'say something to an agent as a client of the OpenAI API: what is new in its history becomes one message, in the room that the header or `user` names',
    headers: {
      'X-Carrier-Room': {
        ...{ ...text, minLength: 1, maxLength: 288, pattern: '^[!-~]+$' },
        description:
          'the room to talk in, percent-encoded as the answer has it; absent: the direct one of `user`, else by the history',
      },
      'Idempotency-Key': {
        ...{ ...text, minLength: 1, maxLength: 256, pattern: '^[!-~]+$' },
        description: 'sent again with the same one, it is the same message, and has the same answer',
      },
    },
    body: json(z.toJSONSchema(Body, { io: 'input' }), {
      model: 'assistant',
      user: 'alice',
      messages: [{ role: 'user', content: 'When do you open?' }],
    }),
    answers: {
      200: {
        description:
          'the answer; with `stream: true` in chunks. What the agent does not answer is an empty one',
        headers: { 'X-Carrier-Room': room },
        content: {
          ...json(whole, completion(head, 'We open at nine.', { inputTokens: 12, outputTokens: 8 })),
          'text/event-stream': { schema: text, example: chunks },
        },
      },
    },
    failures,
  },
];
