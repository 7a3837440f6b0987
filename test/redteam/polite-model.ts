/** A model that does what a benign message asks for, and keeps what it has read: the message is found by its author. */
import type { LanguageModel, ModelChunk, ModelRequest } from '../../src/llm/llm.js';
import { promptText } from '../../src/llm/prompt-text.js';
import type { Staged } from './benign-stage.js';

export class PoliteModel implements LanguageModel {
  readonly id = 'scripted:polite';
  readonly abilities = { sees: true, hears: false, tools: true };
  /** The newest message of each benign case, by its target's id, as a model reads it. */
  readonly read = new Map<string, string>();
  readonly #cases: Staged[];

  constructor(cases: Staged[]) {
    this.#cases = cases;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    signal.throwIfAborted();
    const asked = request.messages.findLastIndex(({ role }) => role === 'user');
    const message = request.messages[asked];
    const who = message?.role === 'user' ? message.speaker?.id : undefined;
    const found = this.#cases.find(({ by, target }) => target[by] === who);
    const usage = { inputTokens: 10, outputTokens: 5 };
    if (found)
      this.read.set(found.target.id, promptText(request).messages[asked]!.text.replace(/^\| ?/gm, ''));
    const { calls = [], reply = 'Done.' } = found ?? {};
    const made = request.messages.slice(asked + 1).filter(({ role }) => role === 'tool').length;
    const next = calls[made];
    if (next)
      yield {
        type: 'call',
        call: { id: `call-${made}`, name: next.tool, arguments: JSON.stringify(next.args) },
      };
    else yield { type: 'text', text: reply };
    yield { type: 'end', finish: next ? 'calls' : 'stop', usage };
  }
}
