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
import type { Permission } from '../access/permissions.js';
import type { TokenHolder } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import type { Reply, TurnEvent } from '../core/events.js';
import type {
  CommandAnswer,
  InboundCommand,
  InboundEdit,
  InboundMessage,
  InboundPress,
  InboundReaction,
} from '../core/inbound.js';
import type { Attachment, Memory, SourceKey } from '../core/memory.js';
import type { OutboundMessage, Turn } from '../core/turn.js';
import type { ErrorCode, RetryableError } from '../errors.js';
import type { Counted } from '../rate/rate.js';
import type { RouteAbout } from './kit/route-about.js';

/** What became of a message that was handed over. */
export interface Receipt {
  memory: Memory;
  /** The platform sent it before; no new turn is made. */
  duplicate: boolean;
  /** It was a command, and this is what it gave: for senders who wait for an answer, as behind the hub's tokens. */
  outcome?: Outcome;
}

/** What a message's receiver is told besides the message. */
export interface Receiving {
  /**
   * Gives the message with what costs a request or memory: its files, names that must be looked up. Called once at
   * most, after the gate has let the message in; not for what it refuses, nor for what is stored already, nor for talk
   * with `files` that is only overheard: those are named in its text. May change
   * `text`, `quote`, `parts`, `attachments`, and the author's name, and nothing else. What it throws, `receive` throws.
   */
  complete?(): Promise<InboundMessage>;
  /**
   * For a message whose `complete` may take longer than its platform waits: the hub notes it then, durably, and calls
   * `taken`, so that the platform may be told "got it". `receive` goes on, and resolves when the message is stored, in
   * the order of its room. Should the process die before, the next one gives `event`, JSON, to the connector's `again`.
   */
  early?: { event: unknown; taken(): void };
  /** The sender waits for the hub's answer: what the gate says is thrown, as it is behind the hub's tokens. */
  waits?: boolean;
  /** Whose token the request came with: commands of an administrator are an operator's. */
  from?: Principal;
}

/** What people do, handed to the hub. Everything passes the gate: who may not speak here may not change what was said. */
export interface Inbox {
  /**
   * Stores and schedules. Durable when it resolves; null means there will be no turn: the gate dropped it (a bot's
   * message, say), it was a command, or its sender is sent a notice. Overheard talk comes back as `kept`.
   * Errors: `agent_unknown`, `text_empty`, `text_too_long`, `invalid_field`; where the sender `waits`, and behind
   * the hub's tokens, also `not_allowed` and `rate_limited`, in place of notices.
   */
  receive(message: InboundMessage, more?: Receiving): Promise<Receipt | null>;
  /**
   * Its author changed a message. Before its turn has begun, the turn sees the new text; a turn that runs goes on with
   * the old one, and none is made; but talk that was only kept, and is `addressed` now, is answered once. False: no such
   * message of theirs here, or the gate refuses them. Errors: `text_too_long`.
   */
  edit(edit: InboundEdit): Promise<boolean>;
  /** A message was deleted, of a person or the agent, so it is forgotten; one that waits is not answered. False: unknown. */
  remove(key: SourceKey): Promise<boolean>;
  /** Keeps a reaction to one of the agent's messages as feedback. False: not the agent's message, or the gate refuses. */
  react(reaction: InboundReaction): Promise<boolean>;
  /** Carries out a command; what it gives is for the caller's eyes only. Null: the gate drops the caller. */
  command(command: InboundCommand): Promise<CommandAnswer | null>;
  /**
   * Takes a pressed button; the text is for who pressed, and the buttons of that message have done their work: take them
   * away. Errors, whose messages are for who pressed as well: `button_invalid` (forged, expired, used), `not_allowed`, and
   * `button_stays` where the press was taken and the message is left as it is: the hub replaces it when it is time.
   */
  press(press: InboundPress): Promise<string>;
  /** What a sender that can wait should be told instead, since too much waits already; null: go on. */
  busy(): RetryableError | null;
  /** Throws `agent_unknown` when no such agent runs. */
  requireAgent(agentId: string): void;
  /** Of the agents that run. */
  agentIds(): string[];
}

