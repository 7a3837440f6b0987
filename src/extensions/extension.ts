/**
 * Extension: whatever can be added to the hub by naming it in a setting. A module exports one as its default, or a
 * list of them.
 *
 * - **Kind**: connector, provider (of language models), embedder, plugin, agent type, tool source.
 * - **Settings**: a zod object. Field `botToken` of the extension `slate` is the setting `SLATE_BOT_TOKEN` of the
 *   environment, or `settings.slate.botToken` of `carrier.config.json`. Mark secrets with `secret()`: they may then
 *   come as `env:NAME`, `file:PATH` or `secret:NAME`, and are kept out of logs, answers and prompts.
 * - **Endpoint**: a provider at one address, under a name of its own.
 *
 * `definePlugin` is in `plugin/plugin.ts`. How to write one: `connectors/README.md`, `plugins/README.md`.
 */
import { z } from 'zod';
import type { Connector, Finding } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import type { ModelAbilities } from '../core/model-abilities.js';
import type { Embedder, LanguageModel, Transcriber } from '../llm/llm.js';
import type { Logger } from '../logger.js';

/** Marks a definition, whichever copy of the package made it. The value is the version of its shape. */
export const extensionBrand = Symbol.for('carrier.extension');

export type Settings = z.ZodObject;

/** A setting that nobody but the extension may see. */
export function secret(): z.ZodString {
  return z.string().trim().min(1).meta({ secret: true });
}

/** One thing a person does to set the extension up; shown by `carrier init`, the console and the docs. */
export interface SetupStep {
  title: string;
  /** What to do, in markdown. */
  text: string;
  /** Where to do it. */
  url?: string;
  /** Fields of the settings that it gives values for. */
  settings?: string[];
  /** What is to be pasted there, such as a manifest; `{name}` in it stands for the agent's name. */
  paste?: string;
}

/** A service that was looked for where it usually listens. */
export interface Search {
  /** Those that answered: the settings that lead there, and the models that it has. */
  found: { settings: Record<string, string>; models: string[] }[];
  /** Addresses that were tried. */
  tried: string[];
  /** What to do where it did not answer, or will not answer a hub in a container. */
  advice: string;
}

/** What every definition has. */
export interface ExtensionBase<S extends Settings = Settings> {
  /** a-z, 0-9 and `-`. Begins the names of its settings, so it must be the extension's own. */
  readonly name: string;
  /** What it is, in half a sentence. */
  readonly about?: string;
  readonly settings?: S;
  readonly setup?: SetupStep[];
}

/** What every `create` is given. */
export interface ExtensionContext<S extends Settings = Settings> {
  settings: z.output<S>;
  /** What a person calls one of the settings where they set it; for messages that name the fix. */
  nameOf(field: keyof z.output<S> & string): string;
  log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
}

/** What the hub says of itself to its connectors. */
export interface HubLimits {
  /** Whether people see replies while they are written. */
  streaming: boolean;
  maxBodyBytes: number;
  /** Largest file taken from people. */
  maxFileBytes: number;
  maxFiles: number;
  /** Most bytes of uploads in memory at once. */
  maxUploadingBytes: number;
  /** Requests that may wait for their replies at once in this process. */
  maxBacklog: number;
  replyTimeoutMs: number;
  callbackAllowPrivate: boolean;
}

/** What a connector is made of. */
export interface ConnectorContext<S extends Settings = Settings> extends ExtensionContext<S> {
  /** Whose face it is; absent where the extension serves the whole hub. */
  agent?: Agent;
  hub: HubLimits;
  /** A key for one purpose, in hex, made of the hub's own secret: the same in all its processes and after a restart. */
  derive(purpose: string): string;
  /** The key that receivers of the hub's posts check signatures with. */
  callbackSecret(): string;
  /**
   * The same for posts about messages that came with an issued token, by its id: each has a key of its own. Null: the
   * token was revoked, or has none. Throws what opens no key, and that the store is away.
   */
  callbackSecretOf(tokenId: string): Promise<string | null>;
}

