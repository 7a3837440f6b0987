/** The plugins of this process: each is made once, opened before its first use, and closed when the hub stops. */
import type { Config } from '../config.js';
import type { Notes } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import { within } from '../core/deadline.js';
import { Kept } from '../core/kept.js';
import { asCarrierError, RetryableError } from '../errors.js';
import { defaultExport } from '../extensions/module.js';
import { checkParts, invalid, pluginDefinition } from '../extensions/plugin-shape.js';
import type { Registry } from '../extensions/registry.js';
import { hubValues, readSettings, type Secrets } from '../extensions/settings.js';
import type { Logger } from '../logger.js';
import type { PluginEvents, PluginRoutes } from '../plugin/hooks.js';
import type {
  EventOf,
  Plugin,
  PluginDesk,
  PluginExtension,
  PluginParts,
  RunningPlugin,
} from '../plugin/plugin.js';
import { problemText } from '../problems.js';
import { Observers } from './observers.js';
import {
  findPlugin,
  isOwnPlugin,
  ownPluginsFolder,
  type PluginPlaces,
  stampOf,
  urlOf,
} from './plugin-places.js';
import { failuresOf, PluginSlot } from './plugin-slot.js';
import type { Problem } from './problem.js';

/** How long a message waits for plugins that are tried just now. */
const waitMs = 5000;
/** After an agent has come: a hub that starts is ready before its plugins are loaded. */
const openMs = 200;

export interface PluginsParts {
  config: Pick<Config, 'given' | 'charactersDir' | 'pluginsDir'>;
  registry: Registry;
  secrets: Secrets;
  /** Those that a program brings itself. */
  brought?: (Plugin | PluginExtension)[];
  notes(plugin: string): Notes;
  log: Logger;
}

export class Plugins implements PluginDesk {
  readonly #parts: PluginsParts;
  readonly #places: PluginPlaces;
  readonly #observers: Observers;
  readonly #slots = new Map<string, PluginSlot>();
  /** By what its module exports, so that two names of one plugin are one. */
  readonly #running = new Kept<RunningPlugin>();
  /** What the files that could be read export. */
  readonly #files = new Map<string, object>();
  /** How often each of the others was tried. */
  readonly #failed = new Map<string, number>();
  /** Each plugin has its notes and routes under its own name. */
  readonly #owners = new Map<string, object>();
  readonly #required = new Set<string>();
  readonly #agents = new Map<string, Agent>();
  readonly #lists = new WeakMap<Agent, { version: number; plugins: readonly RunningPlugin[] }>();
  readonly #end = new AbortController();
  #version = 0;

  constructor(parts: PluginsParts) {
    const { config, registry, brought = [], log } = parts;
    const { charactersDir, pluginsDir } = config;
    this.#parts = parts;
    this.#places = { brought, registry, ownFolder: ownPluginsFolder, charactersDir, pluginsDir };
    this.#observers = new Observers(log);
  }

