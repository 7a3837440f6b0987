/** Finds a plugin by the name a character gives it, loads it and checks its shape before anything calls it. */
import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { nearest } from '../nearest.js';
import type { Plugin } from './plugin.js';

export interface PluginPlaces {
  /** The hub's own `plugins/` folder, of the same build as this file. */
  builtinDir: URL | string;
  /** Where `./my-plugin.js` starts from, and where npm packages are looked for besides the hub's own. */
  baseDir: string;
}

const loaded = new Map<string, Promise<Plugin>>();

/**
 * A bare name is the hub's own plugin, else an npm package; a name that starts with `.` or `/` is a file.
 * Loaded once a process: a changed plugin file needs a restart.
 * @throws FatalError `plugin_invalid` naming the plugin, the field at fault and what it should be.
 */
export function loadPlugin(name: string, places: PluginPlaces): Promise<Plugin> {
  const key = JSON.stringify([name, String(places.builtinDir), places.baseDir]);
  let plugin = loaded.get(key);
  if (!plugin) {
    plugin = load(name, places);
    loaded.set(key, plugin);
    // Not kept: what was missing may be there the next time.
    plugin.catch(() => loaded.delete(key));
  }
  return plugin;
}

async function load(name: string, places: PluginPlaces): Promise<Plugin> {
  const url = await locate(name, places);
  let module: Record<string, unknown>;
  try {
    module = await import(/* @vite-ignore */ url);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw invalid(name, `could not be loaded: ${message}`, undefined, error);
  }
  return checked(name, defaultExport(module));
}

/** CommonJS compiled from ESM arrives wrapped once more. */
function defaultExport(module: Record<string, unknown>): unknown {
  const outer = module.default;
  const wrapped = typeof outer === 'object' && outer !== null && '__esModule' in outer && 'default' in outer;
  return wrapped ? outer.default : outer;
}

/** Names of our own plugins: no dot and no slash, so none leads out of the folder. */
const builtinName = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
/** An npm package, perhaps scoped, perhaps with a path inside it; no part starts with a dot. */
const packageName = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*$/i;

async function locate(name: string, { builtinDir, baseDir }: PluginPlaces): Promise<string> {
  if (/^\.{1,2}[/\\]/.test(name) || isAbsolute(name)) {
    const path = resolve(baseDir, name);
    if (await isFile(path)) return pathToFileURL(path).href;
    throw invalid(name, `was not found: there is no file ${path}. Paths start from ${baseDir}`);
  }
  if (!packageName.test(name))
    throw invalid(name, 'has a name that is neither a plugin, an npm package nor a path starting with "./"');
  const own = typeof builtinDir === 'string' ? builtinDir : fileURLToPath(builtinDir);
  if (builtinName.test(name)) {
    // Under tests this file is TypeScript, and so are its plugins.
    const path = join(own, `${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`);
    if (await isFile(path)) return pathToFileURL(path).href;
  }
  const found = inPackages(name, baseDir);
  if (found) return found;
  const meant = nearest(name, ownPlugins(own));
  throw invalid(
    name,
    meant
      ? `was not found; did you mean "${meant}"?`
      : `was not found. The hub's own plugins: ${ownPlugins(own).join(', ') || 'none'}. Install it with "npm install ${name}", or name a file: "./${name}.js"`,
  );
}

function inPackages(name: string, baseDir: string): string | null {
  for (const from of [`${resolve(baseDir)}/`, import.meta.url]) {
    try {
      const path = createRequire(from).resolve(name);
      // Node's own modules, `fs` say, resolve to themselves.
      return isAbsolute(path) ? pathToFileURL(path).href : null;
    } catch (error) {
      // The package is there, and has no entry for `require`: `import` knows the way.
      if ((error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return name;
    }
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

function ownPlugins(folder: string): string[] {
  try {
    const names = readdirSync(folder).map((file) => /^([\w-]+)\.(?:js|ts)$/.exec(file)?.[1]);
    return [...new Set(names.filter((name) => name !== undefined))].sort();
  } catch {
    return [];
  }
}

const aFunction = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const aName = z
  .string('must be a text')
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters');
const aList = 'must be a list';

const ActionShape = z.object({
  name: z
    .string('must be a text')
    .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-": what language models take'),
  description: z
    .string('must be a text that tells the model when to use the action')
    .trim()
    .min(1, 'must tell the model when to use the action'),
  parameters: z.unknown().superRefine((schema, context) => {
    const problem = problemOfSchema(schema);
    if (problem) context.addIssue(problem);
  }),
  timeoutMs: z
    .number('must be a number of milliseconds')
    .int('must be whole milliseconds')
    .min(1, 'must be at least 1 ms')
    .max(3_600_000, 'must be at most an hour (3600000)')
    .optional(),
  recognise: aFunction.optional(),
  run: aFunction,
});

const PluginShape = z.object(
  {
    name: aName,
    actions: z.array(ActionShape, aList).optional(),
    contextProviders: z.array(z.object({ name: aName, provide: aFunction }), aList).optional(),
    evaluators: z
      .array(z.object({ name: aName, judge: aFunction.optional(), learn: aFunction.optional() }), aList)
      .optional(),
  },
  'must be the module’s default export: an object with a name and actions, contextProviders or evaluators',
);

/** By its methods and not by its class: a plugin may bring its own copy of zod. */
function problemOfSchema(schema: unknown): string | null {
  const zodLike = schema as { safeParse?: unknown; _zod?: unknown } | null | undefined;
  if (typeof zodLike?.safeParse !== 'function')
    return 'must be a zod schema, e.g. z.object({ city: z.string() })';
  if (!zodLike._zod) return 'must be a schema of zod 4; this one is older';
  try {
    const described = z.toJSONSchema(schema as z.ZodType, { io: 'input' });
    return described.type === 'object' ? null : 'must be a z.object: models give arguments by name';
  } catch (error) {
    return `cannot be described to a model as JSON Schema: ${(error as Error).message}`;
  }
}

/** The plugin itself comes back, not a copy: its methods may need their `this`. */
function checked(name: string, candidate: unknown): Plugin {
  const parsed = PluginShape.safeParse(candidate);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = fieldOf(issue.path) || 'default';
    throw invalid(name, `is not a plugin: ${field} ${issue.message}`, field);
  }
  const { actions = [], contextProviders = [], evaluators = [] } = parsed.data;
  const names = actions.map((action) => action.name);
  const twice = names.findIndex((action, i) => names.indexOf(action) !== i);
  if (twice >= 0)
    throw invalid(name, `has two actions named "${names[twice]}"; rename one`, `actions[${twice}].name`);
  if (actions.length + contextProviders.length + evaluators.length === 0)
    throw invalid(name, 'brings nothing: it needs actions, contextProviders or evaluators', 'actions');
  return candidate as Plugin;
}

/** `actions[0].run` */
function fieldOf(path: PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function invalid(name: string, problem: string, field?: string, cause?: unknown): FatalError {
  return new FatalError('plugin_invalid', `The plugin "${name}" ${problem}.`, {
    ...(field === undefined ? {} : { field }),
    ...(cause === undefined ? {} : { cause }),
  });
}
