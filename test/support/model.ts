import type { LanguageModel, ModelChunk, ModelRequest } from '../../src/llm/llm.js';

type Answer = string | { calls: { name: string; arguments: string; id?: string }[]; text?: string };

/** A model that answers as the test says; text comes word by word. What it was asked is kept in `requests`. */
export function scriptedModel(
  answer: (request: ModelRequest, signal: AbortSignal) => Answer | Promise<Answer>,
): LanguageModel & { requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    id: 'scripted:test',
    abilities: { sees: true, hears: false, tools: true },
    requests,
    async *stream(request, signal): AsyncGenerator<ModelChunk> {
      requests.push(request);
      const said = await answer(request, signal);
      const { text = '', calls = [] } = typeof said === 'string' ? { text: said } : said;
      for (const word of text.match(/\s*\S+\s*?/g) ?? []) yield { type: 'text', text: word };
      for (const [i, call] of calls.entries()) {
        yield { type: 'call', call: { id: call.id ?? `call-${requests.length}-${i}`, ...call } };
      }
      const usage = { inputTokens: 10, outputTokens: 5 };
      yield { type: 'end', finish: calls.length > 0 ? 'calls' : 'stop', usage };
    },
  };
}

/** The text of the last user message of a request. */
export function lastSaid(request: ModelRequest): string {
  return request.messages.findLast((message) => message.role === 'user')?.text ?? '';
}
