/** Puts the hub together: extensions, agents and models on the engines that `backends.ts` opens. */
import { join } from 'node:path';
import { Tokens } from './access/tokens.js';
import { AgentTypes } from './agents/agent-types.js';
import { type Bot, type Bots, botsOf, hubBots } from './agents/bots.js';
import { Characters } from './agents/characters.js';
import { checkAgent } from './agents/check.js';
import { checkHub } from './agents/check-hub.js';
import type { RenewedEmbedder } from './agents/embedder.js';
import { embedderOf, formerEmbedder, Models } from './agents/models.js';
import { Plugins } from './agents/plugins.js';
import type { Problem } from './agents/problem.js';
import { ToolSources } from './agents/tool-sources.js';
import { type DatabaseWatch, openEngines } from './backends.js';
import type { Config } from './config.js';
import type { Connector } from './connector/connector.js';
import type { Agent } from './core/character.js';
import { definingOn } from './defining.js';
import type { Engines } from './engines.js';
import { FatalError } from './errors.js';
import { Registry } from './extensions/registry.js';
import { makeFolder } from './folder.js';
import { scopedNotes } from './intake/scoped-notes.js';
import type { Embedder, LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import type { Plugin, PluginExtension } from './plugin/plugin.js';
import type { RateCounter } from './rate/rate.js';
import { type Hub, type HubParts, startRoles } from './roles.js';
import { derivedKey, secretFile } from './secret-file.js';
import { SecretKeys } from './secrets/keys.js';
import { NotedSecrets } from './secrets/noted-secrets.js';
import { References } from './secrets/references.js';
import { SecretVault } from './secrets/vault.js';
import { shutDown } from './shutdown.js';
import { Forgotten } from './store/forgotten.js';
import { announce } from './store/libsql/lock.js';
import type { Store } from './store/store.js';
import { HttpTools } from './tools/http/tools.js';
import { Skills, withSkills } from './tools/skills.js';

export { databaseCare } from './backends.js';

/** Parts a test, a benchmark or an embedding program brings itself. */
export interface Overrides {
  connectors?: Connector[];
  model?: (ref: string) => LanguageModel;
  embedder?: Embedder | null;
  /** Found by their names before any other. */
  plugins?: (Plugin | PluginExtension)[];
  /** Definitions besides those that the settings name. */
  extensions?: unknown[];
  /** Definitions by the agent's id, in the place of the characters folder. */
  characters?: Record<string, unknown>;
  /** What agents are offered in the place of each tool. */
  tool?: HubParts['tool'];
  /** The clock by which waiting turns expire and deliveries are planned. */
  now?: () => number;
  /** Sees every command to a shared database, and every answer, e.g. to count them. */
  database?: DatabaseWatch;
}

export interface Carrier extends Hub {
  readonly store: Store;
  readonly rates: RateCounter;
  readonly secrets: SecretVault;
  readonly tokens: Tokens;
  /** Looks now what is wrong with an agent, its bots left out; `problems` knows of it somewhat later. */
  check(agent: Agent): Promise<Problem[]>;
  /** The chain of models for agents that name none. */
  readonly models: string[];
  /** @throws FatalError `config_invalid` */
  modelOf(ref: string): Promise<LanguageModel>;
  /** What plugins serve over HTTP. */
  routes(): ReturnType<Plugins['routes']>;
  /** Notes where the hub listens, for `runningHub`; hubs that share a database are not noted. */
  announce(url: string): void;
}

/** Starts a hub; when it resolves, messages are taken. */
export async function startCarrier(config: Config, log: Logger, overrides: Overrides = {}): Promise<Carrier> {
  makeFolder(config.dataDir, 'CARRIER_DATA_DIR');
  const loading = Registry.open({ ...config.extensions, brought: overrides.extensions });
  for (const warning of config.warnings) log.warn(warning);
  for (const note of config.notes) log.info(note);
  // Secrets lie in the store, which is opened while the embedder is made: each hears of the other when it is there.
  let vaultOpened = (_: Promise<SecretVault>) => {};
  const vault = new Promise<SecretVault>((resolve) => {
    vaultOpened = resolve;
  });
  // Who asks for a secret is told why there is no store; nobody may have asked.
  vault.catch(() => {});
  const secrets = new References({
    given: config.given,
    folder: config.secretsDir,
    stored: async (name) => (await vault).reveal(name),
  });
  // The store has a thread of its own to start: extensions are loaded meanwhile.
  const embedder = loading.then((registry) => embedderFor({ config, registry, secrets, log }, overrides));
  const opening = openEngines(config, log, { ...overrides.database, embedderHint: embedder });
  vaultOpened(opening.then((engines) => vaultOn(engines, config, log)));
  // Why the store does not open is told below; who waits for a secret hears it, too.
  vault.catch(() => {});
  const [engines, made] = await Promise.allSettled([opening, embedder]);
  try {
    if (engines.status === 'rejected') throw engines.reason;
    if (made.status === 'rejected') throw made.reason;
    const parts = { config, registry: await loading, secrets, vault: await vault, log };
    return await assemble(parts, overrides, engines.value, made.value);
  } catch (error) {
    await shutDown(log, () => config.turns.stopMs, {
      embedder: () => made.status === 'fulfilled' && made.value?.close(),
      engines: () => engines.status === 'fulfilled' && engines.value.close(),
    });
    throw error;
  }
}

/** None for a gateway, which looks nothing up. */
async function embedderFor(parts: Parts, { embedder }: Overrides): Promise<Embedder | null> {
  if (parts.config.role === 'gateway') return null;
  return embedder === undefined ? embedderOf(parts) : embedder;
}

function vaultOn({ store, bus }: Engines, config: Config, log: Logger): SecretVault {
  return new SecretVault({
    store: new NotedSecrets(store.notes, log),
    keys: new SecretKeys(config),
    bus,
    log,
  });
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
  const { config, registry, secrets, vault, log } = parts;
  const reading = overrides.characters
    ? Characters.given(overrides.characters, log)
    : Characters.open(config.charactersDir, log);
  const now = overrides.now ?? Date.now;
  const usualRate = config.http.limits.perToken;
  const tokens = tokensOn({ ...engines, vault, usualRate, now, log });
  const checking = tokens.sealed().then((others) => vault.check(others));
  const defining = definingOn({ ...parts, engines, tests: null, now });
  const [characters] = await Promise.all([defining.agents(reading), checking]);
  const models = new Models({ ...parts, model: overrides.model, rates: engines.rates });
  const bots = botsFor({ ...parts, tokens }, overrides.connectors);
  const plugins = new Plugins({
    ...parts,
    brought: overrides.plugins,
    notes: (plugin) => scopedNotes(engines.store.notes, { plugin }),
  });
  const toolSources = new ToolSources({
    ...{ named: config.toolSources, folder: config.extensions.folder, dataFolder: config.dataDir },
    ...{ registry, secrets, log },
  });
  const httpTools = new HttpTools({
    ...{ records: engines.store.records, bus: engines.bus, alone: !config.cluster, log },
    resolve: (reference) => secrets.resolve(reference),
  });
  const skills = new Skills({ folder: config.charactersDir, log });
  const checks = {
    ...{ config, registry, models, plugins, toolSources, skills },
    brought: overrides.connectors?.map(({ name }) => name),
    agents: () => characters.list(),
  };
  const keyFor = (purpose: string) => () => derivedKey(callbackSecretOf(config), purpose);
  const hub = await startRoles({
    ...{ config, log, engines, characters, bots, models, embedder, httpTools },
    definitions: defining.definitions,
    former: (id) => formerEmbedder(parts, id),
    plugins: {
      of: withSkills(plugins, skills),
      tell: (...event) => plugins.tell(...event),
      failures: () => plugins.failures(),
      close: (waitMs) => plugins.close(waitMs),
    },
    toolSources: besides(toolSources, httpTools),
    ...{ secrets: vault, tokens, now, tool: overrides.tool },
    platformWide: (connector) => registry.get('connector', connector)?.users === 'platform',
    sharedBy: ({ connector, userId }) => registry.get('connector', connector)?.shared?.(userId) ?? null,
    check: (agent, found) => (agent ? checkAgent(agent, found, checks) : checkHub(found, checks)),
    types: (own) => new AgentTypes({ registry, given: config.given, secrets, log }, own),
    buttonKey: keyFor('buttons'),
    forgotten: new Forgotten(engines.store.notes, keyFor('forgotten'), { alone: !config.cluster, log }),
  });
  const changed = (id: string, agent: Agent | undefined) => {
    plugins.changed(id, agent);
    // A gateway takes no turns.
    if (config.role !== 'gateway') toolSources.changed(id, agent);
  };
  characters.onChange(({ id, agent }) => changed(id, agent));
  for (const agent of characters.list()) changed(agent.id, agent);
  vault.onChange((reference) => {
    models.forget(reference);
    toolSources.forget(reference);
    if (embedder && 'forget' in embedder) (embedder as RenewedEmbedder).forget(reference);
    hub.refresh();
  });
  vault.watch();
  httpTools.watch();
  tokens.known.watch().catch((err) => log.warn({ err }, 'revoked tokens are noticed without the bus'));
  return {
    ...hub,
    async stop(withinMs) {
      vault.stop();
      defining.stop();
      httpTools.stop();
      tokens.known.stop();
      await hub.stop(withinMs);
    },
    secrets: vault,
    tokens,
    store: engines.store,
    rates: engines.rates,
    check: (agent) => checkAgent(agent, { bots: [], problems: [] }, checks),
    models: models.usual,
    modelOf: (ref) => models.get(ref),
    routes: () => (config.role === 'worker' ? [] : plugins.routes()),
    announce(url) {
      httpTools.listensOn(url);
      announce(config.dataDir, url);
    },
  };
}

/** What agents name, and what is registered for them. */
function besides(named: ToolSources, registered: HttpTools): HubParts['toolSources'] {
  return {
    of: async (agent) => [...(await named.of(agent)), await registered.sourceFor(agent)],
    states: (agent) => named.states(agent),
    close: () => named.close(),
  };
}

function tokensOn({
  vault,
  ...parts
}: Pick<Engines, 'store' | 'bus'> & {
  vault: SecretVault;
  usualRate: number;
  now: () => number;
  log: Logger;
}): Tokens {
  const { log } = parts;
  const seal = (name: string, value: string) =>
    vault.seal(name, value).catch((err: unknown) => {
      if (!(err instanceof FatalError)) throw err;
      log.warn({ err }, 'a token is issued without a secret for callbacks: there is no key to seal one with');
      return null;
    });
  return new Tokens({ ...parts, seals: { seal, open: (...what) => vault.open(...what) } });
}

/** The bots of an agent, or the connectors of the whole hub; those that a program brings are all there are then. */
function botsFor(
  { config, registry, secrets, tokens, log }: Parts & { tokens: Tokens },
  brought?: Connector[],
) {
  const parts = {
    ...{ config, registry, secrets, log },
    callbackSecret: () => callbackSecretOf(config),
    callbackSecretOf: (tokenId: string) => tokens.callbackSecret(tokenId),
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
