/** Answers in the form of the OpenAI API. */
import type { FailureAnswer, Usage } from '../../src/extension-api.js';

export interface Head {
  /** Of the answer: `chatcmpl-` and the id of the message that it answers. */
  id: string;
  /** Unix time in seconds. */
  created: number;
  model: string;
}

export function completion({ id, created, model }: Head, content: string, usage?: Usage): object {
  const message = { role: 'assistant', content, refusal: null, annotations: [] };
  return {
    ...{ id, object: 'chat.completion', created, model },
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: usageOf(usage),
  };
}

/** @param usage undefined where the client did not ask for it. */
export function chunk(
  { id, created, model }: Head,
  choices: { delta: object; finish_reason: 'stop' | null }[],
  usage: object | null | undefined,
): object {
  return {
    ...{ id, object: 'chat.completion.chunk', created, model },
    choices: choices.map((choice) => ({ index: 0, logprobs: null, ...choice })),
    ...(usage !== undefined && { usage }),
  };
}

export function usageOf({ inputTokens, outputTokens }: Usage = { inputTokens: 0, outputTokens: 0 }): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}

/** The API's own names, where clients look for them. */
const codes: Record<string, string> = {
  agent_unknown: 'model_not_found',
  token_missing: 'invalid_api_key',
  token_invalid: 'invalid_api_key',
  token_revoked: 'invalid_api_key',
  rate_limited: 'rate_limit_exceeded',
  budget_spent: 'insufficient_quota',
};

/** What the client calls a field of the hub. */
const params: Record<string, string> = {
  agentId: 'model',
  userId: 'user',
  text: 'messages',
  roomId: 'X-Carrier-Room',
};

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

export const failureBody: FailureAnswer = ({ status, code, message, field }) => {
  const told = status === 422 ? 400 : status;
  const param = field === undefined ? null : (params[field] ?? field);
  const said = field !== undefined && message.startsWith(`${field}: `);
  const words = said ? `${param}${message.slice(field.length)}` : message;
  return {
    status: told,
    body: { error: { message: words, type: typeOf(told), param, code: codes[code] ?? code } },
  };
};
