/** The extensions of a hub: its own, those that its settings name, and those that a program brings. */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AgentTypeExtension } from '../agents/agent-type.js';
import { FatalError } from '../errors.js';
import { suggestion } from '../nearest.js';
import type { PluginExtension } from '../plugin/plugin.js';
import type { ToolSourceExtension } from '../tools/tool-source.js';
import { builtin } from './builtin.js';
import {
  type ConnectorExtension,
  type EmbedderExtension,
  extensionBrand,
  type ProviderExtension,
} from './extension.js';
import { defaultExport, locate } from './module.js';
import { pluginDefinition } from './plugin-shape.js';
import { looksDefined, problemOfDefinition } from './shape.js';

interface Kinds {
  connector: ConnectorExtension;
  provider: ProviderExtension;
  embedder: EmbedderExtension;
  plugin: PluginExtension;
  agentType: AgentTypeExtension;
  toolSource: ToolSourceExtension;
}
type Extension = Kinds[keyof Kinds];

/** One that was named and cannot be used; the others run without it. */
export interface ExtensionProblem {
  /** As it stands in the setting. */
  module: string;
  message: string;
}

export interface RegistryOptions {
  /** Modules to load: npm packages, or files. */
  modules: string[];
  /** Where paths start from, and packages are looked for first. */
  folder: string;
  /** Definitions that a program brings itself. */
  brought?: unknown[];
}

/** Where those that come with the hub are from. */
const own = 'the hub';

export class Registry {
  problems: ExtensionProblem[] = [];
  /** What came from modules that the settings name. */
  readonly added: { module: string; kind: string; name: string }[] = [];
  readonly #extensions: Extension[] = [];
  /** Which module brought a plugin, as it stands in the setting. */
  readonly #modules = new Map<PluginExtension, string>();
  readonly #folder: string;
  /** Modules that could not be found or loaded. */
  readonly #unloaded = new Set<string>();
  #retrying: Promise<void> | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Never throws for a module that cannot be used: it is among the `problems`. */
  static async open({ modules, folder, brought = [] }: RegistryOptions): Promise<Registry> {
    const registry = new Registry(folder);
    const ours = await Promise.all(builtin.map(async (load) => (await load()).default));
    for (const definition of ours) registry.#addAll(own, definition);
    for (const [index, definition] of brought.entries()) registry.#addAll(`extensions.${index}`, definition);
    await registry.#load(modules);
    return registry;
  }

  /** All of them. */
  all(): Extension[] {
    return [...this.#extensions];
  }

  /** Tries again what could not be found or loaded: it may be there by now. */
  retry(): Promise<void> {
    this.#retrying ??= this.#load([...this.#unloaded]).finally(() => {
      this.#retrying = null;
    });
    return this.#retrying;
  }

  /** Plugins of a module that the settings name. */
  pluginsOf(module: string): PluginExtension[] {
    return this.list('plugin').filter((plugin) => this.#modules.get(plugin) === module);
  }

  async #load(modules: string[]): Promise<void> {
    const loading = modules.map(async (name) => {
      const url = await locate(name, this.#folder);
      // What has failed once is never read again under the same address.
      return defaultExport(this.#unloaded.has(name) ? await asItIsNow(url) : url);
    });
    const loaded = await Promise.allSettled(loading);
    for (const [index, result] of loaded.entries()) {
      const module = modules[index]!;
      const told = this.#unloaded.has(module);
      if (result.status === 'fulfilled') {
        this.#unloaded.delete(module);
        this.problems = this.problems.filter((problem) => problem.module !== module);
        this.#addAll(module, result.value);
      } else {
        this.#unloaded.add(module);
        if (!told) this.#refuse(module, (result.reason as Error).message);
      }
    }
  }

  list<K extends keyof Kinds>(kind: K): Kinds[K][] {
    return this.#extensions.filter((one): one is Kinds[K] => one.kind === kind);
  }

  get<K extends keyof Kinds>(kind: K, name: string): Kinds[K] | undefined {
    return this.list(kind).find((one) => one.name === name);
  }

  /** @throws FatalError `config_invalid` naming those there are. */
  require<K extends keyof Kinds>(kind: K, name: string, field: string): Kinds[K] {
    const found = this.get(kind, name);
    if (found) return found;
    const known = this.list(kind).map((one) => one.name);
    const what = kind === 'agentType' ? 'agent type' : kind === 'toolSource' ? 'type of tool source' : kind;
    const problem = `there is no ${what} "${name}"${suggestion(name, known)}`;
    throw new FatalError('config_invalid', `${field}: ${problem}`, { field });
  }

  #addAll(module: string, exported: unknown): void {
    const definitions = Array.isArray(exported) ? exported : [exported];
    if (definitions.length === 0) this.#refuse(module, 'has an empty list as its default export');
    for (const definition of definitions) this.#add(module, definition);
  }

  #add(module: string, exported: unknown): void {
    let definition = exported;
    try {
      if (isPlugin(exported)) definition = pluginDefinition(module, exported);
    } catch (error) {
      this.problems.push({ module, message: (error as Error).message });
      return;
    }
    // The hub's own are checked by its tests; checking them costs every start.
    const problem = module === own ? null : problemOf(definition);
    if (problem) {
      this.#refuse(module, problem);
      return;
    }
    const extension = definition as Extension;
    if (extension.kind === 'plugin') this.#modules.set(extension, module);
    const { kind, name } = extension;
    if (this.get(kind, name))
      this.#refuse(module, `brings a ${kind} "${name}", and there is one of that name`);
    else {
      this.#extensions.push(extension);
      if (module !== own) this.added.push({ module, kind, name });
    }
  }

  #refuse(module: string, problem: string): void {
    this.problems.push({
      module,
      message: `The extension "${module}" ${problem}${problem.endsWith('?') ? '' : '.'}`,
    });
  }
}

/** An address that is another one once the file has changed. */
async function asItIsNow(url: string): Promise<string> {
  return `${url}?at=${(await stat(fileURLToPath(url))).mtimeMs}`;
}

/** Made by definePlugin, or the parts of a plugin themselves. */
function isPlugin(exported: unknown): boolean {
  if (typeof exported !== 'object' || exported === null) return false;
  return extensionBrand in exported
    ? (exported as { kind?: unknown }).kind === 'plugin'
    : 'name' in exported && !('kind' in exported) && !looksDefined(exported);
}

function problemOf(definition: unknown): string | null {
  if (typeof definition !== 'object' || definition === null || !(extensionBrand in definition))
    return 'is not an extension: its default export must be made by defineConnector, defineProvider, defineEmbedder, defineAgentType, defineToolSource or definePlugin, or be a list of such';
  const wrong = problemOfDefinition(definition);
  return wrong && `is not an extension: ${wrong.field} ${wrong.problem}`;
}
