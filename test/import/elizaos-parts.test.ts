/** What an ElizaOS character names and knows, as the importer reads it. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readElizaCharacter } from '../../src/cli/import/elizaos.js';
import { Character } from '../../src/core/character.js';
import { temporaryFolder } from '../store/folder.js';

const folder = temporaryFolder();
const source = join(folder.path, 'eliza');
beforeAll(() => void mkdirSync(source));
afterAll(() => folder.remove());

const file = (name: string, content: unknown) => {
  const path = join(source, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const read = (name: string, content: object) => readElizaCharacter(file(name, content));
const paths = (remarks: { path: string }[]) => remarks.map(({ path }) => path);

describe('[seen.51] what a character names', () => {
  it('is told of where it needs nothing here', async () => {
    const { remarks } = await read('e.json', {
      ...{ name: 'E', bio: 'x', clients: ['discord', 'direct'] },
      plugins: ['@elizaos/plugin-sql', '@elizaos/plugin-bootstrap'],
    });
    const why = (path: string) => remarks.find((one) => one.path === path)?.why;
    expect(why('clients[1]')).toMatch(/^direct needs nothing: .*HTTP/);
    expect(why('plugins[0]')).toMatch(/plugin-sql needs nothing/);
    expect(why('plugins[1]')).toMatch(/plugin-bootstrap needs nothing/);
  });

  it.each([
    ['gpt-4o', 'openai', ['openai:gpt-4o']],
    [
      'claude-sonnet-4',
      ['@elizaos/plugin-openai', '@elizaos/plugin-anthropic'],
      ['anthropic:claude-sonnet-4', 'openai'],
    ],
    ['openai/gpt-4o', undefined, ['openai:gpt-4o']],
    ['ollama:llama3:8b', undefined, ['ollama:llama3:8b']],
    ['llama3:8b', 'ollama', ['ollama:llama3:8b']],
    ['mystery-1', undefined, undefined],
    ['google/gemini', 'openai', ['openai']],
    [{ odd: 1 }, 'openai', ['openai']],
  ])('settings.model %j with %j', async (model, uses, models) => {
    const named = Array.isArray(uses) ? { plugins: uses } : { modelProvider: uses };
    const { character, remarks } = await read('m.json', {
      name: 'M',
      bio: 'x',
      ...named,
      settings: { model },
    });
    expect(Character.parse(character).models).toEqual(models ?? []);
    const isTaken = models?.some((one) => one.includes(':')) ?? false;
    expect(paths(remarks)).toEqual(isTaken ? [] : ['settings.model']);
  });

  it('has no bio made up where it has none, and says what is missing', async () => {
    const { character, steps } = await read('n.json', { name: 'Nameless' });
    expect(Character.parse(character)).toMatchObject({ name: 'Nameless', bio: '' });
    expect(steps).toEqual([expect.stringMatching(/^say who Nameless is/)]);
  });
});

describe('[seen.57] knowledge', () => {
  it('has a file once that is named by its path, by its folder and in both lists', async () => {
    file('docs/a.md', 'A');
    file('docs/b.md', 'B');
    const { documents } = await read('k.json', {
      ...{ name: 'K', bio: 'x' },
      knowledge: [{ path: 'docs/a.md' }, { directory: 'docs' }, 'docs/a.md', 'We open at 9'],
      documents: [{ item: { case: 'directory', value: { directory: './docs' } } }, 'We close at 5'],
    });
    expect(documents.map(({ name }) => name)).toEqual(['docs/a.md', 'docs/b.md', 'statements.md']);
    expect(documents[2]!.content).toEqual({ text: '- We open at 9\n- We close at 5\n' });
  });

  it('takes sentences as sentences, files as files, each by its shape, and names what is missing', async () => {
    file('shop.md', '# Shop');
    file('docs/a.md', 'A');
    file('docs/deep/b.txt', 'B');
    writeFileSync(join(folder.path, 'outside.md'), 'secret');
    symlinkSync(join(folder.path, 'outside.md'), join(source, 'link.md'));
    const { character, documents, remarks } = await read('k.json', {
      name: 'K',
      bio: 'x',
      knowledge: [
        ...['Our shop opens at 9', './shop.md', './gone.md', '../outside.md', 'link.md', '/etc/passwd'],
        { id: '1', path: '../../evil.md', content: 'Inline.' },
        { path: 'docs/a.md', shared: true },
        { directory: 'docs' },
        7,
      ],
      documents: [
        { item: { case: 'path', value: 'shop.md' } },
        { item: { case: 'directory', value: { path: 'docs' } } },
      ],
    });
    expect(Character.parse(character).knowledge).toMatchObject([{ path: './knowledge/k' }]);
    const names = documents.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['shop.md', 'evil.md', 'docs/a.md', 'docs/deep/b.txt', 'statements.md']),
    );
    expect(names.filter((name) => name.includes('..'))).toEqual([]);
    expect(documents.find(({ name }) => name === 'statements.md')!.content).toEqual({
      text: '- Our shop opens at 9\n',
    });
    expect(paths(remarks)).toEqual(
      [2, 3, 4, 5].map((at) => `knowledge[${at}]`).concat('knowledge[7].shared', 'knowledge[9]'),
    );
  });
});
