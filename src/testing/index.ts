/**
 * `carrier-hub/testing`: what a connector, a model provider, an embedder, a plugin or a tool source promises, as tests
 * for vitest. Install vitest and, for plugins, fast-check beside it. Each suite is a function to call at the top of a
 * test file; its docstring has an example.
 */
export { connectorContract, outboundOf } from './connector.js';
export { fakeConnectorContext, fakeProviderContext } from './context.js';
export type { EmbedderContractOptions, EmbedderSubject } from './embedder.js';
export { embedderContract } from './embedder.js';
export type { FakeHostOptions } from './host.js';
export { FakeHost } from './host.js';
export type { TestHubOptions } from './hub.js';
export { TestHub } from './hub.js';
export type { LanguageModelContractOptions, LanguageModelSubject } from './language-model.js';
export { languageModelContract, modelRequest, said, weather, weatherResult } from './language-model.js';
export type {
  Ability,
  ConnectorContractOptions,
  Platform,
  PlatformFile,
  PlatformMessage,
  Refusal,
} from './platform.js';
export { fakeContext, fakeMemory, pluginContract } from './plugin.js';
export type { Delivering, Recorder } from './recorder.js';
export type { Draft, ScriptedModel } from './script.js';
export type { ToolSourceSubject } from './tool-source.js';
export { toolSourceContract } from './tool-source.js';
export type { FakeTurn } from './turn.js';
