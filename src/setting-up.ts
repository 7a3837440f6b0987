/** What `carrier init` asks about and looks at: extensions as they describe themselves, and settings before they are written. */
import { botsOf } from './agents/bots.js';
import { readCharacter } from './agents/character-file.js';
import { Models } from './agents/models.js';
import { storeForDoctor } from './backends.js';
import type { Config } from './config.js';
import type { Finding } from './connector/connector.js';
import type { Agent, Character } from './core/character.js';
import { FatalError } from './errors.js';
import type { ConnectorExtension, ProviderExtension, Search, SetupStep } from './extensions/extension.js';
import { Registry } from './extensions/registry.js';
import { hubValues, readSettings, secretsOf, settingName } from './extensions/settings.js';
import { createLogger } from './logger.js';
import { look, patienceMs } from './look.js';
import { sentence } from './problems.js';
import { References } from './secrets/references.js';

/** One setting that a step gives a value for. */
export interface Asked {
  field: string;
  /** As it stands in the environment. */
  setting: string;
  secret: boolean;
}

interface Described {
  name: string;
  about: string;
  steps: (Omit<SetupStep, 'settings'> & { asked: Asked[] })[];
}

/** A provider of models that can be chosen. */
export interface ProviderOffer extends Described {
  /** The setting that leads to other servers of its protocol, and the one that lets one of them have its key. */
  elsewhere?: { address: Asked; mayHaveKey?: Asked };
  /** The model where none is named. */
  usualModel: string;
  fallback: boolean;
  findable: boolean;
}

/** A platform that an agent can be on. */
export interface PlatformOffer extends Described {
  /** The setting that `connectors.NAME.token` stands for. */
  token: string;
  /** Why an id is nobody's alone; null: it is one person's. */
  shared(userId: string): string | null;
}

/** Opened once: settings may change while they are asked for. */
export class SettingUp {
  readonly #registry: Registry;

  private constructor(registry: Registry) {
    this.#registry = registry;
  }

  static async open({ extensions }: Config): Promise<SettingUp> {
    return new SettingUp(await Registry.open(extensions));
  }

  /** Providers that say how they are set up, and the one that needs nothing. */
  get providers(): ProviderOffer[] {
    return this.#registry
      .list('provider')
      .filter(({ setup, fallback }) => setup || fallback)
      .map((provider) => ({
        ...described(provider),
        ...(provider.elsewhere && { elsewhere: elsewhereOf(provider, provider.elsewhere) }),
        usualModel: String(provider.settings?.safeParse({}).data?.model ?? ''),
        fallback: provider.fallback ?? false,
        findable: provider.find !== undefined,
      }));
  }

  get platforms(): PlatformOffer[] {
    return this.#registry
      .list('connector')
      .filter(({ serves, setup }) => serves !== 'hub' && setup)
      .map((connector) => ({
        ...described(connector),
        token: connector.token ?? 'token',
        shared: (userId: string) => connector.shared?.(userId) ?? null,
      }));
  }

  /** Looks for a provider's service on this machine. Null: it cannot be looked for. */
  async searchFor(config: Config, name: string): Promise<Search | null> {
    const provider = this.#registry.get('provider', name);
    if (!provider?.find) return null;
    const read = await readSettings(provider, hubValues(provider, config.given), secretsIn(config));
    return provider.find('settings' in read ? read.settings : {}, AbortSignal.timeout(patienceMs));
  }

  /** The models at an endpoint, where it tells them. @throws CarrierError when it does not answer. */
  async modelsAt(config: Config, endpoint: string): Promise<string[]> {
    const context = await this.#models(config).contextOf(endpoint);
    return (await context.provider.models?.(context, AbortSignal.timeout(patienceMs))) ?? [];
  }

  /** Asks the endpoint what it has, and the model for one short answer: what a bill or a missing model stops shows only then. */
  async checkModel(config: Config, ref: string): Promise<Finding[]> {
    const models = this.#models(config);
    const { findings } = await look(
      ref,
      async () => {
        const context = await models.contextOf(ref);
        const found = (await context.provider.check?.(context, AbortSignal.timeout(patienceMs))) ?? [];
        return found.every(({ ok }) => ok) ? [...found, await answers(models, ref)] : found;
      },
      4 * patienceMs,
    );
    return findings;
  }

  /** Looks at one account of an agent with its platform's eyes. */
  async checkBot(config: Config, agent: Agent, platform: string): Promise<Finding[]> {
    const log = createLogger('silent');
    const { stored, close } = storeForDoctor(config, log);
    const secrets = new References({ given: config.given, folder: config.secretsDir, stored });
    const stand = (purpose: string) => purpose.padEnd(64);
    const callbackSecret = () => stand('callback');
    const callbackSecretOf = async () => null;
    const parts = {
      config,
      registry: this.#registry,
      secrets,
      derive: stand,
      callbackSecret,
      callbackSecretOf,
      log,
    };
    const { bots, problems } = await botsOf(parts, agent);
    const bot = bots.find(({ connector }) => connector === platform);
    const { findings } = await look(platform, async () => (await (await bot?.create())?.diagnose?.()) ?? []);
    await close();
    return [
      ...problems
        .filter(({ connector }) => connector === platform)
        .map(({ field, message }) => ({ check: field, ok: false, fix: sentence(message) })),
      ...findings,
    ];
  }

  #models(config: Config): Models {
    const log = createLogger('silent');
    return new Models({ config, registry: this.#registry, secrets: secretsIn(config), log });
  }
}

function described(extension: ConnectorExtension | ProviderExtension): Described {
  return {
    name: extension.name,
    about: extension.about ?? extension.name,
    steps: (extension.setup ?? []).map(({ settings = [], ...step }) => ({
      ...step,
      asked: settings.map((field) => askedOf(extension, field)),
    })),
  };
}

function elsewhereOf(
  provider: ProviderExtension,
  { address, mayHaveKey }: NonNullable<ProviderExtension['elsewhere']>,
): ProviderOffer['elsewhere'] {
  return {
    address: askedOf(provider, address),
    ...(mayHaveKey && { mayHaveKey: askedOf(provider, mayHaveKey) }),
  };
}

function askedOf(extension: ConnectorExtension | ProviderExtension, field: string): Asked {
  const secret = secretsOf(extension).includes(field);
  return { field, setting: settingName(extension.name, field), secret };
}

async function answers(models: Models, ref: string): Promise<Finding> {
  const model = await models.get(ref);
  const request = {
    system: [{ kind: 'instructions' as const, text: 'Answer with one word.' }],
    messages: [{ role: 'user' as const, text: 'Say hello.' }],
    ...{ tools: [], maxTokens: 256 },
  };
  const check = `${model.id} answers`;
  try {
    for await (const chunk of model.stream(request, AbortSignal.timeout(3 * patienceMs)))
      if (chunk.type === 'end') return { check, ok: true };
    return { check, ok: false, fix: 'Its answer has no end.' };
  } catch (error) {
    return { check, ok: false, fix: (error as Error).message };
  }
}

/** @throws FatalError `config_invalid`, with the place of what is wrong. */
export function characterIn(text: string, file: string): Character {
  const read = readCharacter(text);
  if ('character' in read) return read.character;
  throw new FatalError('config_invalid', sentence(`${file}: ${read.problem.message}`), { field: file });
}

function secretsIn({ given, secretsDir }: Config): References {
  const stored = async () => null;
  return new References({ given, folder: secretsDir, stored });
}
