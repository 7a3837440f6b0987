/**
 * Where plugins may come from. A character can be edited by more people than run the hub, so it chooses only among
 * what the operator has allowed: plugins of the hub, of the extensions that the settings name, and files in two folders.
 */
import { readdirSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { invalid } from '../extensions/plugin-shape.js';
import type { Registry } from '../extensions/registry.js';
import { suggestion } from '../nearest.js';
import type { Plugin, PluginExtension } from '../plugin/plugin.js';
import { sentence } from '../problems.js';

export interface PluginPlaces {
  /** Found by their names before any other. */
  brought: (Plugin | PluginExtension)[];
  registry: Pick<Registry, 'get' | 'list' | 'pluginsOf'>;
  /** The hub's own `plugins/`, of the same build as this file. */
  ownFolder: string;
  /** Where `./my-plugin.js` starts from. */
  charactersDir: string;
  /** Where it starts from when it is not there; absent: nowhere. */
  pluginsDir?: string;
}

/** What a name leads to: what a module exports, or the module. */
export type Found = { exported: object } | { file: string };

/** Names of our own plugins: no dot and no slash, so none leads out of the folder. */
const ownName = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
const scripts = ['.js', '.mjs', '.cjs', '.ts', '.mts'];
/** Under tests this file is TypeScript, and so are the hub's plugins. */
const ownEnding = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** @throws FatalError `plugin_invalid` naming what is allowed. */
export async function findPlugin(name: string, places: PluginPlaces): Promise<Found> {
  const { brought, registry, ownFolder } = places;
  const mine = brought.find((one) => one.name === name);
  if (mine) return { exported: mine };
  if (await isOwnPlugin(name, places)) return { file: join(ownFolder, name + ownEnding) };
  const [listed, ...others] = [registry.get('plugin', name) ?? registry.pluginsOf(name)].flat();
  if (listed && others.length === 0) return { exported: listed };
  if (listed)
    throw invalid(name, `is one of several plugins; name the one: ${names([listed, ...others]).join(', ')}`);
  if (isPath(name)) return { file: await fileOf(name, places) };
  const near = suggestion(name, namesIn(places));
  throw invalid(
    name,
    `${sentence(`was not found${near}`)} A package must be in CARRIER_EXTENSIONS; a file is named by its path, as in "./my-plugin.js"`,
  );
}

/** Whether the name is of a plugin that comes with the hub. */
export async function isOwnPlugin(name: string, { brought, ownFolder }: PluginPlaces): Promise<boolean> {
  if (!ownName.test(name) || brought.some((one) => one.name === name)) return false;
  return isFile(join(ownFolder, name + ownEnding));
}

/** Changes when the file a name leads to does; empty where there is no one file. */
export async function stampOf(name: string, places: PluginPlaces): Promise<string> {
  const own = ownName.test(name) ? [join(places.ownFolder, name + ownEnding)] : [];
  const paths = isPath(name) ? pathsOf(name, places) : own;
  const stamps = paths.map((path) =>
    stat(path).then(
      ({ size, mtimeMs, ino }) => `${size}:${mtimeMs}:${ino}`,
      () => '-',
    ),
  );
  return (await Promise.all(stamps)).join();
}

export function urlOf(file: string): string {
  return pathToFileURL(file).href;
}

function isPath(name: string): boolean {
  return /^\.{1,2}\//.test(name) || isAbsolute(name);
}

function foldersOf({ charactersDir, pluginsDir }: PluginPlaces): string[] {
  return pluginsDir === undefined ? [charactersDir] : [charactersDir, pluginsDir];
}

/** What a path may mean, in the folders that it does not leave. */
function pathsOf(name: string, places: PluginPlaces): string[] {
  if (/[\\\0]/.test(name) && process.platform !== 'win32') return [];
  const folders = foldersOf(places).map((folder) => resolve(folder));
  return folders
    .map((folder) => resolve(folder, name))
    .filter((path, at, all) => all.indexOf(path) === at && folders.some((folder) => isInside(folder, path)));
}

/** The real file, whatever links lead to it. */
async function fileOf(name: string, places: PluginPlaces): Promise<string> {
  const folders = foldersOf(places);
  const where = folders.join(' or ');
  const outside = () =>
    invalid(
      name,
      `is not in a folder that plugins may come from: put its file into ${where}${places.pluginsDir ? '' : ', or into a folder that CARRIER_PLUGINS_DIR names'}`,
    );
  const paths = pathsOf(name, places);
  if (paths.length === 0) throw outside();
  const path = await firstFile(paths);
  if (!path) throw invalid(name, `was not found: there is no file ${paths.join(' or ')}`);
  const real = await realpath(path);
  const allowed = await Promise.all(folders.map((folder) => realpath(folder).catch(() => resolve(folder))));
  if (!allowed.some((folder) => isInside(folder, real))) throw outside();
  if (!scripts.includes(extname(real)))
    throw invalid(name, `is no script: its name must end with ${scripts.join(', ')}`);
  return real;
}

/** Packages are allowed by the settings, not by the path to where they are installed. */
function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  const parts = way.split(/[/\\]/);
  return way !== '' && parts[0] !== '..' && !isAbsolute(way) && !parts.includes('node_modules');
}

async function firstFile(paths: string[]): Promise<string | undefined> {
  for (const path of paths) if (await isFile(path)) return path;
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

function namesIn({ brought, registry, ownFolder }: PluginPlaces): string[] {
  return [...new Set([...ownPlugins(ownFolder), ...names([...brought, ...registry.list('plugin')])])].sort();
}

function names(plugins: { name: string }[]): string[] {
  return plugins.map(({ name }) => name);
}

function ownPlugins(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((file) => /^([\w-]+)\.(?:js|ts)$/.exec(file)?.[1] ?? []);
  } catch {
    return [];
  }
}

export const ownPluginsFolder = fileURLToPath(new URL('../../plugins/', import.meta.url));
