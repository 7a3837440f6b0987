/** YAML, loaded when some is first read: it is seventy files, which no start need wait for. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export function yaml(): typeof import('yaml') {
  return require('yaml');
}
