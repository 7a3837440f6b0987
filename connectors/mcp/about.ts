/** The route of the MCP server as the hub's OpenAPI document shows it. */
import type { RouteAbout } from '../../src/extension-api.js';
import { failureBody } from './render.js';

const text = { type: 'string' };
const version = { const: '2.0' };
const id = { type: ['string', 'integer', 'null'] };
const result = {
  ...{ type: 'object', properties: { jsonrpc: version, id, result: { type: 'object' } } },
  required: ['jsonrpc', 'id', 'result'],
};
const failed = {
  type: 'object',
  properties: {
    jsonrpc: version,
    id,
    error: {
      type: 'object',
      properties: { code: { type: 'integer' }, message: text, data: {} },
      required: ['code', 'message'],
    },
  },
  required: ['jsonrpc', 'error'],
};
const told = {
  status: 401,
  code: 'token_missing',
  message: 'Send the header "Authorization: Bearer TOKEN".',
} as const;
const failures = { schema: failed, example: failureBody(told).body };

export const about: readonly RouteAbout[] = [
  {
    ...{ method: 'POST', path: '/mcp', name: 'mcp.call' },
    about:
      'agents as tools of an MCP server (streamable HTTP): send `Accept: application/json, text/event-stream`, as MCP clients do',
    headers: {
      'MCP-Protocol-Version': {
        ...{ ...text, pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
        description: 'the revision that the client speaks; one that is not known is refused',
      },
      'Mcp-Session-Id': {
        ...{ ...text, minLength: 1, maxLength: 256, pattern: '^[!-~]+$' },
        description: 'as `initialize` gave it; good for the token that asked',
      },
    },
    body: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { jsonrpc: version, id, method: { ...text, minLength: 1 }, params: { type: 'object' } },
          required: ['jsonrpc', 'method'],
        },
        example: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      },
    },
    answers: {
      200: {
        description: 'what the method gives, or in which way it failed',
        content: {
          'application/json': {
            schema: { anyOf: [result, failed] },
            example: { jsonrpc: '2.0', id: 1, result: { tools: [] } },
          },
          'text/event-stream': {
            schema: text,
            example: 'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"tools":[]}}\n\n',
          },
        },
      },
      202: { description: 'a notification was taken: nothing is answered' },
      406: {
        description: 'the client takes no JSON, or no streams of events',
        content: { 'application/json': failures },
      },
    },
    failures,
  },
];
