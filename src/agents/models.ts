/** The language models that agents ask: providers and endpoints by name, each made once and kept. */
import type { Config, EndpointSettings } from '../config.js';
import type { Agent } from '../core/character.js';
import { derivedId } from '../core/ids.js';
import { Kept } from '../core/kept.js';
import { FatalError } from '../errors.js';
import type { ProviderContext, ProviderExtension } from '../extensions/extension.js';
import type { Registry } from '../extensions/registry.js';
import {
  fieldsOf,
  hubValues,
  readSettings,
  referencesIn,
  type Secrets,
  secretsOf,
  settingName,
  type Value,
} from '../extensions/settings.js';
import { secretReference } from '../given.js';
import type { LanguageModel, Transcriber } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { suggestion } from '../nearest.js';
import { problemText, sentence } from '../problems.js';
import type { RateCounter } from '../rate/rate.js';
import { type RenewedEmbedder, renewedEmbedder } from './embedder.js';
import { limited, strictest } from './limited-model.js';
import { madeModel } from './made.js';
import { unusable } from './unusable-model.js';

export interface ModelsParts {
  config: Config;
  registry: Registry;
  secrets: Secrets;
  /** Makes every model, in the place of the providers. */
  model?: (ref: string) => LanguageModel;
  /** Absent: nothing is asked, only looked at. */
  rates?: RateCounter;
  log: Logger;
}

interface Endpoint {
  name: string;
  provider: ProviderExtension;
  values: Map<string, Value>;
  said: Partial<EndpointSettings>;
}

export class Models {
  /** The chain for agents that name no models of their own. */
  readonly usual: string[];
  /** Where it comes from, for messages that name the fix. */
  readonly usualFrom: string;
  readonly #parts: ModelsParts;
  readonly #made = new Kept<LanguageModel>();
  /** Secrets that each model was made with. */
  readonly #references = new Map<string, string[]>();

  constructor(parts: ModelsParts) {
    this.#parts = parts;
    const { chain } = parts.config.models;
    this.usual = chain.length > 0 ? chain : this.#usable();
    this.usualFrom = chain.length > 0 ? 'CARRIER_MODELS' : 'models';
  }

  /** Of an agent, in the order in which they are asked. */
  refs({ character }: Agent): string[] {
    return character.models.length > 0 ? character.models : this.usual;
  }

