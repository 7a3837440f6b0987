/** What a package must have in it, and must not. */

const needed = [
  ...['package.json', 'README.md', 'LICENSE', '.env.example', 'characters/assistant.json'],
  ...['dist/src/cli/carrier.js', 'dist/src/index.js', 'dist/src/index.d.ts', 'dist/src/testing/index.js'],
  ...['dist/web/console/index.html', 'docs/configuration.md', 'docs/carrier.config.schema.json'],
];

/** Tests, sources, settings, keys, data. */
const unwanted =
  /^(test|src|node_modules|data|secrets)\/|^dist\/test\/|(^|\/)(\.env|\.npmrc|admin-token|callback-secret)$|\.(pem|key|db|db-wal|log|tgz)$|\.tsbuildinfo$/;

/** @param files paths in the package. */
export function contentProblems(files: readonly string[]): string[] {
  const there = new Set(files);
  return [
    ...needed.filter((file) => !there.has(file)).map((file) => `${file} is missing`),
    ...files.filter((file) => unwanted.test(file)).map((file) => `${file} does not belong there`),
    ...(files.some((file) => /^dist\/web\/console\/assets\/.+\.js$/.test(file))
      ? []
      : ['the console has no script']),
  ];
}
