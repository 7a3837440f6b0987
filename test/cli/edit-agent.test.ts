/** `carrier agents edit`, with an editor that does what a list says. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DefinitionsStage } from '../definitions/stage.js';
import { carrier } from './carrier.js';

/** Keeps what it is shown as `seen-N`, sends `request-N` first, and saves `step-N`, where there is such. */
const editor = `
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
const [folder, path] = process.argv.slice(2);
const at = readdirSync(folder).filter((name) => name.startsWith('seen-')).length;
copyFileSync(path, folder + '/seen-' + at);
writeFileSync(folder + '/mode', (statSync(path).mode & 0o777).toString(8));
if (existsSync(folder + '/request-' + at)) {
  const { url, ...request } = JSON.parse(readFileSync(folder + '/request-' + at, 'utf8'));
  const { ok } = await fetch(url, request);
  if (!ok) process.exit(9);
}
if (existsSync(folder + '/removes')) rmSync(path);
if (existsSync(folder + '/fails')) process.exit(3);
if (existsSync(folder + '/step-' + at)) copyFileSync(folder + '/step-' + at, path);
`;

let stage: DefinitionsStage;
let folder: string;
let agents = 0;
let agent: string;
beforeAll(async () => {
  stage = new DefinitionsStage();
  await stage.open();
  writeFileSync(join(stage.home.folder, 'editor.mjs'), editor);
});
afterAll(() => stage.home.dispose());
beforeEach(async () => {
  agent = `nia${++agents}`;
  expect((await stage.create(agent)).status).toBe(200);
  folder = join(stage.home.folder, `edits ${agents}`);
  mkdirSync(folder);
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const seen = (at: number) => readFileSync(join(folder, `seen-${at}`), 'utf8');
const edit = (env: Record<string, string> = {}, id = agent) => {
  const EDITOR = `"${process.execPath}" "${join(stage.home.folder, 'editor.mjs')}" "${folder}"`;
  const given = { ...stage.home.settings(), TMPDIR: folder, EDITOR, ...env };
  return carrier(['agents', 'edit', id], { cwd: stage.home.folder, env: given });
};
const stored = async () => {
  const { body } = await stage.ask('GET', `/agents/${agent}`);
  return { version: body.version, name: body.definition.name, bio: body.definition.bio };
};
const drafts = () => readdirSync(folder).filter((name) => name.startsWith('carrier-edit-'));
const good = 'name: Nora\nbio: A new one.\nplugins: []\n';

describe('carrier agents edit', () => {
  it('shows the definition as YAML, for its owner alone, stores what is saved, and shows the difference', async () => {
    write('step-0', good);
    const ended = await edit();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toBe(`${agent} has version 2 now.\nname: "Nia" -> "Nora"\n`);
    expect(seen(0)).toBe('name: Nia\nbio: A new one.\nplugins: []\n');
    expect(readFileSync(join(folder, 'mode'), 'utf8')).toBe('600');
    expect(await stored()).toMatchObject({ version: 2, name: 'Nora' });
    expect(drafts()).toEqual([]);
  });

  it('comes again with what is wrong on top, until it is good; JSON is taken, too', async () => {
    write('step-0', good.replace('Nora', '"No'));
    write('step-1', `#! an old fault\n${good.replace('name: Nora', 'name: 7\nmodles: []')}`);
    write('step-2', JSON.stringify({ name: 'Nora', bio: 'Of JSON.', plugins: [] }));
    const ended = await edit({ VISUAL: '' });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(seen(1)).toMatch(/^#! This is neither YAML nor JSON, .*line 4, column 1:?\nname: "No\n/);
    expect(seen(2)).toMatch(/^#! .*name[\s\S]*did you mean "models"[\s\S]*\nname: 7\nmodles: \[\]\n/);
    expect(seen(2)).not.toMatch(/an old fault|neither YAML/);
    expect(await stored()).toEqual({ version: 2, name: 'Nora', bio: 'Of JSON.' });
  });

  it('changes nothing where nothing was changed, or the editor failed', async () => {
    expect(await edit()).toMatchObject({ code: 0, stdout: 'Nothing was changed.\n' });
    write('step-1', '# only a remark\nname: "Nia"\nbio: "A new one."\nplugins: []\n');
    expect(await edit()).toMatchObject({ code: 0, stdout: 'Nothing was changed.\n' });
    write('step-2', good);
    write('fails', '');
    expect(await edit()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ended with 3: nothing was/),
    });
    expect(await stored()).toMatchObject({ version: 1 });
    expect(drafts()).toEqual([]);
  });

  it('keeps what was written where it cannot be stored: nothing more was changed, or somebody else was first', async () => {
    write('step-0', good.replace('Nora', '7'));
    const given = await edit();
    expect(given).toMatchObject({ code: 1, stdout: '' });
    const kept = () => /What you wrote is kept: (\S[^\n]*\.yaml)/.exec(given.stderr)![1]!;
    expect(readFileSync(kept(), 'utf8')).toMatch(/^#! .*\nname: 7\n/);
    write('step-2', good);
    write(
      'request-2',
      JSON.stringify({
        url: `${stage.hub.url}/agents/${agent}`,
        method: 'PATCH',
        headers: { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ definition: { bio: 'Of somebody else.' } }),
      }),
    );
    const late = await edit();
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toMatch(/has been changed since it was read.*What you wrote is kept: /);
    expect(await stored()).toEqual({ version: 2, name: 'Nia', bio: 'Of somebody else.' });
    expect(drafts()).toHaveLength(2);
  });

  it.each([
    ['a: &x\n  b: *x\n', /an alias \(\*NAME\) stands inside/],
    ['bio: !!secret x\n', /Unresolved tag/],
    ['? [a, b]\n: 1\n', /keys must be strings/],
    ['name: A\n---\nname: B\n', /multiple documents/],
    [Buffer.from('name: Caf\u00e9\n', 'latin1'), /no text in UTF-8[^\n]*save it as UTF-8/],
  ])('takes no %j, says why, and keeps it', async (text, why) => {
    writeFileSync(join(folder, 'step-0'), text);
    const ended = await edit();
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).not.toMatch(/\n\s+at |Warning/);
    expect(seen(1)).toMatch(why);
    const [, kept] = /What you wrote is kept: (\S[^\n]*\.yaml)/.exec(ended.stderr)!;
    const written = typeof text === 'string' ? text : 'name: Café\n';
    expect(readFileSync(kept!, 'utf8').endsWith(`\n${written}`)).toBe(true);
    expect(await stored()).toMatchObject({ version: 1 });
  });

  it('leaves nothing behind where the editor left no file', async () => {
    write('removes', '');
    expect(await edit()).toMatchObject({
      ...{
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/left no file \(ENOENT\): nothing was changed/),
      },
    });
    expect(drafts()).toEqual([]);
  });

  it('says what to do without an editor, and of an agent that is a file', async () => {
    expect(await edit({ EDITOR: ' ' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/set EDITOR .*such as EDITOR=nano/),
    });
    const ofFile = await edit({}, 'assistant');
    expect(ofFile.stderr).toContain(`edit ${join(stage.home.characters, 'assistant.json')}`);
    expect(ofFile.code).toBe(1);
    expect(existsSync(join(folder, 'seen-0'))).toBe(false);
    expect(await edit({}, 'nobody')).toMatchObject({ code: 1, stderr: expect.stringMatching(/nobody/) });
  });
});
