import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const root = dirname(fileURLToPath(import.meta.url));

/**
 * Node starts a worker thread from a file, without Vite's transform, so what a thread runs must be JavaScript: the
 * compiled one of the same sources (`npm test` builds first). All that sources name by such an address is for threads.
 */
function compiledThreads(): Plugin {
  return {
    name: 'compiled-threads',
    transform(code, id) {
      if (!/^\/(src|connectors)\//.test(id.replace(root, ''))) return;
      const folder = dirname(id).replace(root, `${root}/dist`);
      return code.replace(
        /new URL\((['"])(\.\.?\/[\w./-]+\.js)\1, import\.meta\.url\)/g,
        (_, __, file: string) => {
          return `new URL(${JSON.stringify(`file://${resolve(folder, file)}`)})`;
        },
      );
    },
  };
}

export default defineConfig({
  plugins: [compiledThreads()],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    pool: 'forks',
    // Much of what is tested is waiting: for processes to start, locks to end, platforms to be asked again.
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
