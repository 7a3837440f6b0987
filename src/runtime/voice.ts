import type { TurnTask } from '../agents/agent-type.js';

interface Mark {
  text: string;
  pausing: boolean;
}

/**
 * What the agent says in a turn, and what watchers have been told of it: the deltas they got always add up to the
 * text. Where evaluators may still reject the draft, or plugins change it, nothing is told before.
 */
export class Voice {
  text = '';
  #pausing = false;
  #held: boolean;
  readonly #task: TurnTask;

  constructor(task: TurnTask, held: boolean) {
    this.#task = task;
    this.#held = held;
  }

  say(text: string): void {
    if (text === '') return;
    const spoken = this.#pausing && this.text !== '' ? `\n\n${text}` : text;
    this.#pausing = false;
    this.text += spoken;
    if (!this.#held) this.#tell(spoken);
  }

  /** What comes next is a paragraph of its own. */
  pause(): void {
    this.#pausing = true;
  }

  /** Where it stands, for `rewind`. */
  mark(): Mark {
    return { text: this.text, pausing: this.#pausing };
  }

  /** What was said since is void. */
  rewind({ text, pausing }: Mark): void {
    const voids = text !== this.text;
    this.text = text;
    this.#pausing = pausing;
    if (voids && !this.#held) this.#task.retell(text);
  }

  discard(): void {
    this.text = '';
    this.#pausing = false;
  }

  /** @param text what is said in the end. */
  release(text: string): string {
    this.text = text;
    if (this.#held) this.#tell(text);
    this.#held = false;
    return text;
  }

  #tell(text: string): void {
    this.#task.publish({ type: 'text.delta', turnId: this.#task.context.turnId, text });
  }
}
