/** Answers in the form of JSON-RPC, and results of tools. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { CarrierError, type FailureAnswer } from '../../src/extension-api.js';

/** Implementation-defined, as JSON-RPC has it; what was wrong is said by the message, the HTTP status and `data`. */
const serverError = -32_000;

export const failureBody: FailureAnswer = ({ status, code, message, field }) => ({
  status,
  body: { jsonrpc: '2.0', id: null, error: { code: serverError, message, data: { code, field } } },
});

/** For programs as it is, for models as text. */
export function resultOf(value: object, text = JSON.stringify(value)): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: { ...value } };
}

/** What the model is told, so that it may do better. @throws whatever is a fault of the hub's own */
export function problemOf(error: unknown): CallToolResult {
  if (!(error instanceof CarrierError) || error.code === 'internal') throw error;
  const { code, message, field } = error;
  return {
    isError: true,
    content: [{ type: 'text', text: message }],
    structuredContent: { error: { code, message, ...(field !== undefined && { field }) } },
  };
}
