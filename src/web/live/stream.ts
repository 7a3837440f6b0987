/**
 * One stream of the hub, kept alive: events come once each, in order, however often the connection breaks. Fetch, not
 * EventSource, which says nothing of why it was refused.
 */
import type { LinkState, LiveMessage } from './events.js';

/** The hub writes at least every 15 s, so a longer silence is a dead connection that no one was told of. */
const silenceMs = 40_000;
const mostWaitMs = 15_000;

export class LiveStream {
  readonly #address: string;
  readonly #headers: Record<string, string>;
  readonly #tell: (message: LiveMessage) => void;
  #rooms: string[] = [];
  #cursor: string | undefined;
  #abort: AbortController | null = null;
  #heardAt = 0;
  #waitMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #state: LinkState = 'connecting';

  /**
   * @param address of `console/live`, whole.
   * @param headers for those who have no cookie.
   */
  constructor(address: string, tell: (message: LiveMessage) => void, headers: Record<string, string> = {}) {
    this.#address = address;
    this.#tell = tell;
    this.#headers = headers;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Whose turns are told of, too. */
  follow(rooms: string[]): void {
    const sorted = [...new Set(rooms)].sort();
    if (this.#abort && sorted.join() === this.#rooms.join()) return;
    this.#rooms = sorted;
    this.#connect();
  }

  /** After sleep, or when the network is back: a connection that looks open may be dead. */
  probe(): void {
    if (Date.now() - this.#heardAt > 20_000 || this.#state !== 'up') this.#connect();
  }

  close(): void {
    this.#abort?.abort();
    this.#abort = null;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
  }

  #connect(): void {
    this.close();
    const abort = new AbortController();
    this.#abort = abort;
    this.#heardAt = Date.now();
    this.#watch = setInterval(() => {
      if (Date.now() - this.#heardAt > silenceMs) this.#connect();
    }, 5000);
    this.#read(abort.signal)
      .catch(() => {})
      .finally(() => {
        if (this.#abort === abort) this.#later();
      });
  }

  #later(): void {
    this.#say('down');
    clearInterval(this.#watch);
    this.#abort = null;
    const wait = this.#waitMs * (0.5 + Math.random());
    this.#waitMs = Math.min(mostWaitMs, Math.max(500, this.#waitMs * 2));
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const url = new URL(this.#address);
    if (this.#cursor) url.searchParams.set('cursor', this.#cursor);
    for (const room of this.#rooms) url.searchParams.append('room', room);
    const response = await fetch(url, {
      signal,
      credentials: 'same-origin',
      headers: { accept: 'text/event-stream', ...this.#headers },
    });
    if (response.status === 401) {
      this.close();
      return this.#tell({ kind: 'signed-out' });
    }
    if (!response.ok || !response.body) return;
    this.#waitMs = 0;
    this.#say('up');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ''; ; ) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      this.#heardAt = Date.now();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop()!;
      for (const block of blocks) this.#see(block);
    }
  }

  #see(block: string): void {
    const fields = new Map(
      block.split(/\r?\n/).flatMap((line) => {
        const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        return name ? [[name, value!] as const] : [];
      }),
    );
    const type = fields.get('event');
    const data = fields.get('data');
    if (!data) return;
    if (type === 'reset') {
      this.#tell({ kind: 'reset' });
      return;
    }
    const id = fields.get('id');
    if (id !== undefined) this.#cursor = id;
    this.#tell({ kind: type === 'turn' ? 'turn' : 'hub', event: JSON.parse(data) });
  }

  #say(state: LinkState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell({ kind: 'state', state });
  }
}
