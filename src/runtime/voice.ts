import type { TurnTask } from '../agents/agent-type.js';
import type { CheckedText } from '../checks/checked-text.js';
import type { WordChecks } from '../checks/word-checks.js';

interface Mark {
  said: number;
  text: string;
  pausing: boolean;
}

/** `null`: what follows is a thing of its own. */
type Said = string | null;

/**
 * What the agent says in a turn, as it may be shown, and what watchers have been told of it: the deltas they got always
 * add up to the text. Where evaluators may still reject the draft, or plugins change it, nothing is told before.
 */
export class Voice {
  #text = '';
  /** As the models said it. */
  #said: Said[] = [];
  #checked: CheckedText;
  #pausing = false;
  #held: boolean;
  readonly #task: TurnTask;
  readonly checks: WordChecks;

  constructor(task: TurnTask, held: boolean, checks: WordChecks) {
    this.#task = task;
    this.#held = held;
    this.checks = checks;
    this.#checked = checks.text();
  }

  /** All that was said. What comes next is a thing of its own: no secret, link or the like goes on in it. */
  get text(): string {
    this.#settle();
    return this.#text;
  }

  say(text: string): void {
    if (text === '') return;
    const spoken = this.#pausing && this.text !== '' ? `\n\n${text}` : text;
    this.#pausing = false;
    this.#said.push(spoken);
    this.#show(this.#checked.say(spoken));
  }

  /** What comes next is a paragraph of its own. */
  pause(): void {
    this.#settle();
    this.#pausing = true;
  }

  /** Where it stands, for `rewind`. */
  mark(): Mark {
    return { text: this.text, said: this.#said.length, pausing: this.#pausing };
  }

  /** What was said since is void. */
  rewind({ text, said, pausing }: Mark): void {
    const voids = text !== this.#text;
    this.#text = text;
    this.#pausing = pausing;
    this.#said.length = said;
    this.#checked = this.checks.text();
    this.#checked.quiet = true;
    for (const words of this.#said) words === null ? this.#checked.flush() : this.#checked.say(words);
    this.#checked.quiet = false;
    if (voids && !this.#held) this.#task.retell(text);
  }

  /** What was said since, without the space before it. */
  since({ text }: Mark): string {
    return this.text.slice(text.length).replace(/^\n\n/, '');
  }

  discard(): void {
    this.#text = '';
    this.#said = [];
    this.#checked = this.checks.text();
    this.#pausing = false;
  }

  /** @param text what is said in the end. */
  release(text: string): string {
    const shown = text === this.text ? text : this.checks.withoutSecrets(text);
    this.#text = shown;
    if (this.#held) this.#tell(shown);
    this.#held = false;
    return shown;
  }

  #settle(): void {
    if (this.#said.length === 0 || this.#said.at(-1) === null) return;
    this.#said.push(null);
    this.#show(this.#checked.flush());
  }

  #show(text: string): void {
    if (text === '') return;
    this.#text += text;
    if (!this.#held) this.#tell(text);
  }

  #tell(text: string): void {
    this.#task.publish({ type: 'text.delta', turnId: this.#task.context.turnId, text });
  }
}