  of(agent: Agent): readonly RunningPlugin[] | Promise<readonly RunningPlugin[]> {
    const known = this.#lists.get(agent);
    if (known?.version === this.#version) return known.plugins;
    const slots = agent.character.plugins.map((name) => this.#slot(name));
    return slots.every(({ plugin }) => plugin) ? this.#list(agent, slots) : this.#waited(agent, slots);
  }

  tell<K extends keyof PluginEvents>(agentId: string, kind: K, event: EventOf<K>): void {
    const agent = this.#agents.get(agentId);
    if (agent) for (const plugin of this.#now(agent)) this.#observers.tell(plugin, kind, event);
  }

  /** An agent is here, has changed, or (undefined) is gone. Its plugins are opened soon, if no message comes before. */
  changed(id: string, agent: Agent | undefined): void {
    const before = this.#agents.get(id);
    const told = new Set(before ? this.#now(before) : []);
    if (agent) this.#agents.set(id, agent);
    else this.#agents.delete(id);
    this.#forgetUnnamed();
    for (const plugin of told) this.#observers.tell(plugin, 'agent', { id, agent: agent ?? null });
    if (agent) setTimeout(() => void this.#open(id, agent, told), openMs).unref();
  }

  /** Not the hub's own, which can wait for the first message: they have actions alone. */
  async #open(id: string, agent: Agent, told: ReadonlySet<RunningPlugin>): Promise<void> {
    const { plugins } = agent.character;
    const own = await Promise.all(plugins.map((name) => isOwnPlugin(name, this.#places)));
    if (this.#end.signal.aborted || this.#agents.get(id) !== agent) return;
    await Promise.all(plugins.map((name, at) => own[at] || this.#slot(name).attempt(waitMs)));
    for (const plugin of this.#now(agent))
      if (!told.has(plugin)) this.#observers.tell(plugin, 'agent', { id, agent });
  }

  /** What is wrong with the plugins that an agent names, without making any: names, shapes and settings. */
  async problems({ character }: Pick<Agent, 'character'>): Promise<Pick<Problem, 'field' | 'message'>[]> {
    const found = await Promise.all(
      character.plugins.map(async (name, index) => {
        try {
          if (!(await isOwnPlugin(name, this.#places)))
            await this.#settings(name, await this.#exported(name, 0));
          return [];
        } catch (error) {
          return [{ field: `plugins[${index}]`, message: (error as Error).message }];
        }
      }),
    );
    return found.flat();
  }

  /** What went wrong when plugins that agents name were last opened. */
  failures(): Problem[] {
    return [...this.#agents.values()].flatMap((agent) => failuresOf(agent, this.#slots));
  }

  /** Names of the actions that an agent's plugins bring; null where one of them would have to be opened to know. */
  async actions(agent: Pick<Agent, 'character'>): Promise<string[] | null> {
    const named = await Promise.all(
      agent.character.plugins.map(async (name) => {
        const exported = await this.#exported(name, 0).catch(() => null);
        const open = this.#slots.get(name)?.plugin?.parts;
        const parts = open ?? (exported && !('create' in exported) ? (exported as PluginParts) : null);
        return parts && (parts.actions ?? []).map((action) => action.name);
      }),
    );
    return named.every((names) => names !== null) ? named.flat() : null;
  }

  /** Routes of the plugins that agents name. */
  routes(): ({ name: string } & Required<PluginRoutes>)[] {
    const plugins = new Set([...this.#agents.values()].flatMap((agent) => this.#now(agent)));
    return [...plugins].flatMap(({ name, parts: { routes } }) =>
      routes ? [{ name, access: routes.access ?? 'token', handler: routes.handler }] : [],
    );
  }

  /** @param waitMs for observers, and then for the plugins' own `close`. */
  async close(waitMs = 5000): Promise<void> {
    for (const slot of this.#slots.values()) slot.close();
    await this.#observers.drain(waitMs);
    this.#end.abort(new Error('The hub stops.'));
    await Promise.all(this.#running.values().map((running) => this.#close(running, waitMs)));
  }

  /** What does not work and nobody names any longer is not tried again. */
  #forgetUnnamed(): void {
    const named = new Set([...this.#agents.values()].flatMap(({ character }) => character.plugins));
    for (const [name, slot] of this.#slots) {
      if (slot.plugin || named.has(name)) continue;
      slot.close();
      this.#slots.delete(name);
    }
  }

  /** Those that work at this moment. */
  #now(agent: Agent): readonly RunningPlugin[] {
    const known = this.#lists.get(agent);
    if (known?.version === this.#version) return known.plugins;
    return this.#list(
      agent,
      agent.character.plugins.map((name) => this.#slot(name)),
    );
  }

  async #waited(agent: Agent, slots: PluginSlot[]): Promise<readonly RunningPlugin[]> {
    await Promise.all(slots.map((slot) => slot.attempt(waitMs)));
    const lacking = slots.find(({ name, plugin }) => !plugin && this.#required.has(name));
    if (!lacking) return this.#list(agent, slots);
    throw new RetryableError(
      'plugin_failed',
      `The plugin "${lacking.name}" is required and cannot be used now. Please try again later.`,
    );
  }

  /** Kept until one of them changes; not while one that may be back any time is missing. */
  #list(agent: Agent, slots: PluginSlot[]): readonly RunningPlugin[] {
    const plugins = [...new Set(slots.flatMap(({ plugin }) => plugin ?? []))];
    const before = this.#lists.get(agent)?.plugins;
    const same = before?.length === plugins.length && before.every((plugin, at) => plugin === plugins[at]);
    const list = same ? before : plugins;
    const complete = slots.every(({ plugin }) => plugin);
    this.#lists.set(agent, { version: complete ? this.#version : -1, plugins: list });
    return list;
  }

  #slot(name: string): PluginSlot {
    const known = this.#slots.get(name);
    if (known) return known;
    const slot = new PluginSlot({
      name,
      start: (attempt) => this.#start(name, attempt),
      stamp: () => stampOf(name, this.#places),
      works: () => {
        this.#version++;
      },
      log: this.#parts.log,
    });
    this.#slots.set(name, slot);
    return slot;
  }

  async #start(name: string, attempt: number): Promise<RunningPlugin> {
    const exported = await this.#exported(name, attempt);
    const { name: own, required } = pluginDefinition(name, exported);
    if (required) this.#required.add(name);
    if ((this.#owners.get(own) ?? exported) !== exported)
      throw invalid(name, `calls itself "${own}", and so does another plugin; rename one of them`, 'name');
    this.#owners.set(own, exported);
    return this.#running.get(exported, () => this.#make(name, exported));
  }

  async #exported(name: string, attempt: number): Promise<object> {
    const found = await findPlugin(name, this.#places).catch(async (error) => {
      // Its module may have been missing when the hub started.
      if (attempt > 0) await this.#parts.registry.retry();
      return attempt > 0 ? findPlugin(name, this.#places) : Promise.reject(error);
    });
    if ('exported' in found) return found.exported;
    // What has failed once is never read again under the same address.
    const { file } = found;
    const known = this.#files.get(file);
    if (known) return known;
    const tries = this.#failed.get(file) ?? 0;
    const url = tries > 0 ? `${urlOf(file)}?try=${tries}` : urlOf(file);
    try {
      const exported = await defaultExport(url).catch((error: Error) => {
        throw invalid(name, error.message, undefined, error.cause);
      });
      pluginDefinition(name, exported);
      this.#files.set(file, exported as object);
      return exported as object;
    } catch (error) {
      this.#failed.set(file, tries + 1);
      throw error;
    }
  }

  async #settings(name: string, exported: object) {
    const definition = pluginDefinition(name, exported);
    const { config, secrets } = this.#parts;
    const read = await readSettings(definition, hubValues(definition, config.given), secrets);
    if ('problems' in read)
      throw invalid(name, `lacks a setting: ${problemText(read.problems)}`, read.problems[0]?.field);
    return { definition, ...read };
  }

  async #make(name: string, exported: object): Promise<RunningPlugin> {
    const { definition, settings, nameOf } = await this.#settings(name, exported);
    const { notes, log } = this.#parts;
    const signal = this.#end.signal;
    try {
      const parts = await definition.create({
        ...{ settings, nameOf, notes: notes(definition.name), signal },
        log: log.child({ plugin: definition.name }),
      });
      checkParts(name, parts, ['name']);
      await parts.open?.();
      return { name: definition.name, parts };
    } catch (error) {
      const { code, message } = asCarrierError(error);
      throw code === 'plugin_invalid'
        ? error
        : invalid(name, `cannot be opened: ${message}`, undefined, error);
    }
  }

  async #close(running: Promise<RunningPlugin>, waitMs: number): Promise<void> {
    const closing = async () => {
      const plugin = await running.catch(() => null);
      await plugin?.parts.close?.();
      return plugin;
    };
    await within(waitMs, closing).catch((err) =>
      this.#parts.log.warn({ err }, 'a plugin did not close cleanly'),
    );
  }
}
