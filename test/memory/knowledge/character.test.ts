/** Documents that a character names. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../../support/hub.js';
import { until } from '../../support/until.js';
import { deskOf, handbook } from './stage.js';

describe('a character’s knowledge', () => {
  let home: Home;
  let folder: string;
  beforeEach(() => {
    home = new Home();
    folder = join(home.characters, 'docs');
    mkdirSync(join(folder, 'more'), { recursive: true });
    writeFileSync(join(folder, 'handbook.md'), handbook);
    writeFileSync(join(folder, 'more', 'garden.txt'), 'The roses are watered on Tuesdays.');
  });
  afterEach(() => home.dispose());

  it('[knowledge.20] is read at the start, without locks, temporary files and loops, and follows the character', async () => {
    for (const name of [
      '~$report.docx',
      '.report.md',
      'notes.md~',
      'notes.md.tmp',
      '.#notes.md',
      'image.png',
    ])
      writeFileSync(join(folder, name), 'The roses are watered by nobody.');
    symlinkSync(folder, join(folder, 'more', 'up'));
    symlinkSync('/etc/hostname', join(folder, 'host.txt'));
    home.character('assistant', { name: 'Ada', bio: '.', knowledge: [{ path: './docs' }] });
    const hub = await home.hub();
    const desk = deskOf(hub);
    const names = async () => (await desk.list()).map(({ name }) => name).sort();
    const ready = async (count: number) => {
      const found = await desk.list();
      return found.length === count && found.every(({ state }) => state === 'ready');
    };
    await until(() => ready(2));
    expect(await names()).toEqual(['handbook.md', 'more/garden.txt']);
    expect(await desk.ask('When are the roses watered?')).toContain('Tuesdays');

    rmSync(join(folder, 'more', 'garden.txt'));
    home.character('assistant', {
      name: 'Ada',
      bio: '..',
      knowledge: [{ path: './docs', readers: { role: 'member' } }],
    });
    await until(async () => (await names()).length === 1);
    expect(await desk.ask('When are the roses watered?', { userId: 'bob' })).not.toContain('Tuesdays');
    home.character('assistant', { name: 'Ada', bio: '...' });
    await until(() => ready(0));
  });

  it('does not leave the folder of the characters', async () => {
    writeFileSync(join(home.folder, 'outside.md'), handbook);
    home.character('assistant', {
      name: 'Ada',
      bio: '.',
      knowledge: [{ path: '../outside.md' }, { path: 'docs/handbook.md' }],
    });
    const hub = await home.hub();
    const desk = deskOf(hub);
    await until(async () => (await desk.list()).length === 1);
    expect((await desk.list())[0]!.name).toBe('handbook.md');
  });
});
