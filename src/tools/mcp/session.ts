/** One connection to a server, from its handshake to its end. */
import type { Client, Transport } from '@modelcontextprotocol/client';
import { backOffMs, type ToolSourceContext } from '../../extension-api.js';

export interface SessionParts {
  /** Reads the server's list of tools. */
  list(): Promise<void>;
  log: ToolSourceContext['log'];
}

type Ending = Transport & { why?: string; noise?: number };

/** Several changes at once are read once, and no oftener than this, in ms. */
const settleMs = 200;
const betweenListsMs = 1000;
/** How long a server that was silent for a whole call is waited for, in ms. */
const pingMs = 5000;

export class Session {
  readonly client: Client;
  /** Why it ended, half a sentence. */
  readonly ended: Promise<string>;
  readonly #transport: Ending;
  readonly #parts: SessionParts;
  #over: (why: string) => void = () => {};
  #ending: Promise<void> | null = null;
  readonly #asked = new Set<Promise<unknown>>();
  #begun = false;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(client: Client, transport: Ending, parts: SessionParts) {
    this.client = client;
    this.#transport = transport;
    this.#parts = parts;
    this.ended = new Promise((resolve) => {
      this.#over = resolve;
    });
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      if (this.#begun) this.#readAgain();
    });
    client.onclose = () => void this.end(this.#whyClosed());
    client.onerror = (error) => this.#odd(error);
  }

  /** It has ended, or is about to. */
  get over(): boolean {
    return this.#ending !== null;
  }

  /** What it says of itself: name and version, and the revision of the protocol. */
  get about(): string {
    const { name, version } = this.client.getServerVersion() ?? {};
    const known = name ? `${name} ${version ?? ''}`.slice(0, 100).trim() : 'a server without a name';
    return `${known}, revision ${this.client.getNegotiatedProtocolVersion()}`;
  }

  /** Lines on its standard output that are no messages. */
  get noise(): number {
    return this.#transport.noise ?? 0;
  }

  get hasSession(): boolean {
    return this.#transport.sessionId !== undefined;
  }

  /** After the handshake: its tools are read, and changes from now on. @throws where they cannot be */
  async begin(): Promise<void> {
    this.#begun = true;
    const { tools } = this.client.getServerCapabilities() ?? {};
    if (this.client.getProtocolEra() === 'modern' && tools?.listChanged) void this.#listen();
    await this.#parts.list();
  }

  /** May be called again; resolves once everything of it has gone. */
  end(why: string): Promise<void> {
    this.#over(why);
    // Closing it tells that it was closed.
    this.#ending ??= Promise.resolve().then(() => this.#close());
    return this.#ending;
  }

  /** Nothing more is asked in it; what was asked may be answered yet. */
  leave(why: string): void {
    this.#over(why);
    this.#ending ??= Promise.resolve();
    if (this.#asked.size === 0) void this.#close();
    else void Promise.allSettled(this.#asked).then(() => this.#close());
  }

  /** What is asked in it, so that it is not closed before the answer. */
  async ask<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const asked = work(this.client);
    this.#asked.add(asked);
    return asked.finally(() => this.#asked.delete(asked));
  }

  async #close(): Promise<void> {
    await this.client.close().catch(() => {});
    await this.#transport.close().catch(() => {});
  }

  /** A call was not answered in time: a server that says nothing at all any more is given up. */
  async doubt(): Promise<void> {
    const asked =
      this.client.getProtocolEra() === 'modern'
        ? this.client.discover({ timeout: pingMs })
        : this.client.ping({ timeout: pingMs });
    await asked.catch((error) => {
      // An error that it answers is an answer.
      if ((error as { code?: unknown }).code === 'REQUEST_TIMEOUT')
        void this.end('it does not answer any more');
    });
  }

  /** In the new revision changes come on a stream that is asked for, and asked for again where it ends. */
  async #listen(): Promise<void> {
    for (let tries = 0; !this.#ending; ) {
      try {
        const stream = await this.client.listen({ toolsListChanged: true });
        // What changed before is not told.
        if (tries > 0) this.#readAgain();
        tries = 0;
        if ((await stream.closed) === 'local') return;
      } catch (error) {
        this.#odd(error as Error);
      }
      tries += 1;
      await new Promise((resolve) => setTimeout(resolve, backOffMs(tries, { firstMs: 500 })).unref());
    }
  }

  #readAgain(): void {
    this.#again = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
  }

  async #read(): Promise<void> {
    for (let waitMs = settleMs; this.#again && !this.#ending; waitMs = betweenListsMs) {
      await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      this.#again = false;
      if (this.#ending) return;
      await this.#parts.list().catch((err) => {
        if (!this.#ending)
          this.#parts.log.warn({ err }, 'a changed list of tools was not read; the old one stays');
      });
    }
  }

  #whyClosed(): string {
    return this.#transport.why || 'the connection was closed';
  }

  #odd(error: Error): void {
    this.#parts.log.debug({ err: error }, 'a tool server is odd');
    // Its notifications came on a stream that cannot be had again: it was begun anew, or its session has ended.
    if (/^Maximum reconnection attempts/.test(error.message)) void this.end('its stream of changes ended');
  }
}
