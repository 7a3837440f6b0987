/**
 * A model that gives recorded answers, by the name of the test. A file has a list for each: the answers in the order in
 * which the model is asked; for a judge the object of its verdict.
 */
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { judgingKey } from '../evaluation/judge.js';
import type { LanguageModel, ModelChunk, ModelRequest } from '../llm/llm.js';
import { problemsOf, problemText } from '../problems.js';
import { readYaml, unusable } from './case.js';

const Call = z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) });
const Answer = z.union(
  [
    z.string(),
    z.strictObject({ text: z.string().default(''), calls: z.array(Call).min(1) }),
    z.strictObject({
      verdict: z.enum(['pass', 'fail']),
      score: z.number().optional(),
      broken: z.array(z.number()).default([]),
      reason: z.string().default(''),
    }),
    z.strictObject({ error: z.string() }),
  ],
  'must be a text, {text, calls}, {verdict, …} of a judge, or {error}',
);
type Answer = z.output<typeof Answer>;
const Recording = z.record(z.string(), z.array(Answer));

const usage = { inputTokens: 0, outputTokens: 0 };

export class Recorded {
  readonly #answers: Record<string, Answer[]>;
  #left: Answer[] = [];
  #name = '';

  /** @throws FatalError `config_invalid` */
  constructor(path: string) {
    let value: unknown;
    try {
      value = readYaml(path);
    } catch (error) {
      throw unusable(path, (error as Error).message);
    }
    const { data, error } = Recording.safeParse(value);
    if (!data) throw unusable(path, problemText(problemsOf(error!, Recording)));
    this.#answers = data;
  }

  /** What is asked from now on belongs to this test. */
  begin(name: string): void {
    this.#name = name;
    this.#left = Object.hasOwn(this.#answers, name) ? [...this.#answers[name]!] : [];
  }

  model(ref: string): LanguageModel {
    const next = (request: ModelRequest) => this.#next(request);
    return {
      id: `recorded:${ref}`,
      abilities: { sees: true, hears: false, tools: true },
      async *stream(request): AsyncGenerator<ModelChunk> {
        const answer = next(request);
        if (typeof answer === 'string') yield { type: 'text', text: answer };
        else if ('calls' in answer) {
          if (answer.text !== '') yield { type: 'text', text: answer.text };
          for (const [at, { name, arguments: args }] of answer.calls.entries())
            yield { type: 'call', call: { id: `call_${at}`, name, arguments: JSON.stringify(args) } };
          yield { type: 'end', finish: 'calls', usage };
          return;
        } else if ('verdict' in answer) {
          const { score = answer.verdict === 'pass' ? 1 : 0, ...said } = answer;
          yield { type: 'text', text: JSON.stringify({ key: judgingKey(request), score, ...said }) };
        }
        yield { type: 'end', finish: 'stop', usage };
      },
    };
  }

  /** The first that is left for whoever asks: a judge is given verdicts, others are given none. */
  #next(request: ModelRequest): Answer {
    const judges = judgingKey(request) !== null;
    const at = this.#left.findIndex(
      (answer) => (typeof answer === 'object' && 'verdict' in answer) === judges,
    );
    const [answer] = at < 0 ? [] : this.#left.splice(at, 1);
    if (answer === undefined)
      throw new FatalError(
        'model_refused',
        `No ${judges ? 'verdict' : 'answer'} is recorded that is left for "${this.#name}".`,
      );
    if (typeof answer === 'object' && 'error' in answer) throw new FatalError('model_refused', answer.error);
    return answer;
  }
}
