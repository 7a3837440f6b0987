/** The plugins of a process, as the hub makes them, on a folder of characters. */
import { Plugins } from '../../src/agents/plugins.js';
import { readConfig } from '../../src/config.js';
import { type Agent, Character } from '../../src/core/character.js';
import type { Plugin, PluginExtension } from '../../src/extension-api.js';
import { Registry } from '../../src/extensions/registry.js';
import { scopedNotes } from '../../src/intake/scoped-notes.js';
import { createLogger, type Logger } from '../../src/logger.js';
import { References } from '../../src/secrets/references.js';
import { FakeNotes } from '../../src/testing/notes.js';

export interface PluginHome {
  charactersDir: string;
  env?: Record<string, string>;
  brought?: (Plugin | PluginExtension)[];
  log?: Logger;
}

export async function pluginsOf({ charactersDir, env = {}, brought, log }: PluginHome): Promise<Plugins> {
  const config = readConfig({ CARRIER_CHARACTERS_DIR: charactersDir, ...env });
  const registry = await Registry.open({ ...config.extensions, folder: charactersDir });
  const { given, secretsDir: folder } = config;
  const secrets = new References({ given, folder, stored: async () => null });
  const store = new FakeNotes();
  const notes = (plugin: string) => scopedNotes(store, { plugin });
  return new Plugins({ config, registry, secrets, brought, notes, log: log ?? createLogger('silent') });
}

export function agentWith(...plugins: string[]): Agent {
  return { id: 'captain', character: { ...Character.parse({ name: 'Captain', bio: '.' }), plugins } };
}

/** Log lines, in the order in which they were written. */
export function listeningLog(): {
  log: Logger;
  lines: { level: string; message: string; [key: string]: unknown }[];
} {
  const lines: { level: string; message: string }[] = [];
  const at =
    (level: string) =>
    (about: object | string, message = String(about)) =>
      void lines.push({ ...(typeof about === 'object' ? about : {}), level, message });
  const log = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, at(level)]));
  return { log: { ...log, child: () => log } as unknown as Logger, lines };
}
