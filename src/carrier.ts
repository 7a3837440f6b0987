/** Puts the hub together: extensions, agents and models on the engines that `backends.ts` opens. */
import { join } from 'node:path';
import { type BotParts, botsOf, hubBots } from './agents/bots.js';
import type { RenewedEmbedder } from './agents/embedder.js';
import { embedderOf, Models } from './agents/models.js';
import { Plugins } from './agents/plugins.js';
import { type DatabaseWatch, openEngines, secretsForDoctor } from './backends.js';
import type { Config } from './config.js';
import type { Connector } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { makeDataFolder } from './data-folder.js';
import { type Diagnosis, diagnoseEngines } from './diagnosis.js';
import { FatalError } from './errors.js';
import { Registry } from './extensions/registry.js';
import { scopedNotes } from './intake/scoped-notes.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import type { Plugin, PluginExtension } from './plugin/plugin.js';
import { type Engines, type Hub, startRoles } from './roles.js';
import { Characters } from './runtime/characters.js';
import { derivedKey, secretFile } from './secret-file.js';
import { SecretKeys } from './secrets/keys.js';
import { NotedSecrets } from './secrets/noted-secrets.js';
import { References } from './secrets/references.js';
import { SecretVault } from './secrets/vault.js';
import { announce } from './store/libsql/lock.js';
import type { Store } from './store/store.js';

export { databaseCare, runningHub } from './backends.js';

/** Parts a test, a benchmark or an embedding program brings itself. */
export interface Overrides {
  connectors?: Connector[];
  model?: (ref: string) => LanguageModel;
  embedder?: Embedder | null;
  /** Found by their names before any other. */
  plugins?: (Plugin | PluginExtension)[];
  /** Definitions besides those that the settings name. */
  extensions?: unknown[];
  /** Sees every command to a shared database, and every answer, e.g. to count them. */
  database?: DatabaseWatch;
}

export interface Carrier extends Hub {
  readonly store: Store;
  readonly secrets: SecretVault;
  /** The chain of models for agents that name none. */
  readonly models: string[];
  /** What plugins serve over HTTP. */
  routes(): ReturnType<Plugins['routes']>;
  /** Notes where the hub listens, for `runningHub`; hubs that share a database are not noted. */
  announce(url: string): void;
}

/** Starts a hub; when it resolves, messages are taken. */
export async function startCarrier(config: Config, log: Logger, overrides: Overrides = {}): Promise<Carrier> {
  makeDataFolder(config.dataDir);
  const registry = await Registry.open({ ...config.extensions, brought: overrides.extensions });
  for (const { module, message } of registry.problems) log.error({ extension: module }, message);
  for (const warning of config.warnings) log.warn(warning);
  // Secrets lie in the store, which is opened while the embedder is made: each hears of the other when it is there.
  let vaultOpened = (_: Promise<SecretVault>) => {};
  const vault = new Promise<SecretVault>((resolve) => {
    vaultOpened = resolve;
  });
  const secrets = new References({
    given: config.given,
    folder: config.secretsDir,
    stored: async (name) => (await vault).reveal(name),
  });
  const parts = { config, registry, secrets, log };
  const embedder = embedderFor(parts, overrides);
  const opening = openEngines(config, log, { ...overrides.database, embedderHint: embedder });
  vaultOpened(opening.then((engines) => vaultOn(engines, config, log)));
  const [engines, made] = await Promise.allSettled([opening, embedder]);
  try {
    if (engines.status === 'rejected') throw engines.reason;
    if (made.status === 'rejected') throw made.reason;
    return await assemble({ ...parts, vault: await vault }, overrides, engines.value, made.value);
  } catch (error) {
    if (made.status === 'fulfilled') await made.value?.close();
    if (engines.status === 'fulfilled') await engines.value.close();
    throw error;
  }
}

/** None for a gateway, which looks nothing up. */
async function embedderFor(parts: Parts, { embedder }: Overrides): Promise<Embedder | null> {
  if (parts.config.role === 'gateway') return null;
  return embedder === undefined ? embedderOf(parts) : embedder;
}

function vaultOn({ store, bus }: Engines, config: Config, log: Logger): SecretVault {
  return new SecretVault({ store: new NotedSecrets(store.notes), keys: new SecretKeys(config), bus, log });
}

interface Parts {
  config: Config;
  registry: Registry;
  secrets: References;
  log: Logger;
}

async function assemble(
  parts: Parts & { vault: SecretVault },
  overrides: Overrides,
  engines: Engines,
  embedder: Embedder | null,
): Promise<Carrier> {
  const { config, log, vault } = parts;
  const { role, charactersDir } = config;
  const [characters] = await Promise.all([Characters.open(charactersDir, log), vault.check()]);
  const models = new Models({ ...parts, model: overrides.model });
  const plugins = new Plugins({
    ...parts,
    brought: overrides.plugins,
    notes: (plugin) => scopedNotes(engines.store.notes, { plugin }),
  });
  vault.onChange((reference) => {
    models.forget(reference);
    if (embedder && 'forget' in embedder) (embedder as RenewedEmbedder).forget(reference);
  });
  const hub = await startRoles({
    config,
    log,
    engines,
    characters,
    connectors: role === 'worker' ? [] : (overrides.connectors ?? (await connectorsOf(parts, characters))),
    models,
    buttonKey: () => derivedKey(callbackSecretOf(config), 'buttons'),
    embedder,
    plugins,
  });
  characters.onChange(({ id, agent }) => plugins.changed(id, agent));
  for (const agent of characters.list()) plugins.changed(agent.id, agent);
  vault.watch();
  return {
    ...hub,
    async stop() {
      vault.stop();
      await hub.stop();
    },
    secrets: vault,
    store: engines.store,
    models: models.usual,
    routes: () => (role === 'worker' ? [] : plugins.routes()),
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
  const { stored, close } = secretsForDoctor(config, log);
  const secrets = new References({ given: config.given, folder: config.secretsDir, stored });
  const characters = await Characters.open(config.charactersDir, log);
  characters.close();
  // A doctor makes no secrets: in the place of keys, what is as long as one.
  const parts = {
    ...botParts(config, registry, secrets, log),
    derive: (purpose: string) => purpose.padEnd(64),
  };
  const agents = characters.list();
  const found = await Promise.all([
    ...registry.problems.map(({ module, message }) => ({
      subject: module,
      findings: [{ check: 'the extension can be used', ok: false, fix: message }],
    })),
    { subject: 'Characters', findings: agents.map(({ id }) => ({ check: `${id} is usable`, ok: true })) },
    ...(config.cluster ? [diagnoseEngines(openEngines(config, log))] : []),
    ...(await diagnoseBots(parts, agents)),
    ...agents.map((agent) => diagnosePlugins(parts, agent)),
  ]);
  await close();
  return found;
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

async function diagnosePlugins(parts: BotParts, agent: Agent): Promise<Diagnosis> {
  const notes = () => {
    throw new FatalError('internal', 'A doctor opens no plugin.');
  };
  const problems = await new Plugins({ ...parts, notes }).problems(agent);
  const findings = problems.map(({ field, message }) => ({ check: field, ok: false, fix: message }));
  const well = { check: agent.character.plugins.join(', ') || 'none', ok: true };
  return { subject: `Plugins of ${agent.id}`, findings: findings.length > 0 ? findings : [well] };
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
