/** Whose turn it is in a terminal: what was entered is said one after the other, and can be called off. */
import { Answer, type Page } from './answer.js';
import type { Talk } from './hub.js';
import { shownMarkdown } from './shown.js';
import type { Styles } from './styles.js';

/** Left by Ctrl-C: as shells say it of a program that SIGINT ended. */
const interrupted = 130;

const help =
  'And here: /quit or Ctrl-D on an empty line leaves. Ctrl-C stops an answer, clears a line; twice, it leaves. ' +
  'What is pasted stays one message. The arrow keys bring back what you said; a line that begins with a space is not kept.';

export class Conversation {
  readonly #talk: Talk;
  readonly #page: Page;
  readonly #styles: Styles;
  readonly #leave: (code: number) => void;
  readonly #waiting: string[] = [];
  #running: { answer: Answer; abort: AbortController } | null = null;
  #armed = false;

  constructor(talk: Talk, page: Page, styles: Styles, leave: (code: number) => void) {
    this.#talk = talk;
    this.#page = page;
    this.#styles = styles;
    this.#leave = leave;
  }

  /** How it went on, for whoever comes back. */
  async recall(): Promise<void> {
    const { dim, bold } = this.#styles;
    const earlier = await this.#talk.earlier(6);
    for (const { role, text } of earlier) {
      const who = role === 'user' ? dim('you ›') : bold(`${this.#talk.agent} ›`);
      const lines = shownMarkdown(text, this.#styles).split('\n');
      const most = 8;
      const rest = lines.length > most ? [dim(`… ${lines.length - most} more lines`)] : [];
      this.#page.say([who, ...lines.slice(0, most), ...rest].join('\n'));
    }
    if (earlier.length > 0) this.#page.say(dim(`─── that was said before; /new begins anew ───`));
  }

  /** A message of one or more lines. */
  enter(text: string): void {
    this.#armed = false;
    const said = text.trim();
    if (said === '') return;
    if (said === '/quit' || said === '/exit') this.#leave(0);
    else if (/^\/stop\b/i.test(said) && this.#running) this.#stop();
    else {
      this.#waiting.push(text.replace(/\s+$/, ''));
      if (!this.#running) void this.#answer();
    }
  }

  /** A key was pressed that is not Ctrl-C. */
  typed(): void {
    this.#armed = false;
  }

  /**
   * Ctrl-C: stops the answer, or else clears what is typed; right after it has stopped something, or had nothing to do,
   * it leaves.
   * @returns whether what is typed is to be cleared
   */
  interrupt(line: string): boolean {
    if (this.#armed) {
      this.#leave(interrupted);
      return false;
    }
    if (!this.#running && line !== '') return true;
    this.#armed = true;
    if (this.#running) this.#stop();
    else this.#page.say(this.#styles.dim('(Ctrl-C once more leaves; so does Ctrl-D)'));
    return false;
  }

  /** Waits for nothing any more; what was entered and not said yet is named. */
  end(): void {
    for (const text of this.#waiting)
      this.#page.say(this.#styles.red(`! Not sent: ${shownMarkdown(text, this.#styles)}`));
    this.#waiting.length = 0;
    this.#running?.abort.abort();
  }

  #stop(): void {
    this.#running?.answer.stopping();
    this.#talk.stop().catch((error: Error) => this.#page.say(this.#styles.red(`! ${error.message}`)));
  }

  async #answer(): Promise<void> {
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      const abort = new AbortController();
      const answer = new Answer(this.#page, this.#talk.agent, this.#styles);
      this.#running = { answer, abort };
      await answer.tell(this.#talk.say(text, abort.signal), abort.signal);
      if (text === '/help') this.#page.say(this.#styles.dim(help));
      this.#running = null;
    }
  }
}
