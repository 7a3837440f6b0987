import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { carrier } from './carrier.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const readme = read('docs/command-line.md');
const { scripts, version } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  version: string;
};

const help = async (...command: string[]) => {
  const { code, stdout } = await carrier([...command, '--help'], { cwd: tmpdir() });
  expect([command, code]).toEqual([command, 0]);
  return stdout;
};
/** The commands that a help page lists, but for `help` itself. */
const commandsIn = (page: string) =>
  [...(page.split('Commands:')[1]?.split('\nExamples:')[0] ?? '').matchAll(/^ {2}([a-z-]+)\b/gm)]
    .map((match) => match[1]!)
    .filter((name) => name !== 'help');
const flagsIn = (text: string) => [...text.matchAll(/--([a-z-]+)/g)].map((match) => match[1]!);

const listed = /# The command line\n[\s\S]*?```\n([\s\S]*?)```/.exec(readme)![1]!.trim().split('\n');
const lines = listed.filter((line) => !line.startsWith('carrier --'));
const wordOf = (line: string) => line.split(' ')[1]!;

describe('[http-and-cli.13] the list of commands', () => {
  it('has every command there is, and no other', async () => {
    expect([...new Set(lines.map(wordOf))].sort()).toEqual(commandsIn(await help()).sort());
  });

  it.each([...new Set(lines.map(wordOf))])(
    'has all that `carrier %s` takes, and no other flag',
    async (word) => {
      const about = lines.filter((line) => wordOf(line) === word).join('\n');
      const page = await help(word);
      const within = commandsIn(page);
      const named = [...about.matchAll(/(?<![-\w])[a-z][a-z-]+(?!\w)/g)].map((match) => match[0]);
      if (within.length > 0)
        expect([...new Set(named)].filter((name) => name !== 'carrier' && name !== word).sort()).toEqual(
          within.sort(),
        );
      const pages = await Promise.all(within.map((name) => help(word, name)));
      expect(flagsIn([page, ...pages].join('\n'))).toEqual(expect.arrayContaining(flagsIn(about)));
    },
  );

  it('says how to call them in a checkout, and that works', async () => {
    expect(readme).toContain('write `npx carrier` for `carrier`');
    const { stdout } = await promisify(execFile)('npx', ['carrier', '--version'], { cwd: root });
    expect(stdout.trim()).toBe(version);
    const used = [...(readme + read('README.md')).matchAll(/\bnpm (?:run )?(start|test|(?<=run )\w+)/g)].map(
      (match) => match[1]!,
    );
    expect(used).toEqual(expect.arrayContaining(['start', 'chat', 'build']));
    expect(used.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('and all other documents, name commands that exist', async () => {
    const known = new Set([...commandsIn(await help()), 'help']);
    const folders = ['.', 'characters', 'plugins', 'connectors', 'connectors/discord', 'connectors/telegram'];
    const documents = [...folders, 'connectors/slack', 'src', 'docs'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((file) => file.endsWith('.md') || file === '.env.example')
        .map((file) => join(folder, file)),
    );
    expect(documents.length).toBeGreaterThan(8);
    const named = documents.flatMap((file) =>
      [...read(file).matchAll(/`(?:npx )?carrier ([a-z]+)/g)].map((match) => `${file}: ${match[1]}`),
    );
    expect(named).not.toEqual([]);
    expect(named.filter((one) => !known.has(one.split(': ')[1]!))).toEqual([]);
  });
});