/** What comes back, for connectors that show it before it is delivered or to who waits for it. */
export interface ReplyFeed {
  /** Turn events of a room, best effort. The result ends it. */
  watch(roomId: string, listener: (event: TurnEvent) => void): Promise<() => void>;
  /** The answer that covers a message; null while it has none. A failed turn has `error`. */
  outcome(messageId: string): Promise<Outcome | null>;
  /** Whether a reply of the room is committed and not yet with its platform. */
  owes(roomId: string): Promise<boolean>;
}

/** Bytes of attachments. */
export interface Files {
  /**
   * Keeps a file of a message that was let in: call it from `complete`. Its media type is read from its bytes and
   * name. Errors: `quota_exceeded`, said for the sender.
   */
  putFile(
    bytes: Uint8Array,
    file: { name: string; mediaType?: string },
    of: InboundMessage,
  ): Promise<Attachment>;
  /** The bytes of an attachment's `file`; null when they are gone. */
  getFile(key: string): Promise<Uint8Array | null>;
}

/** What is stored, for connectors that let it be read. */
export interface Reading {
  turn(turnId: string): Promise<Turn | null>;
  /** A message, fact or summary by its id, whosesoever it is: judge `agentId` and `source` before you show it. */
  message(id: string): Promise<Memory | null>;
  history(
    roomId: string,
    page: { limit: number; cursor?: string; order?: 'oldest' | 'newest' },
  ): Promise<{ items: Memory[]; nextCursor: string | null }>;
}

/** Counts, for connectors whose routes anybody may call. */
export interface Counting {
  /** How often this key was counted by this connector in the window, this time among it, in all processes together. Never fails. */
  count(key: string, windowSeconds: number): Promise<Counted>;
}

/** The hub as a connector sees it. Take the parts you use: `Pick` or one of the interfaces it is made of. */
export interface Host extends Inbox, ReplyFeed, Files, Reading, Counting {
  /** This connector's own small durable values, in the store of the hub and so the same in every process. */
  notes: Notes;
  log: {
    info(o: object, m: string): void;
    warn(o: object, m: string): void;
    error(o: object, m: string): void;
  };
}

/** Small JSON values under keys of up to 512 characters. Not for secrets, unless encrypted. */
export interface Notes {
  get(key: string): Promise<unknown>;
  /** Without `ttlMs` it is kept for ever. */
  put(key: string, value: unknown, options?: { ttlMs?: number }): Promise<void>;
  /** Removes and gives it; of many callers one gets it, the others null. */
  take(key: string): Promise<unknown>;
}

/** One thing that `carrier doctor` looked at. */
export interface Finding {
  check: string;
  ok: boolean;
  /** What to do about it; also where all is well but could be meant otherwise. */
  fix?: string;
}

/** What the platform calls a delivered reply; kept with it, for people who look into the store. */
export interface DeliveryReceipt {
  /** The platform's ids of the messages it was sent as, first to last, made as `source.messageId` is. */
  messageIds?: string[];
  [detail: string]: unknown;
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
  /** Asks the platform whether it answers, where that is not known as of now: `health` says so then. Never rejects. */
  ask?(): Promise<void>;
}

/** How the turn that answers a message ended. */
export interface Outcome {
  turnId: string;
  reply: Reply | null;
  error: { code: string; message: string } | null;
}

/** Who is calling, on routes the hub has authenticated. */
export type Principal = TokenHolder;

/** A request as the hub's HTTP server hands it to a connector's route. */
export interface HubRequest extends IncomingMessage {
  /** Present behind the hub's tokens. */
  principal?: Principal;
  /** Whose address it comes from, by CARRIER_TRUSTED_PROXIES; IPv4 within IPv6 as IPv4. */
  address?: string;
  /**
   * Aborted when the request's token is revoked or expires: end the request then, and answer `reason`, an error
   * (`token_revoked`). What has not ended a moment later is cut off. Present behind the hub's tokens.
   */
  revoked?: AbortSignal;
  /** Throws `permission_denied` where the request's token may not do this to that; `token_missing` without one. */
  authorise?(permission: Permission, resource: Resource): void;
  /**
   * Carries out an operation (`docs/operations.md`) as whoever's token the request came with: it is checked, judged and
   * written down as over the hub's own routes, and throws what it throws there.
   */
  operate?(name: string, input: object): Promise<unknown>;
}

