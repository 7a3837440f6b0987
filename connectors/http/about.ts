/** The routes of the API as the hub's OpenAPI document shows them. */
import { z } from 'zod';
import type { RouteAbout } from '../../src/extension-api.js';
import { Payload } from './normalize.js';

type Fields = Record<string, object>;

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const moment = { type: 'string', format: 'date-time' };
const example = '2026-03-29T08:00:00.000Z';
const json = (schema: object, example: unknown) => ({ 'application/json': { schema, example } });
const object = (properties: Fields, optional: Fields = {}) => ({
  ...{ type: 'object', properties: { ...properties, ...optional } },
  ...{ required: Object.keys(properties), additionalProperties: false },
});

const usage = object({ inputTokens: { type: 'integer' }, outputTokens: { type: 'integer' } });
const action = object({
  ...{ name: text, arguments: { description: 'as JSON, or as the model wrote it' }, state: text },
  ...{ result: textOrNull, ok: { type: 'boolean' }, durationMs: { type: 'number' } },
});
const reply = {
  ...object({ id: text, text, actions: { type: 'array', items: action }, usage, createdAt: moment }),
  type: ['object', 'null'],
};
const sent = object({ messageId: text, roomId: text, turnId: textOrNull, reply });
const usageExample = { inputTokens: 12, outputTokens: 8 };
const sentExample = {
  ...{ messageId: 'm-1', roomId: 'user:alice', turnId: '0190f3a2-5b1c-7d3e-9f00-3a1b2c4d5e6f' },
  reply: { id: 'r-1', text: 'We open at nine.', actions: [], usage: usageExample, createdAt: example },
};
const accepted = object({ messageId: text, roomId: text, status: { enum: ['accepted', 'ignored'] } });
const said = { text: 'When do you open?', userId: 'alice' };

const author = object(
  { id: text },
  { name: text, bot: { type: 'boolean' }, groups: { type: 'array', items: text } },
);
const attachment = object({ name: text, mediaType: text, size: { type: 'integer' } });
const message = object(
  {
    ...{ id: text, role: text, text, author: { ...author, additionalProperties: true }, status: text },
    ...{ turnId: textOrNull, replyTo: textOrNull, createdAt: moment },
  },
  {
    messageId: { ...text, description: 'of people’s messages: the id that the sender gave it' },
    attachments: { type: 'array', items: attachment },
  },
);
const failure = { ...object({ code: text, message: text }), type: ['object', 'null'] };
const turn = object(
  {
    ...{ id: text, status: { enum: ['waiting', 'done', 'failed', 'stopped'] } },
    ...{ covers: { type: 'array', items: text }, replyId: textOrNull, model: textOrNull, usage },
    ...{ attempt: { type: 'integer' }, error: failure, actions: { type: 'array', items: action } },
    ...{ startedAt: moment, finishedAt: moment },
  },
  { waitsUntil: moment, continuedBy: text, passedOver: { type: 'array', items: { type: 'object' } } },
);

const events =
  'event: turn.started\ndata: {"turnId":"t-1","covers":["m-1"],"attempt":1}\n\nevent: text.delta\ndata: {"text":"We open"}\n\n';

export const about: readonly RouteAbout[] = [
  {
    ...{ method: 'POST', path: '/:agentId/message', name: 'messages.send' },
    about:
      'say something to an agent, and get its reply; as a stream with `Accept: text/event-stream`, or not at all with `Prefer: respond-async`',
    body: {
      ...json(z.toJSONSchema(Payload, { io: 'input' }), said),
      'multipart/form-data': {
        schema: object(
          { text, userId: text },
          { file: { type: 'array', items: { ...text, contentMediaType: 'application/octet-stream' } } },
        ),
        example: said,
      },
    },
    answers: {
      200: {
        description: 'the reply; null: the agent does not answer this',
        content: {
          ...json(sent, sentExample),
          'text/event-stream': {
            schema: {
              ...text,
              description: 'turn.started, text.delta, action.*, and at last reply, turn.failed or error',
            },
            example: events,
          },
        },
      },
      202: {
        description:
          'it was taken; the reply is posted to the `callbackUrl`, or, with `Prefer: respond-async`, only read from the room',
        content: json(accepted, { messageId: 'm-1', roomId: 'user:alice', status: 'accepted' }),
      },
    },
  },
  {
    ...{ method: 'GET', path: '/:agentId/rooms/:roomId/messages', name: 'messages.read' },
    about: 'what was said in a room, by the name that callers give it',
    query: {
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      order: { enum: ['oldest', 'newest'], default: 'oldest' },
      cursor: {
        type: 'string',
        minLength: 1,
        maxLength: 1024,
        description: 'the nextCursor of an earlier answer',
      },
    },
    answers: {
      200: {
        description: 'a page',
        content: json(
          object({
            messages: { type: 'array', items: message },
            nextCursor: textOrNull,
            hubRoomId: { ...text, description: 'as operations and events name the room' },
          }),
          { messages: [], nextCursor: null, hubRoomId: 'room_0190f3a25b1c7d3e9f003a1b2c4d5e6f' },
        ),
      },
    },
  },
  {
    ...{
      method: 'GET',
      path: '/:agentId/rooms/:roomId/messages/:messageId/files/:index',
      name: 'messages.file',
    },
    about: "a file of a message, by its place from 0 on; the message's id is the one that reading gives",
    answers: {
      200: {
        description: 'its bytes',
        content: { '*/*': { schema: { type: 'string' }, example: 'bytes' } },
      },
    },
  },
  {
    ...{ method: 'GET', path: '/:agentId/turns/:turnId', name: 'messages.turn' },
    about: 'a finished turn',
    answers: {
      200: {
        description: 'what it did',
        content: json(turn, {
          ...{
            id: 't-1',
            status: 'done',
            covers: ['m-1'],
            replyId: 'r-1',
            model: 'offline',
            usage: usageExample,
          },
          ...{ attempt: 1, error: null, actions: [], startedAt: example, finishedAt: example },
        }),
      },
    },
  },
];
