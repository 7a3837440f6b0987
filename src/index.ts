/** The public API: all that connectors and plugins, ours or yours, may import. */
export type {
  Connection,
  Connector,
  DeliveryReceipt,
  Finding,
  Host,
  HubRequest,
  Notes,
  Outcome,
  Principal,
  Receipt,
  RouteHandler,
} from './connector/connector.js';
export type { LiveSurface } from './connector/live-message.js';
export type { LiveOptions } from './connector/live-reply.js';
export { LiveReplies } from './connector/live-reply.js';
export type { Agent, Character } from './core/character.js';
export type { Reply, TurnEvent } from './core/events.js';
export { derivedId, newId } from './core/ids.js';
export type {
  Attachment,
  Author,
  Button,
  InboundCommand,
  InboundMessage,
  InboundPress,
  InboundReaction,
  Memory,
  Source,
  SourceKey,
} from './core/memory.js';
export { roomIdOf } from './core/memory.js';
export type { ActionRecord, OutboundMessage, Turn, Usage } from './core/turn.js';
export type { ErrorCode } from './errors.js';
export { CarrierError, FatalError, RetryableError } from './errors.js';
export { fileEnding } from './markdown/file-ending.js';
export { healMarkdown } from './markdown/heal.js';
export { markdownOf, parseMarkdown } from './markdown/parse.js';
export type { Handlers, Renderer } from './markdown/render.js';
export { markOf, plainText, renderMarkdown } from './markdown/render.js';
export type { SplitOptions } from './markdown/split.js';
export { splitMarkdown } from './markdown/split.js';
export { tableAsText } from './markdown/table.js';
export type {
  Action,
  ActionContext,
  ContextProvider,
  Evaluator,
  MemoryAccess,
  Plugin,
  TurnContext,
  Verdict,
} from './plugin/plugin.js';
export { defineAction } from './plugin/plugin.js';