/** An express router fits, and so does a plain function. */
export type RouteHandler = {
  // A method's type, since TypeScript lets its parameters be narrower: express has its own request and response.
  handle(req: HubRequest, res: ServerResponse, next: (error?: unknown) => void): void;
}['handle'];

/** How what failed is answered. The message may be shown to anybody. */
export type FailureAnswer = (failure: {
  status: number;
  code: ErrorCode;
  message: string;
  field?: string | undefined;
}) => { status: number; body: object };

/** Somebody on the connector's platform. */
export interface PlatformAccount {
  /** As in a message's source. */
  tenant: string;
  userId: string;
  /** The groups in question, for platforms that must be asked for each; of others nothing need be said. Absent: all. */
  among?: readonly string[] | undefined;
}

/** A connector to one platform; see the head of this file. */
export interface Connector {
  /** Stands in every memory's source. */
  readonly name: string;
  /** The one agent this connector is the face of; absent: it serves all. Unique with the name. */
  readonly agentId?: string;
  /** Makes `deliver` and `routes` work; every gateway calls it, whichever holds the connection. */
  start(host: Host): Promise<void>;
  /** Ends everything, the connection too; nothing is received afterwards. */
  stop(): Promise<void>;
  /** Present where messages come over one held connection; without it they come by `routes`. */
  readonly connection?: Connection;
  /**
   * Takes an event that was noted for a message (`early`) and whose process died: as if its platform sent it once more.
   * Called after `start`, before the connection is opened. What it throws is tried again, unless it is a `FatalError`.
   */
  again?(event: unknown): Promise<void>;
  /**
   * The groups somebody is in now, as lists and grants name them: roles, user groups, offices. Empty for who is no member
   * any more. Asked for where a list or a grant names a group and the platform did not say with a message itself; the
   * hub shares an answer for 0.8 s and gives up after 3 s. Ask the platform each time, or keep what it tells of changes:
   * a role that is taken away must not count a second later. Throw where it cannot be known, best a `RetryableError`
   * `groups_unknown` that names the fix: then nobody is in any group, and whoever may be denied is.
   */
  groupsOf?(who: PlatformAccount, signal: AbortSignal): Promise<string[]>;
  /** A digest of what proves who somebody is now, such as a site's secret: with another one, they are signed out of the console. */
  proofOf?(who: Pick<PlatformAccount, 'tenant' | 'userId'>): string;
  /** Looks at the settings with the platform's eyes, without starting; what follows a failed check may be missing. */
  diagnose?(): Promise<Finding[]>;
  /**
   * Sends a reply and says what the platform calls it. Throw a `RetryableError` to be called again, later. The code
   * `config_invalid` says that the connector itself is refused, its token say: it goes off, and its replies wait.
   *
   * A message with `replacing` is to stand in the place of an earlier one: change the messages that have those ids, part by
   * part, their buttons too, and say which they are, by means that do not end (a token or address that came with a press
   * does). Where they are gone, too old or too few, or your platform changes nothing, send it as any other.
   * `Replacement` of the kit does it.
   */
  deliver?(message: OutboundMessage, signal: AbortSignal): Promise<DeliveryReceipt>;
  /** Nothing of this reply will be sent: takes away what already shows its beginning. */
  withdraw?(message: OutboundMessage): Promise<void>;
  /**
   * Who takes a reply, where that is not the platform as a whole: what waits for one receiver holds up no other's, and
   * that others take theirs says nothing about it. Absent: all are the platform's.
   */
  receiver?(message: OutboundMessage): string;
  /**
   * Routes the HTTP server mounts at `/`. `token`: behind the hub's bearer tokens; `own`: it checks signatures itself.
   * Tokens without the permission `routes.call` see those of `token` access only where the connector `authorises`: asks
   * `req.authorise` in each of them, by agent, tenant and user.
   */
  routes?: {
    access: 'token' | 'own';
    authorises?: true;
    handler: RouteHandler;
    /** For the hub's OpenAPI document; routes that it does not name work all the same. */
    about?: readonly RouteAbout[];
    /** Answers in a form of its own what fails below a path, also where it was not asked: a wrong token, too many requests. */
    failures?: { under: string; answer: FailureAnswer };
  };
}
