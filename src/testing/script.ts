/** A model that says what a test tells it to, when the test says so. */
import { FatalError, type LanguageModel, type ModelChunk, type ModelRequest } from '../extension-api.js';

const usage = { inputTokens: 7, outputTokens: 3 };

/** One answer of the model, written by the test. */
export class Draft {
  readonly request: ModelRequest;
  readonly #chunks: (ModelChunk | Error)[] = [];
  #called = false;
  #wake = () => {};

  constructor(request: ModelRequest) {
    this.request = request;
  }

  /** The newest text that the model was asked to answer. */
  get asked(): string {
    return this.request.messages.findLast(({ role }) => role === 'user')?.text ?? '';
  }

  /** Writes a piece of the answer. */
  say(text: string): this {
    return this.#push({ type: 'text', text });
  }

  /** Calls an action; the model is asked again, with its result, once the draft has ended. */
  act(name: string, args: object = {}): this {
    this.#called = true;
    return this.#push({ type: 'call', call: { id: `call_${name}`, name, arguments: JSON.stringify(args) } });
  }

  end(text = ''): void {
    if (text) this.say(text);
    this.#push({ type: 'end', finish: this.#called ? 'calls' : 'stop', usage });
  }

  fail(error: Error = new FatalError('model_refused', 'The model was told to fail.')): void {
    this.#push(error);
  }

  async *stream(signal: AbortSignal): AsyncGenerator<ModelChunk> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    for (;;) {
      signal.throwIfAborted();
      const chunk = this.#chunks.shift();
      if (chunk instanceof Error) throw chunk;
      if (chunk) yield chunk;
      if (chunk?.type === 'end') return;
      if (!chunk && this.#chunks.length === 0)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (signal.aborted) resolve();
        });
    }
  }

  #push(chunk: ModelChunk | Error): this {
    this.#chunks.push(chunk);
    this.#wake();
    return this;
  }
}

/**
 * The model of a `TestHub`. With `answer` it answers at once; without, each request waits for the test as a `Draft`.
 * @example
 * const draft = (await hub.model.asked()).say('Once upon ');
 * draft.end('a time.');
 */
export class ScriptedModel implements LanguageModel {
  readonly id = 'scripted:test';
  readonly abilities = { sees: true, hears: false, tools: true };
  /** What it answers at once; null: the test writes each answer. */
  answer: string | ((request: ModelRequest) => string) | null = null;
  /** All that it was asked, in order. */
  readonly requests: ModelRequest[] = [];
  readonly #waiting: Draft[] = [];
  readonly #takers: ((draft: Draft) => void)[] = [];

  /** The next request that no test has taken yet. */
  asked(): Promise<Draft> {
    const draft = this.#waiting.shift();
    return draft ? Promise.resolve(draft) : new Promise((resolve) => this.#takers.push(resolve));
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    this.requests.push(request);
    const draft = new Draft(request);
    if (this.answer === null) {
      const take = this.#takers.shift();
      if (take) take(draft);
      else this.#waiting.push(draft);
    } else draft.end(typeof this.answer === 'string' ? this.answer : this.answer(request));
    yield* draft.stream(signal);
  }
}