  /**
   * The models to ask for an agent, best first, and a preferred one before them if it is one of them. Those that cannot
   * be used say why when they are asked. @throws FatalError `config_invalid` when there is no other.
   */
  async chain(agent: Agent, preferred?: string): Promise<LanguageModel[]> {
    const refs = this.refs(agent);
    const first = refs.filter((ref) => ref === preferred);
    const wanted = [...first, ...refs.filter((ref) => ref !== preferred)];
    const made = await Promise.allSettled(wanted.map((ref) => this.get(ref)));
    const models = made.map((result, i) =>
      result.status === 'fulfilled' ? result.value : unusable(wanted[i]!, result.reason),
    );
    if (made.some(({ status }) => status === 'fulfilled')) return models;
    throw made.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []))[0]!;
  }

  /** @throws FatalError `config_invalid` when there is no such endpoint, or it lacks what it needs. */
  get(ref: string): Promise<LanguageModel> {
    return this.#made.get(ref, () => this.#make(ref));
  }

  /** What hears for an agent: at the first of its endpoints where something does; null: nothing. */
  async transcriber(agent: Agent): Promise<Transcriber | null> {
    if (this.#parts.model) return null;
    for (const ref of this.refs(agent)) {
      const context = await this.contextOf(ref);
      const found = await context.provider.transcriber?.(context);
      if (found) return found;
    }
    return null;
  }

  /** What people should know of a model that can be used. */
  async notes(ref: string): Promise<string[]> {
    if (this.#parts.model) return [];
    const context = await this.contextOf(ref);
    return context.provider.notes?.(context) ?? [];
  }

  /** Models made with this secret are made anew when they are asked next. */
  forget(reference: string): void {
    for (const [ref, references] of this.#references)
      if (references.includes(reference)) this.#made.forget(ref);
  }

  async #make(ref: string): Promise<LanguageModel> {
    const { model } = this.#parts;
    if (model) return model(ref);
    const context = await this.contextOf(ref);
    const made = madeModel(context.provider.name, await context.provider.create(context));
    const { endpoint } = context;
    const { rates, config } = this.#parts;
    const key = this.#keyOf(endpoint);
    const sharing = Object.entries(config.endpoints).filter(([name]) => this.#hasKey(name, key));
    const limits = strictest(sharing.map(([name, { limits }]) => ({ name, limits })));
    return rates && limits.length > 0 ? limited(made, { key, limits, rates }) : made;
  }

  #hasKey(endpoint: string, key: string): boolean {
    try {
      return this.#keyOf(endpoint) === key;
    } catch {
      // Nothing is asked of an endpoint that cannot be used.
      return false;
    }
  }

  /** The same for all endpoints that use the same key; tells nothing of it. */
  #keyOf(endpoint: string): string {
    const { provider, values } = this.#endpoint(endpoint);
    const keys = secretsOf(provider).flatMap((field) => {
      const { value, name } = values.get(field) ?? {};
      const said = String(value ?? '').trim();
      if (said === '') return [];
      return secretReference.test(said) ? this.#parts.config.given.whereIs(said) : `env:${name}`;
    });
    return derivedId('key', ...(keys.length > 0 ? keys : [endpoint]));
  }

  /** What the provider of a model is given; for its `create` and its `check`. */
  async contextOf(ref: string): Promise<ProviderContext & { provider: ProviderExtension }> {
    const { config, secrets, log } = this.#parts;
    const [name = '', model] = splitRef(ref);
    const { provider, values, said } = this.#endpoint(name);
    const isProvider = provider.name === name;
    // Before they are read: one that changes meanwhile is not overlooked.
    this.#references.set(
      ref,
      referencesIn(values).map((reference) => config.given.whereIs(reference)),
    );
    for (const [field, { name: at }] of values)
      if (!fieldsOf(provider).includes(field))
        throw new FatalError(
          'config_invalid',
          sentence(
            `${at} is not a setting of the provider "${provider.name}"${suggestion(field, fieldsOf(provider))}`,
          ),
          { field: at },
        );
    const read = await readSettings(provider, values, secrets, (field) =>
      isProvider ? settingName(name, field) : `endpoints.${name}.${field}`,
    );
    if ('problems' in read)
      throw new FatalError('config_invalid', sentence(`The model "${ref}": ${problemText(read.problems)}`), {
        field: read.problems[0]?.field,
      });
    const { settings, nameOf } = read;
    const abilities = said.models?.[model || String(settings.model ?? '')] ?? {};
    return {
      provider,
      endpoint: name,
      model,
      abilities,
      settings,
      nameOf,
      log: log.child({ endpoint: name }),
    };
  }

  #endpoint(name: string): Endpoint {
    const { config, registry } = this.#parts;
    const said = Object.hasOwn(config.endpoints, name) ? config.endpoints[name] : undefined;
    const provider = registry.get('provider', said?.provider ?? name);
    if (!provider) throw this.#unknown(name, said?.provider);
    const values = provider.name === name ? hubValues(provider, config.given) : new Map<string, Value>();
    for (const [field, value] of Object.entries(said?.settings ?? {}))
      values.set(field, { value, name: `endpoints.${name}.${field}`, text: false });
    return { name, provider, values, said: said ?? {} };
  }

  #unknown(name: string, provider?: string): FatalError {
    const providers = this.#parts.registry.list('provider').map((one) => one.name);
    if (provider || Object.hasOwn(this.#parts.config.endpoints, name)) {
      const field = `endpoints.${name}.provider`;
      const problem = provider
        ? `there is no provider "${provider}"`
        : "is missing, and no provider has the endpoint's name";
      return new FatalError(
        'config_invalid',
        sentence(`${field}: ${problem}${suggestion(provider ?? name, providers)}`),
        { field },
      );
    }
    const problem = `there is no model provider or endpoint "${name}"${suggestion(name, this.names())}`;
    return new FatalError('config_invalid', problem, { field: 'models' });
  }

  /** What is wrong with the endpoints that the settings name, whether or not an agent asks them. */
  async problems(): Promise<{ endpoint: string; field: string; message: string }[]> {
    const found = Object.entries(this.#parts.config.endpoints).map(([endpoint, { models }]) =>
      this.get([endpoint, ...Object.keys(models).slice(0, 1)].join(':')).then(
        () => [],
        ({ message, field }) => [{ endpoint, field: field ?? `endpoints.${endpoint}`, message }],
      ),
    );
    return (await Promise.all(found)).flat();
  }

  /** What the first part of a reference may be. */
  names(): string[] {
    const providers = this.#parts.registry.list('provider').map(({ name }) => name);
    return [...new Set([...Object.keys(this.#parts.config.endpoints), ...providers])];
  }

  /** Every provider that has what it needs, best first; the fallback where nothing else is set up. */
  #usable(): string[] {
    const { registry, config } = this.#parts;
    const providers = registry.list('provider');
    const ready = providers.filter((provider) => {
      const { startedBy = secretsOf(provider) } = provider;
      const values = hubValues(provider, config.given);
      return startedBy.some((field) => values.has(field));
    });
    const usable = ready.length > 0 ? ready : providers.filter(({ fallback }) => fallback);
    return usable.map(({ name }) => name);
  }
}

/** `provider:model`; the model may have colons of its own. */
function splitRef(ref: string): [name: string, model: string] {
  const at = ref.indexOf(':');
  return at < 0 ? [ref, ''] : [ref.slice(0, at), ref.slice(at + 1)];
}

/** The embedder that the settings name; null: none. @throws FatalError `config_invalid`. */
export async function embedderOf(parts: ModelsParts): Promise<RenewedEmbedder | null> {
  const create = await chosenEmbedder(parts);
  return create ? create() : null;
}

/** One that served before, by its id: with the settings as they are now, so it may be another. Null: it cannot be made. */
export async function formerEmbedder(
  { config, ...parts }: ModelsParts,
  id: string,
): Promise<RenewedEmbedder | null> {
  const [embedder = ''] = id.split(' ');
  const models = { ...config.models, embedder };
  return embedderOf({ ...parts, config: { ...config, models } }).catch(() => null);
}

/** What makes the embedder that the settings name; null: none. @throws FatalError `config_invalid`. */
export async function chosenEmbedder({
  config,
  registry,
  secrets,
  log,
}: ModelsParts): Promise<(() => RenewedEmbedder | Promise<RenewedEmbedder>) | null> {
  const { embedder: named } = config.models;
  if (named === 'none') return null;
  const [name, model] = splitRef(named);
  const candidates =
    name === 'auto' ? registry.list('embedder') : [registry.require('embedder', name, 'CARRIER_EMBEDDER')];
  let fallback: (() => Promise<RenewedEmbedder>) | null = null;
  for (const extension of candidates) {
    const read = await readSettings(extension, hubValues(extension, config.given), secrets);
    const chosen = name !== 'auto' || ('settings' in read && extension.suits?.(read.settings));
    if (!chosen && !extension.fallback) continue;
    if ('problems' in read) throw new FatalError('config_invalid', problemText(read.problems));
    const create = () => renewedEmbedder(extension, read, model, { config, secrets, log });
    if (chosen) return create;
    fallback ??= create;
  }
  return fallback;
}
