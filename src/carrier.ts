/** Puts the hub together: extensions, agents and models on the engines that `backends.ts` opens. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BotParts, botsOf, hubBots } from './agents/bots.js';
import { embedderOf, Models } from './agents/models.js';
import { type DatabaseWatch, openEngines } from './backends.js';
import type { Config } from './config.js';
import type { Connector } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { type Diagnosis, diagnoseEngines } from './diagnosis.js';
import { FatalError } from './errors.js';
import { Registry } from './extensions/registry.js';
import { unknownSettings } from './extensions/settings.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import { loadPlugin } from './plugin/loader.js';
import type { Plugin } from './plugin/plugin.js';
import { type Engines, type Hub, startRoles } from './roles.js';
import { Characters } from './runtime/characters.js';
import { derivedKey, secretFile } from './secret-file.js';
import { References } from './secrets/references.js';
import { announce } from './store/libsql/lock.js';
import type { Store } from './store/store.js';

export { databaseCare, runningHub } from './backends.js';

/** Parts a test, a benchmark or an embedding program brings itself. */
export interface Overrides {
  connectors?: Connector[];
  model?: (ref: string) => LanguageModel;
  embedder?: Embedder | null;
  /** Found by their names before any other. */
  plugins?: Plugin[];
  /** Definitions besides those that the settings name. */
  extensions?: unknown[];
  /** Definitions by the agent's id, in the place of the characters folder. */
  characters?: Record<string, unknown>;
  /** Sees every command to a shared database, and every answer, e.g. to count them. */
  database?: DatabaseWatch;
}

export interface Carrier extends Hub {
  readonly store: Store;
  /** The chain of models for agents that name none. */
  readonly models: string[];
  /** Notes where the hub listens, for `runningHub`; hubs that share a database are not noted. */
  announce(url: string): void;
}

/** Starts a hub; when it resolves, messages are taken. */
export async function startCarrier(config: Config, log: Logger, overrides: Overrides = {}): Promise<Carrier> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const registry = await Registry.open({ ...config.extensions, brought: overrides.extensions });
  for (const { module, message } of registry.problems) log.error({ extension: module }, message);
  for (const warning of [...config.warnings, ...unknownSettings(registry.all(), config.given)])
    log.warn(warning);
  const secrets = new References({
    given: config.given,
    folder: config.secretsDir,
    stored: async () => null,
  });
  const parts = { config, registry, secrets, log };
  // A gateway looks nothing up.
  const embedder =
    config.role === 'gateway'
      ? null
      : overrides.embedder === undefined
        ? await embedderOf(parts)
        : overrides.embedder;
  const engines = await openEngines(config, log, {
    ...overrides.database,
    ...(embedder && { embedderHint: embedder }),
  });
  try {
    return await assemble(parts, overrides, engines, embedder);
  } catch (error) {
    await engines.close();
    throw error;
  }
}

interface Parts {
  config: Config;
  registry: Registry;
  secrets: References;
  log: Logger;
}

async function assemble(
  parts: Parts,
  overrides: Overrides,
  engines: Engines,
  embedder: Embedder | null,
): Promise<Carrier> {
  const { config, log } = parts;
  const { role, charactersDir } = config;
  const characters = overrides.characters
    ? Characters.given(overrides.characters, log)
    : await Characters.open(charactersDir, log);
  const models = new Models({ ...parts, model: overrides.model });
  for (const { endpoint, message } of await models.problems()) log.error({ endpoint }, message);
  const folders = { builtinDir: new URL('../plugins/', import.meta.url), baseDir: charactersDir };
  const hub = await startRoles({
    config,
    log,
    engines,
    characters,
    connectors: role === 'worker' ? [] : (overrides.connectors ?? (await connectorsOf(parts, characters))),
    models,
    buttonKey: () => derivedKey(callbackSecretOf(config), 'buttons'),
    embedder,
    plugin: async (name) =>
      overrides.plugins?.find((brought) => brought.name === name) ?? loadPlugin(name, folders),
  });
  return {
    ...hub,
    store: engines.store,
    models: models.usual,
    announce: (url) => announce(config.dataDir, url),
  };
}

/** The API, and the bots. */
async function connectorsOf(
  { config, registry, secrets, log }: Parts,
  characters: Characters,
): Promise<Connector[]> {
  const parts = botParts(config, registry, secrets, log);
  const found = await Promise.all([
    hubBots(parts),
    ...characters.list().map((agent) => botsOf(parts, agent)),
  ]);
  for (const { field, message } of found.flatMap(({ problems }) => problems))
    throw new FatalError('config_invalid', `${field}: ${message}.`, { field });
  return Promise.all(found.flatMap(({ bots }) => bots).map((bot) => bot.create()));
}

/** What `carrier doctor` shows: extensions, characters, shared engines, models, and bots as their platforms see them. */
export async function diagnose(config: Config, log: Logger): Promise<Diagnosis[]> {
  const registry = await Registry.open(config.extensions);
  const secrets = new References({
    given: config.given,
    folder: config.secretsDir,
    stored: async () => null,
  });
  const characters = await Characters.open(config.charactersDir, log);
  characters.close();
  // A doctor makes no secrets: in the place of keys, what is as long as one.
  const parts = {
    ...botParts(config, registry, secrets, log),
    derive: (purpose: string) => purpose.padEnd(64),
  };
  const agents = characters.list();
  return Promise.all([
    ...registry.problems.map(({ module, message }) => ({
      subject: module,
      findings: [{ check: 'the extension can be used', ok: false, fix: message }],
    })),
    { subject: 'Characters', findings: agents.map(({ id }) => ({ check: `${id} is usable`, ok: true })) },
    ...unknownSettings(registry.all(), config.given).map((fix) => ({
      subject: 'Settings of extensions',
      findings: [{ check: 'every setting has a meaning', ok: false, fix }],
    })),
    ...(await new Models(parts).problems()).map(({ endpoint, field, message }) => ({
      subject: `Endpoint ${endpoint}`,
      findings: [{ check: field, ok: false, fix: message }],
    })),
    ...(config.cluster ? [diagnoseEngines(openEngines(config, log))] : []),
    ...(await diagnoseBots(parts, agents)),
  ]);
}

async function diagnoseBots(parts: BotParts, agents: Agent[]): Promise<Promise<Diagnosis>[]> {
  const found = await Promise.all(agents.map(async (agent) => ({ agent, ...(await botsOf(parts, agent)) })));
  return found.flatMap(({ agent, bots, problems }) => [
    ...bots.map(async (bot) => ({
      subject: `${agent.id} on ${titled(bot.connector)}`,
      findings: (await (await bot.create()).diagnose?.()) ?? [],
    })),
    ...problems.map(async ({ connector, field, message }) => ({
      subject: `${agent.id} on ${titled(connector)}`,
      findings: [{ check: field, ok: false, fix: message }],
    })),
  ]);
}

function titled(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}`;
}

function botParts(config: Config, registry: Registry, secrets: References, log: Logger): BotParts {
  return {
    ...{ config, registry, secrets, log },
    callbackSecret: () => callbackSecretOf(config),
    derive: (purpose) => derivedKey(callbackSecretOf(config), purpose).toString('hex'),
  };
}

function callbackSecretOf({ http, dataDir }: Config): string {
  return http.callbackSecret ?? secretFile(join(dataDir, 'callback-secret'), 'carrier_callback_').secret;
}
