/** What `carrier doctor` says of agents in the store, and what `carrier agents` makes of a file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis.js';
import { createLogger } from '../../src/logger.js';
import { DefinitionsStage } from './stage.js';

const stage = new DefinitionsStage();
beforeAll(() => stage.open());
afterAll(() => stage.home.dispose());

const findings = async () => {
  const diagnoses = await diagnose(stage.home.config(), createLogger('silent'));
  return diagnoses.find(({ subject }) => subject === 'Characters')!.findings;
};

it('names the clash of a definition with a file, whichever of them counts', async () => {
  await stage.create('assistant');
  expect(await findings()).toContainEqual(
    expect.objectContaining({
      check: 'assistant',
      ok: false,
      fix: expect.stringMatching(/file of this id, which counts/),
    }),
  );
  await stage.ask('PATCH', '/agents/assistant', { overridesFile: true });
  expect(await findings()).toContainEqual(
    expect.objectContaining({ check: 'assistant', ok: true, fix: expect.stringMatching(/takes the place/) }),
  );
});

it('looks at agents of the store as at those of files', async () => {
  await stage.create('nia', { plugins: ['tme'] });
  await stage.create('good');
  const found = await findings();
  expect(found).toContainEqual(expect.objectContaining({ check: 'nia: plugins[0]', ok: false }));
  expect(found).toContainEqual({ check: 'good is usable', ok: true });
  await stage.ask('DELETE', '/agents/nia');
  expect(JSON.stringify(await findings())).not.toContain('nia');
});

it('a broken file keeps a definition away that does not take its place', async () => {
  await stage.create('later', { name: 'Stored' });
  writeFileSync(join(stage.home.characters, 'later.json'), '{ "name": ');
  await expect
    .poll(async () => (await stage.show('later')).body.problems.length, { timeout: 10_000 })
    .toBe(2);
  const { body } = await stage.show('later');
  expect(body).toMatchObject({ definedBy: 'file', character: null, version: 1 });
  await stage.ask('PATCH', '/agents/later', { overridesFile: true });
  expect(await stage.say('later', 'hi')).toMatch(/^Stored/);
});
