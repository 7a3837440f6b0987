/** Keeps a server connected: connects again after it was lost, with pauses that grow, and never after `close`. */
import { Client, SdkErrorCode, type Transport } from '@modelcontextprotocol/client';
import { backOffMs, type SourceState, type ToolSourceContext } from '../../extension-api.js';
import { type Listing, type ListingRules, listTools } from './listing.js';
import { whyNotConnected } from './outcome.js';
import { Session } from './session.js';

/** Why a server is away. */
export interface Failure {
  /** Half a sentence. */
  why: string;
  /** What it wrote last on its standard error: for operators. */
  wrote: string;
}

export interface LinkParts {
  open(): Opened;
  /** Before the first connection. */
  prepare?(): Promise<void>;
  rules: ListingRules;
  log: ToolSourceContext['log'];
}

/** A transport that may be a process's. */
type Opened = Transport & { why?: string; tail?: string; noise?: number; settled?(): Promise<void> };

/** For connecting and for each page of a list, in ms. */
const handshakeMs = 20_000;
/** A server of before 2026 may leave a question unanswered that it does not know. */
const probeMs = 5000;
const firstPauseMs = 300;
const longestPauseMs = 60_000;
/** A server that has run so long is begun anew without a pause that has grown. */
const soundMs = 60_000;
/** A person who asks does not wait for the end of a long pause; more often than this nobody tries, in ms. */
const hurryMs = 2000;
const mostRounds = 3;

export class Link {
  readonly #parts: LinkParts;
  readonly #closing = new AbortController();
  #session: Session | null = null;
  #failure: Failure | null = null;
  #listing: Listing | null = null;
  #state: Omit<SourceState, 'connected' | 'restarts'> & { connects: number } = {
    ...{ since: null, lastError: null, connects: 0 },
  };
  /** Told at the next change: connected, or failed. */
  readonly #waiting = new Set<() => void>();
  #hurry: (() => void) | null = null;
  #triedAt = 0;
  /** The server of before 2026 that ends at a question it does not know is not asked it again. */
  #legacy = false;
  readonly #running: Promise<void>;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  /** As it was read last; null: never. */
  get listing(): Listing | null {
    return this.#listing;
  }

  /** Why it is not connected; null: it is, or was not tried yet. */
  get failure(): Failure | null {
    return this.#failure;
  }

  get connected(): Session | null {
    return this.#session?.over ? null : this.#session;
  }

  get state(): SourceState {
    const { connects, ...state } = this.#state;
    return { ...state, connected: this.connected !== null, restarts: Math.max(0, connects - 1) };
  }

  /** Waits so long at most, and no longer than until it has failed once where `patient` is false. */
  async settled(ms: number, patient: boolean): Promise<void> {
    const until = performance.now() + ms;
    while (!this.connected && !this.#closing.signal.aborted) {
      const left = until - performance.now();
      if (left <= 0 || (!patient && this.#failure)) return;
      if (performance.now() - this.#triedAt > hurryMs) this.#hurry?.();
      await this.#next(Math.min(left, hurryMs));
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#hurry?.();
    await this.#session?.end('closed');
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    await this.#parts
      .prepare?.()
      .catch((err) => this.#parts.log.warn({ err }, 'leftovers were not looked for'));
    for (let tries = 0; !signal.aborted; ) {
      this.#triedAt = performance.now();
      let why: string;
      const transport = this.#parts.open();
      try {
        const session = await this.#connect(transport);
        this.#changed(session, null);
        why = await session.ended;
        await session.end(why);
        if (performance.now() - this.#triedAt > soundMs) tries = 0;
      } catch (error) {
        why = (error as Error).message;
      }
      if (signal.aborted) break;
      tries += 1;
      const pauseMs = backOffMs(tries, { firstMs: firstPauseMs, longestMs: longestPauseMs });
      const wrote = transport.tail ?? '';
      this.#changed(null, { why, wrote });
      this.#parts.log.warn({ why, wrote, tries, againInMs: Math.round(pauseMs) }, 'a tool server is away');
      await new Promise<void>((resolve) => {
        this.#hurry = resolve;
        void pause(pauseMs, signal).then(resolve);
      });
      this.#hurry = null;
    }
    this.#changed(null, { why: 'it was closed', wrote: '' });
  }

  #changed(session: Session | null, failure: Failure | null): void {
    const at = Date.now();
    const { connects } = this.#state;
    if (session) this.#state = { ...this.#state, since: at, connects: connects + 1 };
    else if (this.#session) this.#state = { ...this.#state, since: at };
    if (failure) this.#state = { ...this.#state, lastError: { message: failure.why, at } };
    this.#session = session;
    this.#failure = failure;
    for (const tell of this.#waiting) tell();
  }

  /** The next change, or so many ms. */
  #next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  /** @throws Error whose message is for people */
  async #connect(transport: Opened): Promise<Session> {
    const { rules, log } = this.#parts;
    // What it asks of us it is not given: nothing is offered, so it is told that there is no such method.
    const client = new Client(
      { name: 'carrier-hub', version: '1' },
      {
        versionNegotiation: { mode: 'auto', probe: { timeoutMs: probeMs } },
        inputRequired: { maxRounds: mostRounds },
        jsonSchemaValidator: {
          getValidator: () => (data) => ({ valid: true, data, errorMessage: undefined }) as never,
        },
      },
    );
    const session = new Session(client, transport, {
      list: async () => this.#listed(await listTools(client, rules, handshakeMs)),
      log,
    });
    const stop = () => void session.end('closed');
    this.#closing.signal.addEventListener('abort', stop, { once: true });
    try {
      await client.connect(transport, {
        timeout: handshakeMs,
        ...(this.#legacy && { prior: { kind: 'legacy' as const } }),
      });
      await session.begin();
      await transport.settled?.();
      return session;
    } catch (error) {
      // Its end may be noticed a moment after what was asked of it has failed.
      await pause(150, this.#closing.signal);
      const why = transport.why || whyNotConnected(error);
      await session.end(why);
      if ('pid' in transport && !this.#legacy && endedAtProbe(error)) this.#legacy = true;
      throw new Error(why);
    } finally {
      this.#closing.signal.removeEventListener('abort', stop);
    }
  }

  /** The same list stays the same object: what is made of it need not be made again. */
  #listed(listing: Listing): void {
    const before = this.#listing;
    for (const warning of listing.warnings)
      if (!before?.warnings.includes(warning)) this.#parts.log.warn({ warning }, 'a tool server is odd');
    const same = before !== null && JSON.stringify(before.tools) === JSON.stringify(listing.tools);
    this.#listing = same ? { tools: before.tools, warnings: listing.warnings } : listing;
  }
}

function endedAtProbe(error: unknown): boolean {
  return (error as { code?: unknown }).code === SdkErrorCode.EraNegotiationFailed;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    signal.addEventListener('abort', done, { once: true });
  });
}
