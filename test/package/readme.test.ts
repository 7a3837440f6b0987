import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it.each([
  ['connectors/README.md', 'carrier-connector-pager', ['package.json', 'index.js', 'contract.test.js']],
  ['docs/providers.md', 'carrier-provider-parrot', ['index.js', 'contract.test.js']],
])('%s shows the package that test/package installs and runs', (guide, name, files) => {
  const shown = [
    ...read(guide)
      .split('\n`network.js` is')[0]!
      .matchAll(/```(?:js|json)\n([\s\S]+?)```/g),
  ].map(([, code]) => code);
  expect(shown).toEqual(files.map((file) => read(`test/package/third-party/${name}/${file}`)));
});

it('no link between the documents of the package is dead', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const report = JSON.parse(packed.toString());
  const [{ files }] = (Array.isArray(report) ? report : Object.values(report)) as [
    { files: { path: string }[] },
  ];
  const paths = new Set(files.map(({ path }) => path));
  const links = [...paths]
    .filter((path) => path.endsWith('.md'))
    .flatMap((from) =>
      [...read(from).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(([, to]) => ({
        from,
        to: posix.join(posix.dirname(from), to!),
      })),
    );
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ to }) => !paths.has(to))).toEqual([]);
});
