// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what people write into files
/** Agents changed in the console: only what was changed differs, secrets stay, and members see none of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from '../../support/browser.js';
import { Stage } from './stage.js';

/** As people write them: an address of a schema, words for whoever reads the file, references, order and all. */
const written = {
  $schema: 'https://example.org/character.schema.json',
  name: 'Ada',
  bio: ['Helps.', 'Is ${PATIENT}.'],
  plugins: ['./bank.js'],
  knowledge: [],
  toolSources: [
    {
      ...{ name: 'desk', type: 'mcp', '//': 'asked of Kim, May 2026', url: 'https://${DESK_HOST}/mcp' },
      'x-own': { kept: [1, 'two', null] },
    },
  ],
  connectors: { telegram: { token: 'env:TELEGRAM_ADA', dm: 'open' } },
};

describe.skipIf(noBrowser)(noBrowser ? `agents (skipped: ${noBrowser})` : 'agents', () => {
  const stage = new Stage();
  let kim: Page;
  beforeAll(async () => {
    await stage.open(written);
    kim = await stage.page('kim', 'admin');
  }, 90_000);
  afterAll(() => stage.close());
  const button = (name: string) => kim.getByRole('button', { name, exact: true });
  const kept = async (id: string) => (await stage.ask('GET', `/agents/${id}/export`)).file;
  const save = async () => {
    await button('Save').click();
    await kim.getByText(/^Saved as version \d+\.$/).waitFor({ timeout: 10_000 });
  };

  it('[seen.27] copies a file word for word, and a saved field is all that differs; no secret is written out', async () => {
    const file = join(stage.home.characters, 'assistant.json');
    const before = readFileSync(file, 'utf8');
    await stage.go(kim, 'agents/assistant');
    await button('Copy into the store to edit it here').click();
    const name = kim.getByLabel('Name', { exact: true });
    await name.waitFor({ timeout: 10_000 });
    expect(await kept('assistant')).toEqual(JSON.parse(before));

    await name.fill('Eve');
    expect(await kim.getByRole('region', { name: 'What changes' }).locator('code').allTextContents()).toEqual(
      ['name'],
    );
    await save();
    expect(await kept('assistant')).toEqual({ ...written, name: 'Eve' });
    // One line of a list, too.
    await kim.getByLabel('Bio', { exact: true }).fill('Helps.\nIs ${PATIENT}.\nWrites little.');
    await save();
    const now = await kept('assistant');
    expect(now).toEqual({ ...written, name: 'Eve', bio: [...written.bio, 'Writes little.'] });
    expect(JSON.stringify(now)).not.toContain(stage.telegram.token);
    expect(readFileSync(file, 'utf8')).toBe(before);
  }, 60_000);

  it('[seen.27] gives lists to fields that take lists alone', async () => {
    await stage.ask('POST', '/agents', { id: 'plain', definition: { name: 'Bo', bio: 'Helps.' } });
    await stage.go(kim, 'agents/plain');
    await kim.getByLabel('Models').fill('offline');
    await kim.getByLabel('Style').fill('Short.');
    await save();
    const definition = { name: 'Bo', bio: 'Helps.', models: ['offline'], style: ['Short.'] };
    expect(await kept('plain')).toEqual(definition);
  }, 60_000);

  it('[seen.28] leaves a secret alone that is shown as dots, emptied or beside another change; removes it when told', async () => {
    const secret = '4242:AAEhBOweik9ai2o01s4uW8Oye_bot-token';
    const connectors = { telegram: { token: secret, dm: 'pairing' } };
    await stage.ask('POST', '/agents', { id: 'keeper', definition: { name: 'Cy', bio: 'x', connectors } });
    const reference = (await kept('keeper')).connectors.telegram.token;
    expect(reference).toMatch(/^secret:/);
    await stage.go(kim, 'agents/keeper');
    const field = kim.getByLabel('Secret telegram.token');
    await field.waitFor({ timeout: 10_000 });
    expect(await field.inputValue()).toBe('');
    expect(await kim.content()).not.toContain(secret);

    await kim.getByLabel('Who may talk on telegram').selectOption('allowlist');
    await save();
    expect((await kept('keeper')).connectors.telegram).toEqual({ token: reference, dm: 'allowlist' });

    // Emptied, there is nothing to replace it by; in the JSON, neither.
    await field.fill('  ');
    expect(await button('Replace it').isDisabled()).toBe(true);
    await kim.getByText('As JSON', { exact: true }).click();
    const json = kim.getByLabel('Definition as JSON');
    const text = await json.inputValue();
    for (const emptied of [text.replace('"***"', '""'), text.replace('"***"', 'null')]) {
      await json.fill(emptied);
      expect(await button('Save').isDisabled()).toBe(true);
    }
    await json.fill(text.replace('"***"', '""').replace('"Cy"', '"Dee"'));
    await save();
    expect(await kept('keeper')).toMatchObject({
      name: 'Dee',
      connectors: { telegram: { token: reference } },
    });

    await button('Remove telegram.token').click();
    await kim.getByRole('dialog').getByRole('button', { name: 'Remove telegram.token' }).click();
    await field.waitFor({ state: 'detached', timeout: 10_000 });
    expect((await kept('keeper')).connectors.telegram).toEqual({ dm: 'allowlist' });
  }, 60_000);

  it('shows members none of these pages, and refuses them what the pages ask', async () => {
    const mo = await stage.page('mo');
    const menu = mo.getByRole('navigation', { name: 'Pages' });
    await menu.getByRole('link', { name: 'Chat' }).waitFor();
    for (const page of ['overview', 'rooms', 'turns', 'approvals', 'agents', 'agents/assistant', 'rooms/x']) {
      await stage.go(mo, page);
      await mo.getByText('There is no such page, or it is not for your role.').waitFor();
    }
    expect(await menu.getByRole('link').allTextContents()).toEqual(['Chat', 'About you']);
    const { url } = stage;
    const asked = ['rooms', 'turns', 'approvals', 'agents/assistant', 'agents/assistant/export'].map((path) =>
      mo.request.get(`${url}/${path}`),
    );
    const statuses = (await Promise.all(asked)).map((answer) => answer.status());
    expect(statuses).toEqual([403, 403, 403, 403, 403]);
    const change = { headers: { origin: url }, data: { definition: { name: 'Mo' } } };
    expect((await mo.request.patch(`${url}/agents/assistant`, change)).status()).toBe(403);
  }, 60_000);
});
