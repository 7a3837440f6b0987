import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headingsOf, linksOf, pages, root } from './pages.js';

const links = pages.flatMap(linksOf);
const byPath = new Map(pages.map((page) => [page.path, page]));

/** Pages that are longer than the rest: tables, which one searches. */
const long = new Set([
  ...['docs/configuration.md', 'docs/http-api.md', 'docs/operations.md', 'docs/providers.md'],
  ...['characters/README.md', 'connectors/README.md', 'plugins/README.md', 'connectors/slack/README.md'],
]);

describe('links', () => {
  it('lead to files', () => {
    expect(links.length).toBeGreaterThan(200);
    expect(links.filter(({ to }) => !existsSync(join(root, to)))).toEqual([]);
  });

  it('lead to headings', () => {
    const dead = links.filter(
      ({ to, heading }) => heading && byPath.has(to) && !headingsOf(byPath.get(to)!.text).has(heading),
    );
    expect(dead).toEqual([]);
  });

  it('lead from the README to every page in two steps', () => {
    const reached = new Set(['README.md']);
    for (let step = 0; step < 2; step++)
      for (const from of [...reached]) for (const link of links) if (link.from === from) reached.add(link.to);
    const packages = /^connectors\/\w+\/(?!README)/;
    expect(
      pages.map(({ path }) => path).filter((path) => !reached.has(path) && !packages.test(path)),
    ).toEqual([]);
  });
});

describe('pages', () => {
  it('are short: the README has at most 150 lines, others 200', () => {
    const lines = (text: string) => text.trimEnd().split('\n').length;
    expect(lines(byPath.get('README.md')!.text)).toBeLessThanOrEqual(150);
    expect(
      pages.filter(({ path, text }) => lines(text) > 200 && !long.has(path)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('have one heading of the first rank each, at their beginning', () => {
    expect(pages.filter(({ text }) => !/^# \S/.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
