import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** What is tested is what is shipped, and loads in a third of the time: `npm test` has compiled it. */
function compiledSources(): Plugin {
  const sources = new RegExp(`^${root}/(src|connectors|plugins)/(.*)\\.ts$`);
  return {
    name: 'compiled-sources',
    enforce: 'pre',
    async resolveId(id, importer, options) {
      if (!importer?.startsWith(`${root}/test/`) || !id.startsWith('.')) return null;
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      const [, folder, path] = sources.exec(found?.id ?? '') ?? [];
      return folder ? `${root}/dist/${folder}/${path}.js` : found;
    },
  };
}

/** Small files that take minutes, most of them waiting for a server to remove what has expired, begin first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => /\/test\/store\/mongodb-(on|with)/.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig(({ mode }) => ({
  plugins: mode === 'compiled' ? [compiledSources()] : [compiledThreads()],
  test: {
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: LongestFirst },
    server: { deps: { external: [new RegExp(`^${root}/dist/`)] } },
    setupFiles: ['test/support/property-seed.ts'],
    pool: 'forks',
    // Much of what is tested is waiting: for processes to start, locks to end, platforms to be asked again.
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
