/**
 * Connector: translates between one platform and the hub, and nothing else. Order, retries, dedupe and memory
 * are the hub's business. What a connector can do is what methods it has.
 *
 * - **Host**: the hub as a connector sees it.
 * - **Receipt**: the stored message; once `receive` resolves the platform may be told "got it".
 *
 * How to write one: `connectors/README.md`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply, TurnEvent } from '../core/events.js';
import type { InboundMessage, Memory } from '../core/memory.js';
import type { OutboundMessage, Turn } from '../core/turn.js';
import type { RetryableError } from '../errors.js';

export interface Receipt {
  memory: Memory;
  /** The platform sent it before; no new turn is made. */
  duplicate: boolean;
}

export interface Host {
  /**
   * Stores and schedules. Durable when it resolves; null means the gate dropped it (a bot's message, say).
   * Errors: `agent_unknown`, `text_empty`, `text_too_long`, `invalid_field`.
   */
  receive(message: InboundMessage): Promise<Receipt | null>;
  /** What a sender that can wait should be told instead, since too much waits already; null: go on. */
  busy(): RetryableError | null;
  /** Throws `agent_unknown` when no such agent runs. */
  requireAgent(agentId: string): void;
  /** Turn events of a room, best effort. The result ends it. */
  watch(roomId: string, listener: (event: TurnEvent) => void): Promise<() => void>;
  /** The answer that covers a message; null while it has none. A failed turn has `error`. */
  outcome(messageId: string): Promise<Outcome | null>;
  turn(turnId: string): Promise<Turn | null>;
  history(
    roomId: string,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: Memory[]; nextCursor: string | null }>;
  /** Stores bytes; the result goes into an attachment's `file`. */
  putFile(bytes: Uint8Array): Promise<string>;
  log: {
    info(o: object, m: string): void;
    warn(o: object, m: string): void;
    error(o: object, m: string): void;
  };
}

/** The one connection to a platform that allows no second one under the same token: a socket, a poller. */
export interface Connection {
  /** Names it without telling its secret; in a cluster one process at a time has it open. */
  readonly id: string;
  /** Begins to receive. Resolves once connected; failing, it is tried again after a while. A `FatalError` is not. */
  open(): Promise<void>;
  /** Receives nothing any more when it resolves; may be opened again. */
  close(): Promise<void>;
  /** `ok`, or what is wrong, for an operator. Progress counts, not an open socket. */
  health(): string;
}

export interface Outcome {
  turnId: string;
  reply: Reply | null;
  error: { code: string; message: string } | null;
}

/** Who is calling, on routes the hub has authenticated. */
export interface Principal {
  name: string;
  tenant: string;
}

export interface HubRequest extends IncomingMessage {
  principal?: Principal;
}

/** An express router fits, and so does a plain function. */
// A method's type, since TypeScript lets its parameters be narrower: express has its own request and response.
export type RouteHandler = {
  handle(req: HubRequest, res: ServerResponse, next: (error?: unknown) => void): void;
}['handle'];

export interface Connector {
  /** Stands in every memory's source; unique among the running connectors. */
  readonly name: string;
  /** Makes `deliver` and `routes` work; every gateway calls it, whichever holds the connection. */
  start(host: Host): Promise<void>;
  /** Ends everything, the connection too; nothing is received afterwards. */
  stop(): Promise<void>;
  /** Present where messages come over one held connection; without it they come by `routes`. */
  readonly connection?: Connection;
  /** Sends a reply and says what the platform calls it. Throw a `RetryableError` to be called again, later. */
  deliver?(message: OutboundMessage, signal: AbortSignal): Promise<Record<string, unknown>>;
  /** Routes the HTTP server mounts at `/`. `token`: behind the hub's bearer tokens; `own`: it checks signatures itself. */
  routes?: { access: 'token' | 'own'; handler: RouteHandler };
}