/** A connector to one platform. */
export interface ConnectorExtension<S extends Settings = Settings> extends ExtensionBase<S> {
  readonly kind: 'connector';
  /** `agent` (default): one connector for each agent that has what it needs. `hub`: one that serves all agents. */
  readonly serves?: 'agent' | 'hub';
  /**
   * An agent is on the platform once one of these settings has a value; default: every secret. With `serves: 'hub'` it
   * counts for the hub; default: always.
   */
  readonly startedBy?: (keyof z.output<S> & string)[];
  /** An agent is on the platform once its character has `connectors.NAME`, whatever settings have values. */
  readonly startedBySection?: true;
  /** The setting that `connectors.NAME.token` of a character stands for; default `token`. */
  readonly token?: keyof z.output<S> & string;
  /** Settings that belong to one account: those of the hub's usual agent are no other agent's. Default: every secret. */
  readonly account?: (keyof z.output<S> & string)[];
  /**
   * Whose a user's id is: of one account on the whole `platform`, in whatever server or workspace; or (default) of one
   * in each `tenant`. Accounts are linked and given roles by it.
   */
  readonly users?: 'platform' | 'tenant';
  /**
   * Why a user's id is nobody's alone: a stand-in for all who write without a name, a channel or chat that speaks for
   * itself. It can be no operator, is given no role and linked with nobody. Null: it is one person's, or a bot's.
   */
  readonly shared?: (userId: string) => string | null;
  create(context: ConnectorContext<S>): Connector | Promise<Connector>;
}

/** What a language model is made of. */
export interface ProviderContext<S extends Settings = Settings> extends ExtensionContext<S> {
  /** The provider's own name, or the endpoint's. */
  endpoint: string;
  /** As the provider calls it; empty: its usual one. */
  model: string;
  /** What people said the model can do; what they left out is what the provider knows, or nothing. */
  abilities: Partial<ModelAbilities>;
}

/** A provider of language models, at one address or several. */
export interface ProviderExtension<S extends Settings = Settings> extends ExtensionBase<S> {
  readonly kind: 'provider';
  /** It is part of the hub's own chain once one of these settings has a value; default: every secret. */
  readonly startedBy?: (keyof z.output<S> & string)[];
  /** Asked where nothing else is set up. */
  readonly fallback?: boolean;
  /** Throws `config_invalid`, naming the setting, when one that is needed has no value. */
  create(context: ProviderContext<S>): LanguageModel | Promise<LanguageModel>;
  /** What hears at this endpoint, for messages that are spoken; null: nothing does. */
  transcriber?(context: ProviderContext<S>): Transcriber | null | Promise<Transcriber | null>;
  /** What people should know of these settings, though nothing is wrong with them. */
  notes?(context: ProviderContext<S>): string[];
  /**
   * The setting that leads to another's server of the same protocol, where this provider's keys are nobody's business; and
   * the one that names the host which may have them all the same.
   */
  readonly elsewhere?: { address: keyof z.output<S> & string; mayHaveKey?: keyof z.output<S> & string };
  /** Looks for one that runs on this machine, or on the one that this container runs on. */
  find?(settings: z.output<S>, signal: AbortSignal): Promise<Search>;
  /** The models that this endpoint has, where it tells them. */
  models?(context: ProviderContext<S>, signal: AbortSignal): Promise<string[]>;
  /** For `carrier doctor`: whether this endpoint answers with these settings. */
  check?(context: ProviderContext<S>, signal: AbortSignal): Promise<Finding[]>;
}

/** An embedder: what measures meaning. */
export interface EmbedderExtension<S extends Settings = Settings> extends ExtensionBase<S> {
  readonly kind: 'embedder';
  /** Whether `auto` takes it: the first that says so, else the one with `fallback`. */
  suits?(settings: z.output<S>): boolean;
  readonly fallback?: boolean;
  create(context: Omit<ProviderContext<S>, 'endpoint' | 'abilities'>): Embedder | Promise<Embedder>;
}

export type Definition<E extends { kind: string }> = Omit<E, 'kind'>;

export function branded<E extends object>(definition: E): E {
  return Object.assign(definition, { [extensionBrand]: 1 });
}

/** Defines a connector: how to make one from its settings. */
export function defineConnector<S extends Settings = z.ZodObject<Record<never, never>>>(
  definition: Definition<ConnectorExtension<S>>,
): ConnectorExtension<S> {
  return branded({ ...definition, kind: 'connector' as const });
}

/** Defines a provider of language models. */
export function defineProvider<S extends Settings = z.ZodObject<Record<never, never>>>(
  definition: Definition<ProviderExtension<S>>,
): ProviderExtension<S> {
  return branded({ ...definition, kind: 'provider' as const });
}

/** Defines an embedder. */
export function defineEmbedder<S extends Settings = z.ZodObject<Record<never, never>>>(
  definition: Definition<EmbedderExtension<S>>,
): EmbedderExtension<S> {
  return branded({ ...definition, kind: 'embedder' as const });
}
