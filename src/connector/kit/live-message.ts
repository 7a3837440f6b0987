/** One message that grows while a turn runs: as few updates as its platform allows, and never two at once. */
import { aside } from '../../core/aside.js';
import { atMost } from '../../core/deadline.js';
import { CarrierError, RetryableError } from '../../errors.js';
import { isQuick } from '../../markdown/quick.js';
import { showable } from '../../markdown/showable.js';

/** Where a live message is shown: one question's conversation on its platform. Texts are markdown, well-formed. */
export interface LiveSurface {
  /** Shows that someone is typing, for as long as the platform shows it. */
  typing?(): Promise<void>;
  /** Typing is over, whatever became of the answer; called once, where typing was shown. */
  quiet?(): Promise<void>;
  /** Sends the message; gives its id, made as a receipt's `messageIds` are. */
  open(text: string): Promise<string>;
  /** Shows this text, all of it, in place of the one before. */
  update(id: string, text: string): Promise<void>;
  /** The last update was made; the reply follows. */
  close?(id: string): Promise<void>;
  /** The turn ended without a reply, so the message has nothing to say. */
  discard?(id: string): Promise<void>;
  /** Least time between two updates here, in ms, where it is longer than elsewhere. */
  everyMs?: number;
}

export interface LiveMessageOptions {
  surface: LiveSurface;
  everyMs: number;
  /** The most that is shown, in UTF-16 units of markdown. */
  maxChars: number;
  /** How long a call that hangs is waited for at the end, in ms. */
  patienceMs: number;
  /**
   * Asked before the message is sent: not while a reply that belongs before it has yet to arrive, nor where another
   * process shows it.
   */
  inTurn(): Promise<boolean>;
  /** Awaited before the message is sent, with null, and as soon as it exists, with its id. */
  keep(id: string | null): Promise<void>;
  warn(err: unknown, message: string): void;
}

/** A quick answer needs no live message: this long after its first word one is opened, in ms. */
const gatherMs = 400;

/** The longest wait after a failure, in ms, and how many failures in a row end the updates. */
const maxBackOffMs = 60_000;
const maxFailures = 5;

const showableAside = aside<typeof import('../../markdown/showable.js')>(
  new URL('../../markdown/showable.js', import.meta.url),
  { deadlineMs: 1000, threads: 2, idleMs: 60_000 },
);

export class LiveMessage {
  readonly #options: LiveMessageOptions;
  readonly #everyMs: number;
  #text = '';
  /** What the platform shows; null while there is no message. */
  #shown: string | null = null;
  #id: string | null = null;
  #sending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Of the performance clock. */
  #notBefore: number | null = null;
  #failures = 0;
  #tried = false;
  #ending: Promise<string | null> | null = null;

  constructor(options: LiveMessageOptions) {
    this.#options = options;
    this.#everyMs = Math.max(options.everyMs, options.surface.everyMs ?? 0);
  }

  /** A message of it stands on the platform. */
  get visible(): boolean {
    return this.#shown !== null;
  }

  /** Sending it was begun, so there may be one. */
  get tried(): boolean {
    return this.#tried;
  }

  /** All that has been said. Where that is nothing (again), what is shown stays until there is something new. */
  say(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    if (text === '') return;
    this.#notBefore ??= performance.now() + Math.min(gatherMs, this.#everyMs);
    this.#schedule();
  }

  /** No update is made, and none is under way, once it resolves: with the message's id, or null if there is none. */
  end(how: 'close' | 'discard' = 'close'): Promise<string | null> {
    this.#ending ??= this.#end(how);
    return this.#ending;
  }

  async #end(how: 'close' | 'discard'): Promise<string | null> {
    clearTimeout(this.#timer);
    await atMost(this.#options.patienceMs, Promise.resolve(this.#sending));
    const id = this.#id;
    if (id === null) return null;
    await atMost(this.#options.patienceMs, this.#sayLast(id, how));
    return id;
  }

  async #sayLast(id: string, how: 'close' | 'discard'): Promise<void> {
    try {
      await this.#options.surface[how]?.(id);
    } catch (err) {
      this.#options.warn(err, 'a live message could not be ended');
    }
  }

  #schedule(): void {
    if (this.#sending || this.#ending || this.#failures >= maxFailures) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, this.#notBefore! - performance.now()));
  }

  #flush(): void {
    const said = this.#text;
    let settled = false;
    this.#sending = this.#showable(said)
      .then(async (text) => {
        settled = text === '' || text === this.#shown;
        if (settled || this.#ending) return;
        await this.#send(text);
        settled = this.#shown === text;
      })
      .finally(() => {
        this.#sending = null;
        if (this.#text !== said || !settled) this.#schedule();
      });
  }

  /** Nothing where it takes too long: what is shown stays. */
  async #showable(text: string): Promise<string> {
    const { maxChars } = this.#options;
    const read = text.slice(0, maxChars + 1);
    if (isQuick(read)) return showable(read, maxChars);
    return showableAside('showable', read, maxChars).catch(() => '');
  }

  async #send(text: string): Promise<void> {
    const { surface } = this.#options;
    try {
      if (this.#id === null && !(await this.#options.inTurn())) {
        this.#notBefore = performance.now() + this.#everyMs;
        return;
      }
      if (this.#id === null) await this.#open(text);
      else await surface.update(this.#id, text);
      this.#shown = text;
      this.#failures = 0;
      this.#notBefore = performance.now() + this.#everyMs;
    } catch (err) {
      this.#backOff(err);
    }
  }

  async #open(text: string): Promise<void> {
    this.#tried = true;
    await this.#options.keep(null);
    this.#id = await this.#options.surface.open(text);
    await this.#options.keep(this.#id);
  }

  #backOff(err: unknown): void {
    const asked = err instanceof RetryableError ? err.retryAfterMs : undefined;
    // An opening that failed otherwise may have been carried out: a second message would stay behind for ever.
    const hopeless = err instanceof CarrierError && !err.retryable;
    if (hopeless || (this.#id === null && asked === undefined)) this.#failures = maxFailures;
    else this.#failures += 1;
    const wait = asked ?? Math.min(this.#everyMs * 2 ** this.#failures, maxBackOffMs);
    this.#notBefore = performance.now() + Math.max(wait, this.#everyMs);
    this.#options.warn(err, 'a live message could not be shown; the reply itself follows');
  }
}
