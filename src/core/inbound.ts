/** What connectors hand over: messages, and what people do besides writing them. */
import { z } from 'zod';
import { newId } from './ids.js';
import {
  Attachment,
  Author,
  Button,
  type Memory,
  Quote,
  roomIdOf,
  Source,
  type SourceKey,
  scopeOf,
  sharedScopeOf,
} from './memory.js';
import { Parts } from './part.js';

/** What a connector hands over: one platform message, normalised, not yet stored. */
export const InboundMessage = z.object({
  agentId: z.string().min(1),
  source: Source,
  /** True where only this author and the agent can read: the room's memories then follow the author. */
  direct: z.boolean(),
  /** False for talk among others that the agent only overhears; true when it is named, or answered. */
  addressed: z.boolean().default(true),
  /**
   * It is said to somebody else: another person's name begins it, or it answers a message of theirs. Counts where it is
   * not `addressed`.
   */
  addressesAnother: z.boolean().optional(),
  /**
   * `source.thread` is a conversation of its own under one message or post: what is said in it once the agent was
   * addressed there is meant for the agent. Not for a lasting part of a group, such as a topic.
   */
  threaded: z.boolean().optional(),
  /**
   * What the agent's account is called in a command, `ada_bot` in `/help@ada_bot`; absent where commands name no
   * account. The text keeps its command as it was written: the hub decides whose it is.
   */
  account: z.string().min(1).max(256).optional(),
  /** A webhook says it in the place of a person, whose own message is taken away: with `author.bot`. */
  proxy: z.boolean().optional(),
  author: Author,
  /**
   * The author's roles or groups on the platform, as of now. Absent where it does not say them: it is asked for them
   * (`Connector.groupsOf`) where they matter, and where it cannot be asked, nobody has any.
   */
  roles: z.array(z.string().max(256)).max(500).optional(),
  text: z.string(),
  quote: Quote.optional(),
  /** The platform's id of the message it answers or quotes, made as `source.messageId` is. */
  replyTo: z.string().min(1).max(1024).optional(),
  /** What it carries besides the words its author typed. What is too long or too many is cut. */
  parts: Parts.default([]),
  /** Already in the `FileStore`. */
  attachments: z.array(Attachment).default([]),
  /** Files it comes with that are fetched only once it is let in: `complete` turns them into attachments. */
  files: z
    .array(z.object({ name: z.string().max(255), size: z.number().int().nonnegative().optional() }))
    .max(1000)
    .default([]),
  /** The server, workspace or group is the operator's own, named by their settings: it needs no letting in. */
  home: z.boolean().default(false),
});
export type InboundMessage = z.input<typeof InboundMessage>;

/** A command given by the platform's own means (a slash command), not by a message. */
export interface InboundCommand {
  agentId: string;
  /** The platform's id of this one call, the same when it is told again: it is carried out once then. */
  id?: string;
  source: Source;
  direct: boolean;
  author: Author;
  /** As in `InboundMessage`. */
  roles?: string[] | undefined;
  /** Without the slash: `help`, `new`, `status`, `forget`, `model`, `stop`. */
  name: string;
  /** What follows the name, as written. */
  args: string;
  /** As in `InboundMessage`. */
  home?: boolean;
}

/** What a command gives. */
export const CommandAnswer = z.object({
  text: z.string(),
  /** Good where the command was given, for whoever gave it. */
  buttons: z.array(Button).optional(),
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;

/** A message as its author changed it. */
export interface InboundEdit {
  key: SourceKey;
  text: string;
  author: Author;
  /** It names the agent as it is now: talk that was only kept is answered then, once. */
  addressed?: boolean;
  /** As in `InboundMessage`. */
  roles?: string[] | undefined;
  /** As in `InboundMessage`. */
  home?: boolean;
}

/** A reaction to a message, kept as feedback where that message is the agent's. */
export interface InboundReaction {
  agentId: string;
  /** Of the message reacted to: its `messageId` is the platform's, as in a receipt's `messageIds`. */
  source: Omit<Source, 'pull' | 'metadata'>;
  author: Author;
  /** As in `InboundMessage`. */
  roles?: string[] | undefined;
  /** The emoji itself, or the platform's name of it. */
  emoji: string;
  removed: boolean;
  /** As in `InboundMessage`. */
  home?: boolean;
}

/** A button pressed under one of the agent's messages. */
export interface InboundPress {
  agentId: string;
  source: Source;
  author: Author;
  /** As in `InboundMessage`, of who pressed. */
  roles?: string[] | undefined;
  /** What the button carried; the hub signed it, and takes most of them once. */
  payload: string;
  /** As in `InboundMessage`. */
  home?: boolean;
}

/** What a person said, as it is stored. `pointedAt`: what it answers or quotes, where that is known here. */
export function messageMemory(
  message: z.output<typeof InboundMessage>,
  status: 'pending' | 'kept',
  pointedAt: Pick<Memory['content'], 'replyTo' | 'quote'>,
  asker?: Memory['asker'],
): Memory {
  const { agentId, source, direct, author, text, attachments, parts } = message;
  const roomId = roomIdOf(agentId, source);
  const scope = direct ? scopeOf(message) : sharedScopeOf(roomId);
  const content = { text, attachments, ...pointedAt, ...(parts.length > 0 && { parts }) };
  return {
    id: newId(),
    ...{ agentId, roomId, scope, kind: 'message', role: 'user', author, content, source, status },
    ...{ turnId: null, createdAt: Date.now() },
    ...(asker && { asker }),
  };
}
