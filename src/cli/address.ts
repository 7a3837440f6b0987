import { existsSync, readFileSync } from 'node:fs';
import { adminTokenPath } from '../admin-token.js';
import type { Config } from '../config.js';
import { FatalError } from '../errors.js';
import { runningHub } from '../running-hub.js';
import type { Address } from './client.js';

/**
 * The hub that runs on this data folder, or at `given`, with the token the folder keeps; null when none runs.
 * @throws FatalError `token_missing`
 */
export function addressOf(config: Config, given?: string): Address | null {
  const url = given?.replace(/\/+$/, '') ?? runningHub(config.dataDir)?.url;
  if (!url) return null;
  const path = adminTokenPath(config.dataDir);
  if (!existsSync(path))
    throw new FatalError('token_missing', `A hub runs at ${url}, but its token is not in ${path}.`);
  return { url, token: readFileSync(path, 'utf8').trim() };
}
