/** `carrier import elizaos`: files as each version of ElizaOS writes them, made on the spot. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readElizaCharacter } from '../../src/cli/import/elizaos.js';
import { examplesOf } from '../../src/cli/import/elizaos-examples.js';
import { Character } from '../../src/core/character.js';
import { carrier } from '../cli/carrier.js';
import { Home } from '../support/hub.js';

let home: Home;
let source: string;
beforeEach(() => {
  home = new Home();
  source = join(home.folder, 'eliza');
  mkdirSync(source);
});
afterEach(() => home.dispose());

const file = (name: string, content: unknown) => {
  const path = join(source, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const read = (name: string, content: object) => readElizaCharacter(file(name, content));
const run = (...args: string[]) =>
  carrier(['import', 'elizaos', ...args], { cwd: home.folder, env: home.settings() });
const paths = (remarks: { path: string }[]) => remarks.map(({ path }) => path);

describe('[seen.50] examples', () => {
  const pair = [{ user: 'Hi Alex', reply: 'Hello, I am Eliza.' }];
  const [hi, hello] = [{ text: 'Hi {{user1}}' }, { text: 'Hello, I am {{agentName}}.' }];

  it.each([
    [
      'user',
      [
        [
          { user: '{{user1}}', content: hi },
          { user: 'eliza', content: hello },
        ],
      ],
    ],
    [
      'name',
      [
        [
          { name: '{{name1}}', content: hi },
          { name: 'Eliza', content: hello },
        ],
      ],
    ],
    [
      'groups',
      [
        {
          examples: [
            { name: '{{name1}}', content: hi },
            { name: 'Eliza', content: hello },
          ],
        },
      ],
    ],
    ['flat', [{ user: '{{user1}}', content: hi, response: hello }]],
  ])('of the shape %s', (_, groups) => {
    expect(examplesOf(groups, 'Eliza')).toEqual({ examples: pair, remarks: [] });
  });

  it('joins what one side says in a row, names several people, and tells what does not fit', () => {
    const say = (name: string, text: string) => ({ name, content: { text } });
    const { examples, remarks } = examplesOf(
      [
        [
          say('Eliza', 'first'),
          say('{{user1}}', 'a'),
          say('{{user2}}', 'b'),
          say('Eliza', 'c'),
          say('Eliza', 'd'),
        ],
        [say('{{user1}}', 'a'), say('{{user2}}', 'b')],
        [{ name: 'x' }, say('{{user1}}', 'ask'), say('Eliza', 'answer'), say('{{user1}}', 'bye')],
        'nonsense',
        [{ user: '{{user1}}', content: { text: 'go', action: 'CONTINUE' } }, say('Eliza', 'gone')],
      ],
      'Eliza',
    );
    expect(examples).toEqual([
      { user: 'Alex: a\nSam: b', reply: 'c\nd' },
      { user: 'ask', reply: 'answer' },
      { user: 'go', reply: 'gone' },
    ]);
    expect(paths(remarks)).toEqual([
      'messageExamples[0]',
      'messageExamples[1]',
      'messageExamples[2][0]',
      'messageExamples[2]',
      'messageExamples[3]',
      'messageExamples[4][0].content',
    ]);
  });

  it.each(['One line.', ['One line.']])('bio as %j', async (bio) => {
    const { character } = await read('eliza.character.json', { name: 'Eliza', bio });
    expect(Character.parse(character).bio).toBe('One line.');
  });
});

const old = {
  name: 'Eliza',
  bio: ['A doctor.'],
  lore: ['Was a program in 1966.'],
  adjectives: ['calm'],
  topics: ['dreams'],
  style: { all: ['Short.'], chat: ['Ask back.'], post: ['Loud.'] },
  postExamples: ['post'],
  people: [],
  clients: ['discord', 'twitter', 'direct'],
  modelProvider: 'anthropic',
  plugins: [
    '@elizaos/plugin-telegram',
    '@elizaos/plugin-openai',
    '@elizaos/plugin-sql',
    '@elizaos/plugin-solana',
  ],
  settings: {
    voice: { model: 'x' },
    secrets: {
      DISCORD_API_TOKEN: "se'cret".replace("'", '-'),
      OPENAI_API_KEY: 'sk-eliza',
      LARGE_ANTHROPIC_MODEL: 'big',
      EMPTY: '',
      NODE_OPTIONS: '--import ./evil.js',
    },
  },
};

describe('[seen.51] a character of the first versions', () => {
  it('is taken over as far as there is something like it, and the rest is listed', async () => {
    const { id, character, secrets, steps, remarks } = await read('Eliza.character.json', old);
    expect(id).toBe('eliza');
    expect(Character.parse(character)).toMatchObject({
      bio: 'A doctor.\nWas a program in 1966.',
      style: ['Short.', 'Ask back.', 'Be calm.', expect.stringContaining('dreams')],
      models: ['openai', 'anthropic'],
      connectors: {
        discord: { token: 'env:DISCORD_TOKEN_ELIZA' },
        telegram: { token: 'env:TELEGRAM_TOKEN_ELIZA' },
      },
    });
    expect(secrets).toEqual({ DISCORD_TOKEN_ELIZA: 'se-cret', OPENAI_API_KEY: 'sk-eliza' });
    expect(steps).toEqual([expect.stringContaining('TELEGRAM_TOKEN_ELIZA')]);
    expect(paths(remarks).sort()).toEqual(
      [
        ...['clients[1]', 'clients[2]', 'people', 'plugins[2]', 'plugins[3]', 'postExamples'],
        ...['settings.voice', 'style.post'],
        ...['EMPTY', 'LARGE_ANTHROPIC_MODEL', 'NODE_OPTIONS'].map((name) => `settings.secrets.${name}`),
      ].sort(),
    );
  });

  it('comes with secrets in .env alone, 0600; a dry run writes nothing, a second run changes nothing', async () => {
    const path = file('eliza.character.json', old);
    chmodSync(path, 0o444);
    writeFileSync(join(home.folder, '.env'), '# mine\nOPENAI_API_KEY=own', { mode: 0o644 });
    const before = readFileSync(path);
    const dry = await run(path, '--dry-run');
    expect([dry.code, existsSync(join(home.characters, 'eliza.json'))]).toEqual([0, false]);
    expect(dry.stdout).toMatch(/made\s+characters\/eliza\.json/);
    expect(readFileSync(join(home.folder, '.env'), 'utf8')).toBe('# mine\nOPENAI_API_KEY=own');

    const first = await run(path);
    expect(first.code).toBe(0);
    const character = readFileSync(join(home.characters, 'eliza.json'), 'utf8');
    expect(character + first.stdout + dry.stdout).not.toMatch(/se-cret|sk-eliza/);
    const env = readFileSync(join(home.folder, '.env'), 'utf8');
    expect(parseEnv(env)).toEqual({ OPENAI_API_KEY: 'own', DISCORD_TOKEN_ELIZA: 'se-cret' });
    expect(env).toMatch(/^# mine\n/);
    expect(statSync(join(home.folder, '.env')).mode & 0o777).toBe(0o600);
    expect(first.stdout).toMatch(/settings\.voice:/);

    const again = await run(path);
    expect(again.stdout).not.toMatch(/^ {2}(made|replaced)/m);
    writeFileSync(join(home.characters, 'eliza.json'), character.replace('A doctor.', 'My own.'));
    const edited = await run(path);
    expect(edited.stdout).toMatch(/kept\s+characters\/eliza\.json.*--overwrite/);
    expect(readFileSync(join(home.characters, 'eliza.json'), 'utf8')).toContain('My own.');
    await run(path, '--overwrite');
    expect(readFileSync(join(home.characters, 'eliza.json'), 'utf8')).toBe(character);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(source)).toEqual(['eliza.character.json']);
  });

  it('is not run where it is a program, and one bad file of a folder stops no other', async () => {
    const ran = join(home.folder, 'ran');
    const program = file('bad.ts', `require('fs').writeFileSync(${JSON.stringify(ran)}, '');`);
    const alone = await run(program);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toContain('Export the character as JSON');
    file('package.json', { name: 'project', bio: 7 });
    file('characters/good.json', { name: 'Good', bio: 'x' });
    file('characters/broken.json', '{');
    const both = await run(source);
    expect(both.code).toBe(1);
    expect(existsSync(join(home.characters, 'good.json'))).toBe(true);
    expect(both.stdout).toMatch(/bad\.ts[^\n]*program[\s\S]*broken\.json[^\n]*no JSON/);
    expect(existsSync(ran)).toBe(false);
  });

  it.each([
    ['nothing', '/nowhere', /is not there/],
    ['a folder without any', '.', /Nothing found/],
  ])('says so of %s', async (_, path, told) => {
    const { code, stderr } = await carrier(['import', 'elizaos', path], {
      cwd: source,
      env: home.settings(),
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(told);
  });
});

describe('[seen.57] knowledge', () => {
  it('lies beside the character, and no link leads the writer elsewhere', async () => {
    const path = file('k.json', { name: 'K', bio: 'x', knowledge: ['It is blue.'] });
    const elsewhere = join(home.folder, 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(join(home.characters, 'knowledge'));
    symlinkSync(elsewhere, join(home.characters, 'knowledge', 'k'));
    expect((await run(path)).code).toBe(1);
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});
