/** All that extensions, ours or yours, may import; the package re-exports it. What shows replies is in `replies.ts`. */
export type { Permission } from './access/permissions.js';
export type { Resource } from './access/role.js';
export type {
  AgentTypeContext,
  AgentTypeExtension,
  Draft,
  TurnTaker,
  TurnTask,
} from './agents/agent-type.js';
export { defineAgentType } from './agents/agent-type.js';
export type {
  Connection,
  Connector,
  Counting,
  DeliveryReceipt,
  FailureAnswer,
  Files,
  Finding,
  Host,
  HubRequest,
  Inbox,
  Notes,
  Outcome,
  PlatformAccount,
  Principal,
  Reading,
  Receipt,
  Receiving,
  ReplyFeed,
  RouteHandler,
} from './connector/connector.js';
export { CatchUpMark } from './connector/kit/catch-up-mark.js';
export type { CatchUpMarksOptions } from './connector/kit/catch-up-marks.js';
export { CatchUpMarks } from './connector/kit/catch-up-marks.js';
export type { DownloadRules } from './connector/kit/download.js';
export { download, tooLarge } from './connector/kit/download.js';
export { InFlight, tokenOwner } from './connector/kit/in-flight.js';
export { KeyedQueue } from './connector/kit/keyed-queue.js';
export type { Rung } from './connector/kit/ladder.js';
export { descend } from './connector/kit/ladder.js';
export type { ReplacementOptions } from './connector/kit/replacement.js';
export { Replacement } from './connector/kit/replacement.js';
export type { RouteAbout } from './connector/kit/route-about.js';
export type { Sent, SentPartsOptions } from './connector/kit/sent-parts.js';
export { SentParts } from './connector/kit/sent-parts.js';
export { directPrefix, TokenAccess, userOfRoom } from './connector/kit/token-access.js';
export type { TurnFailure } from './connector/kit/turn-failure.js';
export { turnFailure } from './connector/kit/turn-failure.js';
export type { Asking, Wait, WaitLimits } from './connector/kit/waiters.js';
export { Waiters } from './connector/kit/waiters.js';
export type { Tries } from './connector/kit/waiting.js';
export { pause, untilDone } from './connector/kit/waiting.js';
export type { Pauses } from './core/back-off.js';
export { backOffMs, retryAfterMs } from './core/back-off.js';
export type { Agent, Character } from './core/character.js';
export { agentUnknown } from './core/character.js';
export type { WebChatSettings } from './core/connector-settings.js';
export { atMost, within } from './core/deadline.js';
export type { Reply, TurnEvent } from './core/events.js';
export { derivedId, newId } from './core/ids.js';
export type {
  CommandAnswer,
  InboundCommand,
  InboundEdit,
  InboundMessage,
  InboundPress,
  InboundReaction,
} from './core/inbound.js';
export type { Attachment, Author, Button, Memory, Source, SourceKey } from './core/memory.js';
export { roomIdOf } from './core/memory.js';
export type { ModelAbilities } from './core/model-abilities.js';
export { networkOf } from './core/network.js';
export type { Origin } from './core/origin.js';
export type { Part, PartKind } from './core/part.js';
export { isPublicHost } from './core/public-host.js';
export type { Requester } from './core/requester.js';
export { isThisMachine } from './core/this-machine.js';
export type { ResultFile, ToolHints, ToolResult } from './core/tool-result.js';
export type { ActionRecord, OutboundMessage, Turn, Usage } from './core/turn.js';
export { TurnText } from './core/turn-text.js';
export type { ErrorCode } from './errors.js';
export { CarrierError, FatalError, RetryableError, turnFailureCode } from './errors.js';
export type {
  ConnectorContext,
  ConnectorExtension,
  EmbedderExtension,
  ExtensionBase,
  ExtensionContext,
  HubLimits,
  ProviderContext,
  ProviderExtension,
  Search,
  SetupStep,
} from './extensions/extension.js';
export {
  defineConnector,
  defineEmbedder,
  defineProvider,
  secret,
} from './extensions/extension.js';
export { withCallIds } from './llm/call-ids.js';
export type {
  Embedder,
  EmbedUse,
  Example,
  Image,
  LanguageModel,
  MessageFile,
  ModelChunk,
  ModelMessage,
  ModelRequest,
  Passage,
  Phrase,
  Quote,
  Speaker,
  SystemPart,
  Tool,
  ToolCall,
  Transcriber,
  UserMessage,
} from './llm/llm.js';
export { wishesIn } from './llm/phrases.js';
export type { Pictures } from './llm/pictures.js';
export { PictureBodies } from './llm/pictures.js';
export { promptText, systemText, userText } from './llm/prompt-text.js';
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
  Arriving,
  CommandCall,
  Delivery,
  InboundContext,
  PluginCommand,
  PluginEvents,
  PluginRoutes,
  PluginRule,
  PluginRuling,
  Said,
} from './plugin/hooks.js';
export type {
  Action,
  ActionContext,
  ContextProvider,
  DocumentAccess,
  Evaluator,
  MemoryAccess,
  Plugin,
  PluginContext,
  PluginExtension,
  PluginParts,
  ScheduleAccess,
  Transforms,
  TurnContext,
  Verdict,
  WhenWished,
} from './plugin/plugin.js';
export { defineAction, definePlugin } from './plugin/plugin.js';
export type { Problem } from './problems.js';
export { problemsOf, problemText, sentence } from './problems.js';
export type {
  SourceState,
  SourceTool,
  ToolSource,
  ToolSourceContext,
  ToolSourceExtension,
} from './tools/tool-source.js';
export { defineToolSource } from './tools/tool-source.js';
