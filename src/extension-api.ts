/** All that extensions, ours or yours, may import; the package re-exports it. What shows replies is in `replies.ts`. */
export type { Draft, TurnTaker, TurnTask } from './agents/agent-type.js';
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
export type { ModelAbilities } from './core/model-abilities.js';
export type { ActionRecord, OutboundMessage, Turn, Usage } from './core/turn.js';
export type { ErrorCode } from './errors.js';
export { CarrierError, FatalError, RetryableError } from './errors.js';
export type {
  AgentTypeContext,
  AgentTypeExtension,
  ConnectorContext,
  ConnectorExtension,
  EmbedderExtension,
  ExtensionBase,
  ExtensionContext,
  HubLimits,
  ProviderContext,
  ProviderExtension,
  SetupStep,
} from './extensions/extension.js';
export {
  defineAgentType,
  defineConnector,
  defineEmbedder,
  defineProvider,
  secret,
} from './extensions/extension.js';
export type {
  Embedder,
  Image,
  LanguageModel,
  ModelChunk,
  ModelMessage,
  ModelRequest,
  Tool,
  ToolCall,
} from './llm/llm.js';
export type { Service } from './llm/service.js';
export {
  argumentsObject,
  base64,
  cutStream,
  failureOf,
  isReadable,
  requireSetting,
  usableKey,
} from './llm/service.js';
export { unitVector } from './llm/unit-vector.js';
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
