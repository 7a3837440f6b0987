/** What happens until an answer is there, as lines for a person. */
import type { StreamEvent } from '../client.js';
import { Blocks } from './blocks.js';
import { shown, shownLine } from './shown.js';
import type { Styles } from './styles.js';

/** Where an answer is written. */
export interface Page {
  /** Lines that stay. */
  say(text: string): void;
  /** What may still change, and what is being done. */
  show(moving: string, status: string): void;
}

/** Between two looks at what moves, in ms: faster nobody reads, and each costs a redraw. */
const frameMs = 60;

export interface Told {
  failed: boolean;
}

export class Answer {
  readonly #page: Page;
  readonly #styles: Styles;
  readonly #agent: string;
  readonly #since = Date.now();
  #blocks: Blocks;
  #named = false;
  #doing = 'is thinking';
  #stopping = false;
  #drawn = 0;
  #failed = false;
  #waits = false;

  constructor(page: Page, agent: string, styles: Styles) {
    this.#page = page;
    this.#agent = agent;
    this.#styles = styles;
    this.#blocks = new Blocks(styles);
  }

  /** Shows an answer as it comes. What goes wrong is told. */
  async tell(events: AsyncIterable<StreamEvent>, signal: AbortSignal): Promise<Told> {
    const clock = setInterval(() => this.#draw(), 1000);
    this.#draw();
    try {
      for await (const event of events) this.#see(event);
      this.#write(this.#blocks.end());
    } catch (error) {
      this.#write(this.#blocks.end());
      if (!signal.aborted) this.#fail((error as Error).message);
    } finally {
      clearInterval(clock);
      this.#page.show('', '');
    }
    return { failed: this.#failed };
  }

  /** It was called off, and ends as soon as the hub has heard of it. */
  stopping(): void {
    this.#stopping = true;
    this.#draw();
  }

  #see({ event, data }: StreamEvent): void {
    const { dim } = this.#styles;
    if (event === 'turn.started') this.#begin();
    else if (event === 'text.delta') {
      this.#doing = 'is writing';
      this.#write(this.#blocks.add(String(data.text)));
      if (Date.now() - this.#drawn >= frameMs) this.#draw();
    } else if (event === 'action.started') {
      this.#write(this.#blocks.end());
      this.#blocks = new Blocks(this.#styles);
      const name = shownLine(String(data.name), 80);
      this.#doing = `is using ${name}`;
      this.#page.say(dim(`· ${name} ${shownLine(JSON.stringify(data.arguments) ?? '', 300)}`));
      this.#draw();
    } else if (event === 'action.finished') {
      this.#doing = 'is thinking';
      const mark = data.ok ? this.#styles.green('✓') : this.#styles.red('✗');
      this.#page.say(`  ${mark} ${dim(shownLine(String(data.result), 300))}`);
      this.#draw();
    } else if (event === 'turn.waiting' && !this.#waits) {
      this.#waits = true;
      this.#page.say(dim('· The language model cannot be reached; it is asked again.'));
    } else if (event === 'turn.failed' || event === 'error') {
      this.#write(this.#blocks.end());
      this.#fail((data.error as { message: string }).message);
    }
  }

  /** What was written in an earlier attempt is void, and stands already: that is said. */
  #begin(): void {
    const left = this.#blocks.open();
    if (this.#named || left !== '') {
      this.#write(this.#blocks.end());
      this.#page.say(this.#styles.dim('· That attempt was broken off; the answer begins anew.'));
    }
    this.#blocks = new Blocks(this.#styles);
    this.#named = false;
  }

  #write(lines: string[]): void {
    if (lines.length === 0) return;
    if (!this.#named) this.#page.say(this.#styles.bold(`${this.#agent} ›`));
    this.#named = true;
    this.#page.say(lines.join('\n'));
    this.#drawn = 0;
  }

  #fail(message: string): void {
    this.#failed = true;
    this.#page.say(this.#styles.red(`! ${shown(message)}`));
  }

  #draw(): void {
    this.#drawn = Date.now();
    const open = this.#blocks.open();
    const name = this.#named || open === '' ? '' : `${this.#styles.bold(`${this.#agent} ›`)}\n`;
    const seconds = Math.floor((Date.now() - this.#since) / 1000);
    const time = seconds >= 2 ? ` ${seconds} s` : '';
    const doing = this.#stopping ? 'is being stopped' : this.#doing;
    const keys = this.#stopping ? 'Ctrl-C leaves' : 'Ctrl-C stops';
    this.#page.show(name + open, this.#styles.dim(`${this.#agent} ${doing} …${time} (${keys})`));
  }
}
