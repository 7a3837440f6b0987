// Builds the pages into dist/web, unless they are newer than all they are made of. Run by `npm run build`.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** Whatever a page may be made of; a file that went changes the time of its folder. */
const sources = [
  ...['src/web', 'src/markdown', 'src/core', 'connectors/webchat/page', 'package-lock.json'],
  // How platforms are set up stands in them.
  ...readdirSync(join(root, 'connectors')).map((name) => `connectors/${name}/README.md`),
];

/** A page is a folder with an `index.html`. `assets` is where its files are, seen from the page. */
const pages = [
  { from: 'src/web/console', to: 'dist/web/console', assets: 'console/assets' },
  {
    from: 'connectors/webchat/page',
    to: 'dist/web/webchat',
    assets: 'assets',
    script: 'connectors/webchat/page/widget.ts',
  },
].filter(({ from }) => existsSync(join(root, from, 'index.html')));

const newest = Math.max(...sources.map((source) => timeOf(join(root, source))));
const stale = pages.filter(({ to }) => newest > timeOfFile(join(root, to, 'index.html')));
if (stale.length > 0) {
  const { build } = await import('vite');
  for (const page of stale) {
    await build(settings(page));
    if (page.script) await build(scriptSettings(page));
  }
}

/** @returns {import('vite').InlineConfig} */
function settings({ from, to, assets }) {
  return {
    configFile: false,
    root: join(root, from),
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: join(root, to),
      emptyOutDir: true,
      target: ['chrome107', 'safari16', 'firefox104'],
      // Data addresses of scripts and styles are refused by the pages' policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      sourcemap: false,
    },
    worker: { format: 'es' },
    experimental: {
      // All addresses are relative, so that the pages work below any path of a proxy.
      renderBuiltUrl: (file, { hostType }) =>
        hostType === 'html' ? file.replace(/^assets/, assets) : { relative: true },
    },
  };
}

/** One file that other sites name in their pages, so its name stays: no module, nothing but itself. */
function scriptSettings({ script, to }) {
  return {
    configFile: false,
    root: join(root, 'src/web'),
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: join(root, to),
      emptyOutDir: false,
      target: ['chrome107', 'safari16', 'firefox104'],
      rolldownOptions: {
        input: join(root, script),
        output: { format: 'iife', entryFileNames: 'widget.js' },
      },
    },
  };
}

function timeOf(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  const within = readdirSync(path, { recursive: true }).map((name) => statSync(join(path, name)).mtimeMs);
  return Math.max(mtimeMs, ...within);
}

function timeOfFile(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
