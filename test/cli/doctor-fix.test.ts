/** `carrier doctor --fix`: what it mends by itself, and what it leaves as it is. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { nobody } from './carrier.js';

/** A number that no process has. */
const dead = 4_194_305;

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const at = (...parts: string[]) => join(home.folder, ...parts);
const data = (name: string) => at('data', name);
const mode = (path: string) => statSync(path).mode & 0o777;
const fix = (env: Record<string, string> = {}) => runDoctor(home, env, ['--fix']);
async function fixed() {
  const { code, said } = await runDoctor(home, {}, ['--fix', '--json']);
  const { ok, mended } = JSON.parse(said) as { ok: boolean; mended: Record<string, unknown>[] };
  expect(code).toBe(ok ? 0 : 1);
  return mended;
}
function old(path: string, text = ''): void {
  writeFileSync(path, text, { mode: 0o600 });
  utimesSync(path, new Date(0), new Date(0));
}
async function stoppedHub(): Promise<void> {
  const hub = await home.hub();
  await hub.stop();
}

describe('[seen.41] carrier doctor --fix', () => {
  it('shows no value of a line that it mends, waits for no pipe, and lets no name move the cursor', async () => {
    const text = '{"toolSources":{"a":{"type":"mcp","command":"x","env":{"PW":"gurke\\"7gurke",}}}}';
    writeFileSync(at('carrier.config.json'), text);
    execFileSync('mkfifo', [at('characters', 'pipe.json')]);
    home.character('odd', { name: 'Odd', bio: '.', '\u001b[2Jfield': 1 });
    const { code, said } = await fix();
    expect(code).toBe(1);
    expect(said).toMatch(/ - .*"env":\{"PW":"…",\}/);
    expect(said).toMatch(/ \+ .*"env":\{"PW":"…"\}/);
    expect(said).toMatch(/pipe\.json: is not a file/);
    expect(said).toMatch(/odd\.json: \?\[2Jfield: unknown/);
    for (const never of ['7gurke', '\u001b']) expect(said).not.toContain(never);
    writeFileSync(at('carrier.config.json'), text);
    const { said: json } = await runDoctor(home, {}, ['--fix', '--json']);
    expect(json).toContain('"before": "{\\"toolSources');
    expect(json).not.toContain('7gurke');
  });

  it('changes only what is broken of a file with own settings, keeps a copy, and shows the difference', async () => {
    const broken = `{
  // no remark, but a key of one's own
  "settings": { "http": {}, },
  "models": [
    "offline",
  ]
}
`.replace(/^ +\/\/.*\n/m, '');
    const path = at('carrier.config.json');
    writeFileSync(path, `\uFEFF${broken}`, { mode: 0o640 });
    home.character('pip', { name: 'Pip', bio: '.' });
    const character = at('characters', 'pip.json');
    writeFileSync(character, '{"name": "Pip", "bio": "says a, } and ]", "$schema": "mine",}');
    const { code, said } = await fix();
    expect(said).toMatch(/All is well\.\n$/);
    expect(code).toBe(0);
    const good = broken.replace('{}, }', '{} }').replace('"offline",', '"offline"');
    expect(readFileSync(path, 'utf8')).toBe(`\uFEFF${good}`);
    expect(mode(path)).toBe(0o640);
    expect(readFileSync(character, 'utf8')).toBe(
      '{"name": "Pip", "bio": "says a, } and ]", "$schema": "mine"}',
    );
    const [, backup] = /carrier\.config\.json: 2 commas too many -> none\n[\s\S]*?As it was: (\S+)/.exec(
      said,
    )!;
    expect(readFileSync(backup!, 'utf8')).toBe(`\uFEFF${broken}`);
    expect(mode(backup!)).toBe(0o640);
    expect(said).toMatch(
      /\n {6}- {3}"settings": .*\n {6}\+ {3}"settings": .*\n {6}- {5}"…",\n {6}\+ {5}"…"\n/,
    );
    // A second time there is nothing to do.
    const before = readdirSync(home.folder);
    expect(await fixed()).toEqual([]);
    expect(readdirSync(home.folder)).toEqual(before);
  });

  it('leaves cut off JSON as it is, and names line, column and what to do', async () => {
    const cut = '{"name": "Pip", "bio": ["a",\n "b"';
    writeFileSync(at('characters', 'pip.json'), cut);
    writeFileSync(at('carrier.config.json'), '{"models": ["off');
    const settings = await fix();
    expect(settings.said).toMatch(/carrier\.config\.json.*line 1, column 17: it ends too early/);
    rmSync(at('carrier.config.json'));
    const { code, said } = await fix();
    expect(said).toMatch(/pip\.json: line 2, column 5: it ends too early/);
    expect([settings.code, code]).toEqual([1, 1]);
    expect(readFileSync(at('characters', 'pip.json'), 'utf8')).toBe(cut);
    expect(readdirSync(home.characters).sort()).toEqual(['assistant.json', 'pip.json']);
    expect(said).not.toContain('--fix');
  });

  it('only reads what a newer version has written', async () => {
    await stoppedHub();
    const db = new Libsql(data('carrier.db'));
    db.exec('pragma user_version = 9999');
    db.close();
    chmodSync(data('admin-token'), 0o644);
    old(data(`secret-key.${dead}`));
    const newer = '{"fieldOfTheFuture": {"on": true}, "models": ["offline"],}';
    writeFileSync(at('carrier.config.json'), newer);
    const { code, said } = await fix();
    expect(code).toBe(1);
    expect(said).toMatch(/carrier\.config\.json.*comma/);
    rmSync(at('carrier.config.json'));
    expect((await fix()).said).toMatch(/newer hub/);
    expect(mode(data('admin-token'))).toBe(0o644);
    expect(existsSync(data(`secret-key.${dead}`))).toBe(true);
  });

  it('mends modes, missing folders and what ended processes left, and says each before and after', async () => {
    await stoppedHub();
    writeFileSync(at('.env'), 'MY_TOKEN=abc-secret\n', { mode: 0o644 });
    chmodSync(at('.env'), 0o644);
    chmodSync(data('admin-token'), 0o664);
    old(data(`admin-token.${dead}`), 'half');
    old(data('hub.json'), JSON.stringify({ pid: dead, host: 'here', startedAt: 'then' }));
    // Of living processes, of one of a moment ago, and none of a process.
    const stay = [`secret-key.${process.pid}`, 'notes.2024', 'backup.json.7'];
    for (const name of stay) old(data(name));
    writeFileSync(data(`moved.json.${dead}`), '');
    rmSync(home.characters, { recursive: true });
    const { code, said } = await fix();
    expect(said).toContain('.env: mode 644 -> mode 600');
    expect(said).toContain(`${data('admin-token')}: mode 664 -> mode 600`);
    expect(said).toContain(`${data('hub.json')}: left by a process that has ended -> removed`);
    expect(said).toContain(`the folder ${home.characters}: missing -> made`);
    expect(said).not.toContain('abc-secret');
    expect([mode(at('.env')), mode(data('admin-token'))]).toEqual([0o600, 0o600]);
    expect(readdirSync(data('.'))).toEqual(expect.arrayContaining([...stay, `moved.json.${dead}`]));
    expect(readdirSync(data('.'))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(hub\.json|admin-token\.\d+)$/)]),
    );
    expect(existsSync(home.characters)).toBe(true);
    // What is left decides.
    expect(said).toMatch(/there is no usable character/);
    expect(code).toBe(1);
    home.character('assistant', { name: 'Ada', bio: '.' });
    expect(await fixed()).toEqual([]);
  });

  it('touches nothing of a hub that runs but modes', async () => {
    await home.hub();
    chmodSync(data('callback-secret'), 0o640);
    old(data(`admin-token.${dead}`));
    const card = readFileSync(data('hub.json'), 'utf8');
    expect(await fixed()).toEqual([
      {
        ...{ what: data('callback-secret'), before: 'mode 640', after: 'mode 600', ok: true },
        ...{ backup: null, problem: null, diff: [] },
      },
    ]);
    expect(readFileSync(data('hub.json'), 'utf8')).toBe(card);
    expect(existsSync(data(`admin-token.${dead}`))).toBe(true);
  });

  it.skipIf(!nobody)('goes on where one thing cannot be mended, and says so', async () => {
    mkdirSync(at('data'));
    chmodSync(home.folder, 0o777);
    for (const folder of [at('data'), home.characters]) chmodSync(folder, 0o777);
    writeFileSync(at('.env'), 'MY_TOKEN=abc\n');
    chmodSync(at('.env'), 0o644);
    writeFileSync(at('characters', 'pip.json'), '{"name": "Pip", "bio": ".",}');
    chmodSync(at('characters', 'pip.json'), 0o644);
    const { code, said } = await runDoctor(home, {}, ['--fix'], nobody!);
    expect(said).toMatch(/no {2}\.env: mode 644 -> mode 600\n {6}Not changed: .*EPERM/);
    expect(said).toMatch(/ok {2}.*pip\.json: a comma too many -> none/);
    expect(JSON.parse(readFileSync(at('characters', 'pip.json'), 'utf8'))).toEqual({ name: 'Pip', bio: '.' });
    expect(said).toMatch(/\n1 to mend\.\n$/);
    expect(code).toBe(1);
  });
});
