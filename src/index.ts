/** The public API: all that connectors and plugins, ours or yours, may import. What shows replies is in `replies.ts`. */
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
