/** Where a hub finds plugins: its own folder, packages, and files beside its characters. */
import type { Config } from './config.js';
import { loadPlugin } from './plugin/loader.js';
import type { Plugin } from './plugin/plugin.js';

/** @param brought found by their names before any other. */
export function pluginsFor({ charactersDir }: Config, brought: Plugin[] = []) {
  const places = { builtinDir: new URL('../plugins/', import.meta.url), baseDir: charactersDir };
  return async (name: string): Promise<Plugin> =>
    brought.find((plugin) => plugin.name === name) ?? loadPlugin(name, places);
}
