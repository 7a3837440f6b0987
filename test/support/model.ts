import type { LanguageModel, ModelChunk, ModelRequest } from '../../src/llm/llm.js';
import { promptText } from '../../src/llm/prompt-text.js';
import { readBlocks, readMessage } from './prompt-reader.js';

type Answer = string | { calls: { name: string; arguments: string; id?: string }[]; text?: string };

/**
 * A model that answers as the test says; text comes word by word. What it was asked is kept in `requests`.
 * @param understands true: it is asked besides turns, too, for facts and summaries
 */
export function scriptedModel(
  answer: (request: ModelRequest, signal: AbortSignal) => Answer | Promise<Answer>,
  understands = false,
): LanguageModel & { requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    id: 'scripted:test',
    abilities: { sees: true, hears: false, tools: true, understands },
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

/**
 * The messages of a request as a model over the network reads them, without their frames: the words, who says them
 * where several people do, and what comes with them.
 */
export function textsOf(request: ModelRequest): string[] {
  const read = promptText(request).messages.map(({ role, text }) => {
    if (role === 'tool') return readBlocks(text)[0]?.words ?? '';
    return role === 'user' ? readMessage(text) : text;
  });
  const names = new Map<number, string>();
  for (const one of read) {
    if (typeof one === 'string' || !one.person) continue;
    const { number, name, id } = one.person;
    if (!names.has(number)) names.set(number, name ?? id ?? '');
  }
  return read.map((one) => {
    if (typeof one === 'string') return one;
    const name = names.size > 1 && one.person && names.get(one.person.number);
    return [name ? `${name}: ${one.words}` : one.words, one.rest].filter(Boolean).join('\n\n');
  });
}

/** The last user message of a request, as such a model reads it. */
export function lastSaid(request: ModelRequest): string {
  return textsOf(request)[request.messages.findLastIndex(({ role }) => role === 'user')] ?? '';
}
