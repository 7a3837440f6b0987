/**
 * What a plugin can have besides abilities: it watches, changes and judges what the hub does for the agents that name
 * it. Every call has a time limit, after which the signal it was given is aborted. Transforms are in `plugin.ts`.
 *
 * - **Rule**: decides whether a message is taken, after the hub's own rules.
 * - **Events**: what has happened, for observers; best effort.
 * - **Command**: `/name` in a chat.
 * - **Routes**: HTTP under `/plugins/NAME/`.
 */
import type { z } from 'zod';
import type { RouteHandler } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import type { InboundMessage } from '../core/inbound.js';
import type { Author, Memory } from '../core/memory.js';
import type { OutboundMessage, Turn } from '../core/turn.js';

/** What a message says. */
export type Said = Pick<Memory['content'], 'text' | 'attachments' | 'quote'>;

/** What an inbound transform is told besides the message. */
export interface InboundContext {
  agent: Agent;
  roomId: string;
  author: Author;
  /** A message that is stored already gets another text; only the text is taken of what comes back. */
  edited: boolean;
  signal: AbortSignal;
}

/** A message, command or pressed button at the gate; nothing of it is stored yet. */
export interface Arriving {
  agent: Agent;
  message: z.output<typeof InboundMessage>;
  /** Whether its author is an operator of the agent there. */
  operator: boolean;
  signal: AbortSignal;
}

/** `keep`: stored for the agent to know of, and not answered. `drop`: neither. A notice tells the sender why. */
export type PluginRuling = 'pass' | 'keep' | 'drop' | { notice: string };

/** Decides whether a message is taken, after the hub's own rules. */
export interface PluginRule {
  name: string;
  /** Where it fails, the message is dropped. */
  judge(arriving: Arriving): PluginRuling | Promise<PluginRuling>;
}

/** Where it happened, that process calls them: messages and deliveries in gateways, turns in workers. */
export interface PluginEvents {
  /** A turn is committed: done, failed, stopped, or waiting for a decision (`turn.status`). */
  turn?(event: { turn: Turn; reply: Memory }): void | Promise<void>;
  /** A message of a person is stored. */
  message?(memory: Memory): void | Promise<void>;
  /** A reply went to its platform, or did not; it is tried again then. */
  delivery?(event: Delivery): void | Promise<void>;
  /** An agent is here or has changed; null: it is gone. */
  agent?(event: { id: string; agent: Agent | null }): void | Promise<void>;
}

/** One try to bring a reply to its platform. */
export interface Delivery {
  message: OutboundMessage;
  outcome: 'delivered' | 'failed';
  /** Why it failed. */
  error?: { code: string; message: string };
}

/** A command, and who gave it where. */
export interface CommandCall {
  agent: Agent;
  roomId: string;
  author: Author;
  /** What follows the name, trimmed. */
  args: string;
  operator: boolean;
  signal: AbortSignal;
}

/** `/name` in a chat. */
export interface PluginCommand {
  /** Without the slash: 1 to 32 letters a-z. The hub's own commands come first. */
  name: string;
  /** What it does, for /help: half a sentence. */
  about: string;
  operatorsOnly?: boolean;
  /** The answer. People read the message of a `FatalError`; of other errors they are told that it does not work. */
  run(call: CommandCall): string | Promise<string>;
}

/** HTTP under `/plugins/NAME/`. */
export interface PluginRoutes {
  /** `token` (default): behind the hub's bearer tokens. `own`: the plugin checks who calls. */
  access?: 'token' | 'own';
  /** An express router or a plain function; `req.url` begins behind `/plugins/NAME`. */
  handler: RouteHandler;
}
