/** Puts the hub together: extensions, agents and models on the engines that `backends.ts` opens. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AgentTypes } from './agents/agent-types.js';
import { type Bot, type Bots, botsOf, hubBots } from './agents/bots.js';
import { Characters } from './agents/characters.js';
import { checkAgent } from './agents/check.js';
import { checkHub } from './agents/check-hub.js';
import { embedderOf, Models } from './agents/models.js';
import { type DatabaseWatch, openEngines } from './backends.js';
import type { Config } from './config.js';
import type { Connector } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { allReferences } from './core/connector-settings.js';
import { Registry } from './extensions/registry.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import type { Plugin } from './plugin/plugin.js';
import { pluginsFor } from './plugin-places.js';
import { type Engines, type Hub, startRoles } from './roles.js';
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
  for (const warning of config.warnings) log.warn(warning);
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
  const { config, registry, secrets, log } = parts;
  const characters = await Characters.open(config.charactersDir, log);
  const models = new Models({ ...parts, model: overrides.model });
  const bots = botsFor(parts, overrides.connectors);
  const plugin = pluginsFor(config, overrides.plugins);
  const checks = {
    ...{ config, registry, models, plugin },
    brought: overrides.connectors?.map(({ name }) => name),
    references: () => characters.list().flatMap(({ character }) => allReferences(character)),
  };
  const hub = await startRoles({
    ...{ config, log, engines, characters, bots, models, embedder, plugin },
    check: (agent, found) => (agent ? checkAgent(agent, found, checks) : checkHub(found, checks)),
    types: (own) => new AgentTypes({ registry, given: config.given, secrets, log }, own),
    buttonKey: () => derivedKey(callbackSecretOf(config), 'buttons'),
  });
  return {
    ...hub,
    store: engines.store,
    models: models.usual,
    announce: (url) => announce(config.dataDir, url),
  };
}

/** The bots of an agent, or the connectors of the whole hub; those that a program brings are all there are then. */
function botsFor({ config, registry, secrets, log }: Parts, brought?: Connector[]) {
  const parts = {
    ...{ config, registry, secrets, log },
    callbackSecret: () => callbackSecretOf(config),
    derive: (purpose: string) => derivedKey(callbackSecretOf(config), purpose).toString('hex'),
  };
  return async (agent: Agent | null): Promise<Bots> => {
    if (brought) return { bots: agent ? [] : brought.map(broughtBot), problems: [] };
    return agent ? botsOf(parts, agent) : hubBots(parts);
  };
}

function broughtBot(connector: Connector): Bot {
  const name = connector.agentId ? `${connector.name} of ${connector.agentId}` : connector.name;
  return { connector: name, fingerprint: '', references: [], create: async () => connector };
}

function callbackSecretOf({ http, dataDir }: Config): string {
  return http.callbackSecret ?? secretFile(join(dataDir, 'callback-secret'), 'carrier_callback_').secret;
}
