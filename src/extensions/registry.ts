/** The extensions of a hub: its own, those that its settings name, and those that a program brings. */
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { builtin } from './builtin.js';
import {
  type ConnectorExtension,
  type EmbedderExtension,
  extensionBrand,
  type ProviderExtension,
} from './extension.js';
import { defaultExport, locate } from './module.js';

type Extension = ConnectorExtension | ProviderExtension | EmbedderExtension;

interface Kinds {
  connector: ConnectorExtension;
  provider: ProviderExtension;
  embedder: EmbedderExtension;
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

const aFunction = z.custom<object>((value) => typeof value === 'function', 'must be a function');
const Shape = z.object({
  kind: z.enum(
    ['connector', 'provider', 'embedder'],
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
  readonly problems: ExtensionProblem[] = [];
  readonly #byKind = {
    connector: new Map<string, ConnectorExtension>(),
    provider: new Map<string, ProviderExtension>(),
    embedder: new Map<string, EmbedderExtension>(),
  };

  /** Never throws for a module that cannot be used: it is among the `problems`. */
  static async open({ modules, folder, brought = [] }: RegistryOptions): Promise<Registry> {
    const registry = new Registry();
    const own = await Promise.all(builtin.map(async (load) => (await load()).default));
    for (const definition of own) registry.#addAll('the hub', definition);
    for (const [index, definition] of brought.entries()) registry.#addAll(`extensions.${index}`, definition);
    const loading = modules.map((name) => locate(name, folder).then(defaultExport));
    const loaded = await Promise.allSettled(loading);
    for (const [index, result] of loaded.entries()) {
      const module = modules[index]!;
      if (result.status === 'fulfilled') registry.#addAll(module, result.value);
      else registry.#refuse(module, (result.reason as Error).message);
    }
    return registry;
  }

  list<K extends keyof Kinds>(kind: K): Kinds[K][] {
    return [...this.#byKind[kind].values()] as Kinds[K][];
  }

  get<K extends keyof Kinds>(kind: K, name: string): Kinds[K] | undefined {
    return this.#byKind[kind].get(name) as Kinds[K] | undefined;
  }

  all(): Extension[] {
    return Object.values(this.#byKind).flatMap((ofKind): Extension[] => [...ofKind.values()]);
  }

  /** @throws FatalError `config_invalid` naming those there are. */
  require<K extends keyof Kinds>(kind: K, name: string, field: string): Kinds[K] {
    const found = this.get(kind, name);
    if (found) return found;
    const known = this.list(kind).map((one) => one.name);
    throw new FatalError(
      'config_invalid',
      `${field}: there is no ${kind} "${name}". There are: ${known.join(', ')}.`,
      {
        field,
      },
    );
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
    else ofKind.set(name, extension);
  }

  #refuse(module: string, problem: string): void {
    this.problems.push({ module, message: `The extension "${module}" ${problem}.` });
  }
}

function problemOf(definition: unknown): string | null {
  if (typeof definition !== 'object' || definition === null || !(extensionBrand in definition))
    return 'is not an extension: its default export must be made by defineConnector, defineProvider, defineEmbedder or definePlugin, or be a list of such';
  const issue = Shape.safeParse(definition).error?.issues[0];
  return issue ? `is not an extension: ${issue.path.join('.')} ${issue.message}` : null;
}
