/** Whether Slack answers at all: known by the calls that are made, and where none was made of late, by asking. */
import { within } from '../../src/extension-api.js';
import { asFailure, refusalOf } from './failure.js';

/** What is known is true for so long, and asking takes no longer than this, in ms. */
const freshMs = 750;
const askMs = 5000;

export class Reach {
  readonly #apiUrl: string;
  #problem: string | null = null;
  /** Of the performance clock. */
  #knownAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(apiUrl: string) {
    this.#apiUrl = apiUrl;
  }

  /** Makes a call, and learns from it. @throws what it throws */
  async through<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#learn(null);
      return answer;
    } catch (error) {
      const failure = asFailure(error, 'calling');
      const answered = refusalOf(error) !== null || failure.message.includes('too many calls');
      this.#learn(answered ? null : failure.message);
      throw error;
    }
  }

  /** What is wrong, for an operator; null: Slack answers, as far as is known. Asks, for whoever looks next. */
  problem(): string | null {
    if (performance.now() - this.#knownAt > freshMs)
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = null;
      });
    return this.#problem;
  }

  /** Resolves when what `problem` says is true as of now. Never rejects. */
  async known(): Promise<void> {
    this.problem();
    await this.#asking;
  }

  /** `api.test` needs no token. */
  async #ask(): Promise<void> {
    try {
      const response = await within(askMs, (signal) =>
        fetch(new URL('api.test', this.#apiUrl), { method: 'POST', redirect: 'manual', signal }),
      );
      const answer = (await response.json()) as { ok?: unknown };
      this.#learn(typeof answer.ok === 'boolean' ? null : 'Slack does not answer as itself.');
    } catch {
      this.#learn('Slack cannot be reached.');
    }
  }

  #learn(problem: string | null): void {
    this.#problem = problem;
    this.#knownAt = performance.now();
  }
}
