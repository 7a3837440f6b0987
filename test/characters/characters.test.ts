import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCharacter } from '../../src/agents/character-file.js';
import {
  type CharacterChange,
  type CharacterProblem,
  Characters,
  type WatchOptions,
} from '../../src/agents/characters.js';
import { createLogger } from '../../src/logger.js';

let folder: string;
let characters: Characters | undefined;
let told: CharacterProblem[];

const put = (file: string, text: string) => writeFileSync(join(folder, file), text);
const good = (name: string) => JSON.stringify({ name, bio: 'Someone.' });
const open = async (options: WatchOptions = {}) => {
  const problem = (problem: CharacterProblem) => told.push(problem);
  characters = await Characters.open(folder, createLogger('silent'), {
    debounceMs: 20,
    pollMs: 100,
    problem,
    ...options,
  });
  return characters;
};
const soon = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 10 });
const ids = () => characters!.list().map(({ id }) => id);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-characters-'));
  told = [];
});
afterEach(() => {
  characters?.close();
  characters = undefined;
  rmSync(folder, { recursive: true, force: true });
});

describe('opening', () => {
  it('loads every character file, by its name', async () => {
    put('bo.json', good('Bo'));
    put('ana.json', `\uFEFF${good('Ana')}`);
    put('.hidden.json', 'nonsense');
    put('notes.txt', 'nonsense');
    put('README.md', '# nonsense');
    await open();
    expect(ids()).toEqual(['ana', 'bo']);
    expect(characters!.get('ana')).toMatchObject({ id: 'ana', character: { name: 'Ana', maxTokens: 4096 } });
    expect(characters!.get('cy')).toBeUndefined();
    expect(characters!.problems()).toEqual([]);
  });

  it('is refused without a folder', async () => {
    await expect(Characters.open(join(folder, 'none'), createLogger('silent'))).rejects.toMatchObject({
      code: 'config_invalid',
      field: 'CARRIER_CHARACTERS_DIR',
      message: expect.stringContaining('CARRIER_CHARACTERS_DIR'),
    });
  });

  it('reports broken files and loads the others', async () => {
    put('ana.json', good('Ana'));
    put('bo.json', '{"name": "Bo"');
    put('Cy.json', good('Cy'));
    put('big.json', '');
    truncateSync(join(folder, 'big.json'), 1024 * 1024 + 1);
    mkdirSync(join(folder, 'dir.json'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.json'));
    await open();
    expect(ids()).toEqual(['ana']);
    const messages = Object.fromEntries(characters!.problems().map(({ id, message }) => [id, message]));
    expect(messages).toEqual({
      bo: expect.stringContaining('line 1, column 14'),
      Cy: expect.stringContaining('cy.json'),
      big: expect.stringContaining('larger than 1 MB'),
      dir: 'is not a file',
    });
    expect(told).toHaveLength(4);
    expect(told[0]).toMatchObject({ path: join(folder, 'Cy.json'), inForce: false });
  });
});

/** With and without change events of the file system. */
describe.each([
  ['by watching', { pollMs: 60_000 }],
  ['by polling', { debounceMs: 60_000, pollMs: 30 }],
])('changes, seen %s', (_, options) => {
  it('takes up new, edited, renamed and deleted files', async () => {
    put('ana.json', good('Ana'));
    await open(options);
    const changes: string[] = [];
    characters!.onChange(({ id, agent }: CharacterChange) =>
      changes.push(`${id} ${agent?.character.name ?? 'gone'}`),
    );
    put('bo.json', good('Bo'));
    await soon(() => expect(ids()).toEqual(['ana', 'bo']));
    put('ana.json', good('Anabel'));
    await soon(() => expect(characters!.get('ana')?.character.name).toBe('Anabel'));
    put('ana.json.tmp', good('Annika'));
    renameSync(join(folder, 'ana.json.tmp'), join(folder, 'ana.json'));
    await soon(() => expect(characters!.get('ana')?.character.name).toBe('Annika'));
    rmSync(join(folder, 'bo.json'));
    await soon(() => expect(ids()).toEqual(['ana']));
    expect(changes).toEqual(['bo Bo', 'ana Anabel', 'ana Annika', 'bo gone']);
  });

  it('keeps the last good definition while a file is broken', async () => {
    put('ana.json', good('Ana'));
    await open(options);
    put('ana.json', '{"name": ');
    await soon(() => expect(characters!.problems()).toHaveLength(1));
    expect(characters!.get('ana')?.character.name).toBe('Ana');
    expect(told.at(-1)).toMatchObject({ id: 'ana', inForce: true });
    put('ana.json', good('Ana again'));
    await soon(() => expect(characters!.get('ana')?.character.name).toBe('Ana again'));
    expect(characters!.problems()).toEqual([]);
  });

  it('goes on when the folder itself is gone for a while', async () => {
    put('ana.json', good('Ana'));
    await open({ ...options, pollMs: 30 });
    rmSync(folder, { recursive: true });
    await soon(() => expect(characters!.problems()).toHaveLength(1));
    expect(ids()).toEqual(['ana']);
    mkdirSync(folder);
    put('bo.json', good('Bo'));
    await soon(() => expect(ids()).toEqual(['bo']));
    expect(characters!.problems()).toEqual([]);
    put('cy.json', good('Cy'));
    await soon(() => expect(ids()).toEqual(['bo', 'cy']));
  });
});

describe('quietly', () => {
  it('tells of a problem once, and of nothing when nothing changed', async () => {
    put('ana.json', good('Ana'));
    put('bo.json', 'x');
    await open({ pollMs: 20 });
    let changes = 0;
    characters!.onChange(() => changes++);
    for (let i = 0; i < 5; i++) {
      utimesSync(join(folder, 'ana.json'), new Date(), new Date(1e12 + i * 5000));
      utimesSync(join(folder, 'bo.json'), new Date(), new Date(1e12 + i * 5000));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(changes).toBe(0);
    expect(told).toHaveLength(1);
  });

  it('a failing listener disturbs nobody, one that left hears nothing', async () => {
    await open();
    const heard: string[] = [];
    characters!.onChange(() => {
      throw new Error('listener');
    });
    characters!.onChange(({ id }) => heard.push(id));
    const leave = characters!.onChange(() => heard.push('left'));
    leave();
    put('ana.json', good('Ana'));
    await soon(() => expect(heard).toEqual(['ana']));
  });

  it('hears nothing after close, and keeps its agents', async () => {
    put('ana.json', good('Ana'));
    await open({ pollMs: 20 });
    characters!.close();
    put('bo.json', good('Bo'));
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(ids()).toEqual(['ana']);
    expect(told).toEqual([]);
  });
});

describe('what is wrong with a file', () => {
  const problem = (text: string) => {
    const reading = readCharacter(text);
    return 'problem' in reading ? reading.problem : null;
  };

  it.each([
    ['{\n  "name": "A",\n  "bio": x\n}', 'line 3, column 10: '],
    ['{\n  "name": "A",\n  "bio": "B",\n}', 'line 4, column 1: the comma before it is one too many'],
    ['{"name": "A" "bio": "B"}', 'line 1, column 14: '],
    ['{"name": "A', 'line 1, column 12: '],
    ['{"name": "A\nB"}', 'line 1, column 12: '],
    ['{"name": tru }', 'line 1, column 13: '],
    ['{"name": "A", "bio": "B"}}', 'line 1, column 26: '],
    ['{\n', 'line 2, column 1: '],
    ["{'name': 1}", 'line 1, column 2: '],
    ['', 'the file is empty'],
    [' \n', 'the file is empty'],
  ])('finds the place of the mistake in %j', (text, place) => {
    expect(problem(text)?.message).toContain(place);
    expect(problem(text)?.message).not.toMatch(/: $|position|valid JSON/);
  });

  it.each([
    ['{"bio": "B"}', 'name', 'name: is missing'],
    ['{"name": 5, "bio": "B"}', 'name', 'name: must be a text'],
    ['{"name": "A", "bio": 5}', 'bio', 'bio: must be a text or a list'],
    ['{"name": "A", "bio": "B", "exmples": []}', 'exmples', 'exmples: unknown; did you mean "examples"?'],
    ['{"name": "A", "bio": "B", "memory": {"recal": 3}}', 'memory.recal', 'did you mean "recall"?'],
    [
      '{"name": "A", "bio": "B", "examples": [{"user": "a", "replay": "b"}]}',
      'examples[0].reply',
      'examples[0].replay: unknown; did you mean "reply"?',
    ],
    ['{"name": "A", "bio": "B", "colour": "red"}', 'colour', 'unknown; there are: name, bio, system'],
    [
      '{"name": "A", "bio": "B", "models": ["GPT 4"]}',
      'models[0]',
      'models[0]: must be a provider or an endpoint',
    ],
    ['{"name": "A", "bio": "B", "maxTokens": 1}', 'maxTokens', 'maxTokens: '],
    ['[]', null, 'must be an object'],
    ['null', null, 'must be an object'],
  ])('names the field in %j', (text, field, message) => {
    expect(problem(text)).toMatchObject({ field, message: expect.stringContaining(message) });
  });

  it('finds a mistake in a large file soon', () => {
    const text = JSON.stringify({
      name: 'A',
      bio: Array.from({ length: 20_000 }, () => 'line of some length'),
    });
    const start = performance.now();
    expect(problem(`${text.slice(0, -1)},`)?.message).toContain('line 1, column');
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
