import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it.each([
  ['connectors/README.md', 'carrier-connector-pager', ['package.json', 'index.js', 'contract.test.js']],
  ['docs/providers.md', 'carrier-provider-parrot', ['index.js', 'contract.test.js']],
])('%s shows the package that test/package installs and runs', (guide, name, files) => {
  const shown = [...read(guide).matchAll(/```(?:js|json)\n([\s\S]+?)```/g)].map(([, code]) => code);
  expect(shown).toEqual(files.map((file) => read(`test/package/third-party/${name}/${file}`)));
});
