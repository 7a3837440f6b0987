import { resolve } from 'node:path';
import { backUp, restore } from '../backing-up.js';
import type { Config } from '../config.js';
import { command, harmless, print } from './output.js';

/** Also while the hub runs. */
export async function backup(config: Config, folder: string): Promise<void> {
  const to = resolve(folder);
  const { files } = await backUp(config, to);
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  print(`Backed up to ${harmless(to)}: ${(bytes / 1e6).toFixed(1)} MB.`);
  print('It holds what people said, and keys: keep it as safe as the data folder.');
}

export async function restored(config: Config, folder: string): Promise<void> {
  const { begunAt } = await restore(config, resolve(folder));
  print(`Restored what was there on ${begunAt}. Whoever was erased since is erased again at the next start.`);
  print(`Start the hub: ${command('start')}`);
}
