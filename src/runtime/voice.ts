import type { TurnTask } from '../agents/agent-type.js';
import type { CheckedText } from '../checks/checked-text.js';
import type { WordChecks } from '../checks/word-checks.js';
import { Citations } from './citations.js';

interface Mark {
  said: number;
  text: string;
  pausing: boolean;
  cited: ReturnType<Citations['mark']>;
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
  readonly #citations: Citations;
  readonly #uncited: ReturnType<Citations['mark']>;

  constructor(task: TurnTask, held: boolean, checks: WordChecks, citations = new Citations([])) {
    this.#task = task;
    this.#held = held;
    this.checks = checks;
    this.#checked = checks.text();
    this.#citations = citations;
    this.#uncited = citations.mark();
  }

  /** All that was said. What comes next is a thing of its own: no secret, link or the like goes on in it. */
  get text(): string {
    this.#settle();
    return this.#text;
  }

  /** A model's words, in which marks cite passages. */
  write(text: string): void {
    this.say(this.#citations.take(text));
  }

  /** What an earlier attempt wrote: the passages that it cited may be others now. */
  repeat(text: string): void {
    this.say(this.#citations.withoutMarks(text));
  }

  /** What was cited, as the last thing that is said. */
  nameSources(): void {
    const { text } = this;
    const sources = this.#citations.sources();
    if (text === '' || sources === '') return;
    this.pause();
    this.say(sources);
  }

  say(text: string): void {
    if (text === '') return;
    // What was said before a pause is settled; what is held back now belongs behind this.
    const spoken = this.#pausing && this.#text !== '' ? `\n\n${text}` : text;
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
    const { text } = this;
    return { text, said: this.#said.length, pausing: this.#pausing, cited: this.#citations.mark() };
  }

  /** What was said since is void. */
  rewind({ text, said, pausing, cited }: Mark): void {
    this.#citations.rewind(cited);
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

  /** What was said since, without the space before it, and with marks as the model wrote them. */
  since({ text }: Mark): string {
    return this.#citations.asHanded(this.text.slice(text.length).replace(/^\n\n/, ''));
  }

  /** What output checks have taken out of it. */
  removed(): ReturnType<WordChecks['removed']> {
    this.#settle();
    const said = this.#said.map((words) => words ?? '\n').join('');
    return this.checks.removed(said);
  }

  discard(): void {
    this.#citations.rewind(this.#uncited);
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
    const held = this.#citations.flush();
    if (held !== '') this.say(held);
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
