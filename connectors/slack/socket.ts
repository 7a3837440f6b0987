/** Socket Mode: one connection, watched by the SDK's pings and opened anew by us when it falls silent. */
import type { SocketModeClient } from '@slack/socket-mode';
import {
  type Connection,
  derivedId,
  FatalError,
  type Host,
  RetryableError,
  untilDone,
  within,
} from '../../src/extension-api.js';
import { asFailure } from './failure.js';
import { type Inlet, settled } from './inlet.js';
import type { Reach } from './reach.js';
import { sdkLogger } from './sdk-log.js';
import { clientOptions } from './workspaces.js';

export interface SocketOptions {
  appToken: string;
  apiUrl: string;
  /** How long Slack may leave a ping unanswered; default 5,000. */
  pingTimeoutMs: number;
  reach: Reach;
  inlet(): Inlet;
  log(): Host['log'];
  /** Fails where the rest of the set-up is wrong, so that `open` says so. */
  check(): Promise<void>;
  /** Called with every new socket; events that come over it wait until it resolves. Never rejects. */
  catchUp(): Promise<void>;
}

/** From the call that asks for a socket to Slack's hello. */
const connectMs = 20_000;
const maxPauseMs = 30_000;
/** For the closing handshake; a peer that is gone does not take part in it. */
const closeMs = 1000;

export class SocketConnection implements Connection {
  readonly id: string;
  readonly #options: SocketOptions;
  #client: SocketModeClient | null = null;
  #wanted = false;
  /** Null while connected. */
  #problem: string | null = 'not connected';
  #since = Date.now();
  #closing = new AbortController();
  #reconnecting: Promise<void> | null = null;
  readonly #taking = new Set<Promise<void>>();

  constructor(options: SocketOptions) {
    this.#options = options;
    this.id = derivedId('slack', options.appToken);
  }

  async open(): Promise<void> {
    if (this.#wanted) return;
    await this.#options.check();
    this.#wanted = true;
    this.#closing = new AbortController();
    try {
      await this.#connect();
    } catch (error) {
      this.#wanted = false;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#wanted = false;
    const client = this.#client;
    this.#lost('closed');
    this.#closing.abort();
    // One that is under way ends itself when it finds that it is no longer wanted.
    await settled(this.#reconnecting ? [this.#reconnecting] : []);
    // What was taken before is still acknowledged over this connection.
    await settled(this.#taking);
    if (client) await within(closeMs, () => client.disconnect()).catch(() => {});
  }

  health(): string {
    const unreached = this.#options.reach.problem();
    if (this.#problem === null) return unreached ?? 'ok';
    return `${this.#problem}, for ${Math.round((Date.now() - this.#since) / 1000)} s`;
  }

  ask(): Promise<void> {
    return this.#options.reach.known();
  }

  async #connect(): Promise<void> {
    const { appToken, apiUrl, pingTimeoutMs, log } = this.#options;
    const { SocketModeClient } = await import('@slack/socket-mode');
    const client = new SocketModeClient({
      appToken,
      // Its own reconnecting ends in an unhandled rejection when Slack cannot be reached.
      autoReconnectEnabled: false,
      clientPingTimeout: pingTimeoutMs,
      // It calls every lost connection an error; what comes of one is told below.
      logger: sdkLogger({
        warn: (about, message) => log().info(about, message),
        error: (about, message) => log().info(about, message),
      }),
      clientOptions: { ...clientOptions, slackApiUrl: apiUrl },
    });
    let begin = () => {};
    const caughtUp = new Promise<void>((resolve) => {
      begin = resolve;
    });
    client.on('slack_event', (event) => {
      const taking = this.#take(client, event, caughtUp).finally(() => this.#taking.delete(taking));
      this.#taking.add(taking);
    });
    try {
      await within(connectMs, () => client.start());
    } catch (error) {
      void client.disconnect();
      throw socketFailure(error);
    }
    if (!this.#wanted) {
      begin();
      await within(closeMs, () => client.disconnect()).catch(() => {});
      return;
    }
    this.#client = client;
    this.#problem = null;
    void this.#options.catchUp().then(begin);
    client.once('disconnected', () => {
      if (this.#client !== client) return;
      this.#lost('reconnecting');
      log().warn({ connector: 'slack' }, 'the Slack socket closed; connecting again');
      this.#reconnecting = this.#reconnect(this.#closing.signal).finally(() => {
        this.#reconnecting = null;
      });
    });
  }

  /** Until it is connected or no longer wanted. */
  async #reconnect(signal: AbortSignal): Promise<void> {
    const connect = () =>
      this.#connect().catch((error: Error) => {
        const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
        throw new RetryableError('delivery_failed', error.message, { retryAfterMs: asked });
      });
    const waiting = (error: unknown) => {
      this.#problem = (error as Error).message;
      this.#options.log().warn({ connector: 'slack' }, `Slack's socket cannot be opened: ${this.#problem}`);
    };
    await untilDone(connect, { signal, longestMs: maxPauseMs, waiting }).catch(() => {});
  }

  #lost(problem: string): void {
    this.#client = null;
    this.#problem = problem;
    this.#since = Date.now();
  }

  async #take(client: SocketModeClient, envelope: Envelope, caughtUp: Promise<void>): Promise<void> {
    const { ack, body, retry_num, retry_reason } = envelope;
    // Commands and buttons stand in no line, and Slack waits three seconds for their answer.
    if (body.type === 'event_callback') await caughtUp;
    // A connection that is given up takes nothing more: unacknowledged, it comes again over the next one.
    if (this.#client !== client && this.#client !== null) return;
    if (!this.#wanted) return;
    try {
      const answer = await this.#options
        .inlet()
        .take(body, { retryNum: retry_num, retryReason: retry_reason });
      await ack(answer as Record<string, unknown> | undefined);
    } catch (error) {
      // With the connection went the way to say "got it"; that it went is logged already.
      if (this.#client !== client) return;
      const { message } = asFailure(error, 'taking an event');
      this.#options
        .log()
        .warn({ connector: 'slack', retry: retry_num }, `not acknowledged to Slack: ${message}`);
    }
  }
}

interface Envelope {
  ack(response?: Record<string, unknown>): Promise<void>;
  body: Record<string, unknown>;
  retry_num?: number;
  retry_reason?: string;
}

/** `start()` rejects without an error when the socket closes before its hello. */
function socketFailure(error: unknown): Error {
  if (error === undefined || error === null)
    return new RetryableError('delivery_failed', 'Slack closed the socket at once.');
  const failure = asFailure(error, 'opening a socket');
  if (!(failure instanceof FatalError)) return failure;
  const fix = 'SLACK_APP_TOKEN must be an app-level token (xapp-) with the scope connections:write.';
  return new FatalError('config_invalid', `${failure.message} ${fix}`, { cause: failure });
}
