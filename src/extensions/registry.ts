/** The extensions of a hub: its own, those that its settings name, and those that a program brings. */
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { builtin } from './builtin.js';
import {
  type AgentTypeExtension,
  type ConnectorExtension,
  type EmbedderExtension,
  extensionBrand,
  type ProviderExtension,
} from './extension.js';
import { defaultExport, locate } from './module.js';

type Extension = ConnectorExtension | ProviderExtension | EmbedderExtension | AgentTypeExtension;

interface Kinds {
  connector: ConnectorExtension;
  provider: ProviderExtension;
  embedder: EmbedderExtension;
  agentType: AgentTypeExtension;
}

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

const aFunction = z.custom<object>((value) => typeof value === 'function', 'must be a function');
const Shape = z.object({
  kind: z.enum(
    ['connector', 'provider', 'embedder', 'agentType'],
    'must be made by defineConnector, defineProvider or the like',
  ),
  name: z
    .string('must be a text')
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and "-", at most 32 characters')
    .regex(/^(?!carrier|redis|mongodb|otel)/, "begins like the hub's own settings; choose another name"),
  settings: z
    .custom<z.ZodObject>(
      (value) => typeof value === 'object' && value !== null && '_zod' in value && 'shape' in value,
      'must be a z.object of zod 4',
    )
    .optional(),
  create: aFunction,
});

export class Registry {
  problems: ExtensionProblem[] = [];
  /** What came from modules that the settings name. */
  readonly added: { module: string; kind: string; name: string }[] = [];
  readonly #folder: string;
  /** Modules that could not be found or loaded. */
  readonly #missing = new Set<string>();
  readonly #byKind = {
    connector: new Map<string, ConnectorExtension>(),
    provider: new Map<string, ProviderExtension>(),
    embedder: new Map<string, EmbedderExtension>(),
    agentType: new Map<string, AgentTypeExtension>(),
  };

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Never throws for a module that cannot be used: it is among the `problems`. */
  static async open({ modules, folder, brought = [] }: RegistryOptions): Promise<Registry> {
    const registry = new Registry(folder);
    const ours = await Promise.all(builtin.map(async (load) => (await load()).default));
    for (const definition of ours) registry.#addAll(own, definition);
    for (const definition of brought) registry.#addAll('the program', definition);
    const loaded = await Promise.allSettled(modules.map((name) => load(name, folder)));
    for (const [index, result] of loaded.entries()) {
      const module = modules[index]!;
      if (result.status === 'fulfilled') registry.#addAll(module, result.value.exported);
      else {
        registry.#missing.add(module);
        registry.#refuse(module, (result.reason as Error).message);
      }
    }
    return registry;
  }

  list<K extends keyof Kinds>(kind: K): Kinds[K][] {
    return [...this.#byKind[kind].values()] as Kinds[K][];
  }

  get<K extends keyof Kinds>(kind: K, name: string): Kinds[K] | undefined {
    return this.#byKind[kind].get(name) as Kinds[K] | undefined;
  }

  /** @throws FatalError `config_invalid` naming those there are. */
  require<K extends keyof Kinds>(kind: K, name: string, field: string): Kinds[K] {
    const found = this.get(kind, name);
    if (found) return found;
    const known = this.list(kind).map((one) => one.name);
    const what = kind === 'agentType' ? 'agent type' : kind;
    const problem = `there is no ${what} "${name}"${suggestion(name, known)}`;
    throw new FatalError('config_invalid', `${field}: ${problem}`, { field });
  }

  /** All of them. */
  all(): Extension[] {
    return Object.values(this.#byKind).flatMap((ofKind): Extension[] => [...ofKind.values()]);
  }

  /** Tries again what could not be found or loaded: it may be there by now. */
  async lookAgain(): Promise<void> {
    for (const module of [...this.#missing]) {
      const loaded = await load(module, this.#folder).catch(() => null);
      if (!loaded) continue;
      this.#missing.delete(module);
      this.problems = this.problems.filter((problem) => problem.module !== module);
      this.#addAll(module, loaded.exported);
    }
  }

  #addAll(module: string, exported: unknown): void {
    const definitions = Array.isArray(exported) ? exported : [exported];
    if (definitions.length === 0) this.#refuse(module, 'has an empty list as its default export');
    for (const definition of definitions) this.#add(module, definition);
  }

  #add(module: string, definition: unknown): void {
    const problem = problemOf(definition);
    if (problem) {
      this.#refuse(module, problem);
      return;
    }
    const extension = definition as Extension;
    const { kind, name } = extension;
    const ofKind = this.#byKind[kind] as Map<string, Extension>;
    if (ofKind.has(name)) this.#refuse(module, `brings a ${kind} "${name}", and there is one of that name`);
    else {
      ofKind.set(name, extension);
      if (module !== own) this.added.push({ module, kind, name });
    }
  }

  #refuse(module: string, problem: string): void {
    this.problems.push({ module, message: `The extension "${module}" ${problem}.` });
  }
}

async function load(module: string, folder: string): Promise<{ exported: unknown }> {
  return { exported: await defaultExport(await locate(module, folder)) };
}

function problemOf(definition: unknown): string | null {
  if (typeof definition !== 'object' || definition === null || !(extensionBrand in definition))
    return 'is not an extension: its default export must be made by defineConnector, defineProvider, defineEmbedder, defineAgentType or definePlugin, or be a list of such';
  const issue = Shape.safeParse(definition).error?.issues[0];
  return issue ? `is not an extension: ${issue.path.join('.')} ${issue.message}` : null;
}
