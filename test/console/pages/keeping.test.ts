/** Every page of the console on a real hub with something on it, as three roles. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, watch } from '../../support/browser.js';
import { until } from '../../support/until.js';
import { openAs, shown } from './opening.js';
import { Seeded, type Who } from './seeded.js';

if (noBrowser) process.stdout.write(`Pages are not looked at: ${noBrowser}\n`);

/** What stands on a page, and the button that is there to be pressed first. */
const pages: Record<string, { text: RegExp; action?: string; who: Who[] }> = {
  tasks: { text: /No agent works on a task/, action: 'Show', who: ['owner', 'operator'] },
  schedules: { text: /Stand up and stretch/, action: 'Add a schedule', who: ['owner', 'operator'] },
  deliveries: { text: /answered 404/, action: 'Send again', who: ['owner', 'operator'] },
  switches: { text: /We look into it/, action: 'Pause an agent', who: ['owner', 'operator'] },
  connectors: { text: /Set one up/, action: 'Test all that Ada names', who: ['owner', 'operator'] },
  tools: { text: /current_time/, action: 'Show', who: ['owner', 'operator'] },
  policy: { text: /Rules in force/, action: 'Explain', who: ['owner', 'operator'] },
  scores: { text: /Ada|assistant/, action: 'Show', who: ['owner', 'operator'] },
  lessons: { text: /Say the opening hours first/, action: 'Reject', who: ['owner', 'operator'] },
  you: { text: /What is remembered/, action: 'Erase…', who: ['owner', 'operator'] },
  people: { text: /telegram:4711/, action: 'Give a role', who: ['owner', 'operator'] },
  'people/http%3Aalice': { text: /I row on Saturdays/, action: 'Correct', who: ['owner', 'operator'] },
  pairings: { text: /http:stranger/, action: 'Let in', who: ['owner', 'operator'] },
  tokens: { text: /olga/, action: 'Issue a token', who: ['owner'] },
  knowledge: { text: /handbook\.md/, action: 'Add knowledge', who: ['owner', 'operator'] },
  memory: { text: /Say what you look for/, action: 'Search', who: ['owner', 'operator'] },
  'memory?agentId=assistant&query=Saturdays': {
    text: /row on Saturdays/,
    action: 'Search',
    who: ['owner', 'operator'],
  },
  secrets: { text: /secret:shop-key/, action: 'Keep a secret', who: ['owner'] },
  stored: { text: /What went because it was kept long enough/, action: 'Show', who: ['owner', 'operator'] },
  usage: { text: /assistant\.daily/, action: 'Show', who: ['owner', 'operator'] },
  health: { text: /ready/, action: 'Look again', who: ['owner'] },
  audit: { text: /tokens\.issue/, action: 'Verify', who: ['owner'] },
};
/** Polling gives up after a second else, and CI is busy. */
const soon = { timeout: 30_000 };
const roles = ['owner', 'operator', 'member'] as const;

describe.skipIf(noBrowser)('the pages that keep a hub running', () => {
  const hub = new Seeded();
  let browser: Browser;
  const contexts = {} as Record<Who, BrowserContext>;
  beforeAll(async () => {
    [browser] = await Promise.all([openBrowser(), hub.open()]);
    for (const who of roles) contexts[who] = await openAs(browser, hub, who);
  });
  afterAll(async () => {
    await browser?.close();
    await hub.close();
  });

  const at = async (who: Who, address: string): Promise<Page> => {
    const page = await contexts[who].newPage();
    await page.goto(`${hub.url}/#/${address}`);
    await shown(page);
    return page;
  };
  const press = (page: Page | Locator, name: string) =>
    page.getByRole('button', { name, exact: true }).first().click();

  it.each(roles)(
    'show what is there to %s, without a fault, and their first action is reached by Tab',
    async (who) => {
      const page = await contexts[who].newPage();
      const quiet = watch(page, hub.url);
      for (const [address, { text, action }] of Object.entries(pages).filter(([, { who: seen }]) =>
        seen.includes(who),
      )) {
        await page.goto(`${hub.url}/#/${address}`);
        await shown(page);
        const main = page.locator('#main');
        await expect
          .poll(() => main.textContent(), { message: `${address} as ${who}`, ...soon })
          .toMatch(text);
        expect([address, await main.locator('.failure').allTextContents()]).toEqual([address, []]);
        if (action) expect([address, await reachedByTab(page, action)]).toEqual([address, action]);
      }
      expect(quiet.faults).toEqual([]);
      await page.close();
    },
  );

  it('are absent where the role may not see them, and the hub refuses what they would show', async () => {
    for (const who of ['operator', 'member'] as const) {
      const page = await contexts[who].newPage();
      await page.goto(`${hub.url}/#/chat`);
      await shown(page);
      const links = await page
        .locator('#menu a')
        .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
      for (const [address, { who: seen }] of Object.entries(pages)) {
        const id = address.split(/[/?]/)[0]!;
        const open = seen.includes(who);
        expect([who, id, links.includes(`#/${id}`)]).toEqual([who, id, open]);
        if (open) continue;
        await page.goto(`${hub.url}/#/${address}`);
        await page.getByRole('heading', { name: 'Not found' }).waitFor();
      }
      await page.close();
    }
    for (const path of ['/tokens', '/secrets', '/audit', '/health'])
      for (const who of ['operator', 'member'] as const)
        await expect(hub.ask('GET', path, undefined, who)).rejects.toThrow('permission_denied');
  });

  it('show a new token once, and revoke it only when that is confirmed', async () => {
    const page = await at('owner', 'tokens');
    await press(page, 'Issue a token');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('robot');
    await dialog.getByLabel('Scopes (optional)').fill('nonsense.*');
    await press(dialog, 'Issue a token');
    // What the hub says of a field stands at the field.
    const scopes = dialog.getByLabel('Scopes (optional)');
    await expect.poll(() => scopes.getAttribute('aria-invalid'), soon).toBe('true');
    expect(await page.locator(':focus').getAttribute('name')).toBe('scopes');
    await scopes.fill('rooms.read');
    await press(dialog, 'Issue a token');
    const token = await page.getByLabel('Token', { exact: true }).inputValue();
    expect(token.length).toBeGreaterThan(20);
    const row = page.getByRole('row', { name: /robot/ });
    await row.getByRole('button', { name: 'Revoke' }).click();
    await press(page.getByRole('dialog'), 'Cancel');
    expect((await hub.ask('GET', '/tokens')).tokens.map(({ name }: { name: string }) => name)).toContain(
      'robot',
    );
    await row.getByRole('button', { name: 'Revoke' }).click();
    await press(page.getByRole('dialog'), 'Revoke');
    await row.waitFor({ state: 'detached' });
    expect((await hub.ask('GET', '/tokens')).tokens.map(({ name }: { name: string }) => name)).not.toContain(
      'robot',
    );
    await page.reload();
    await shown(page);
    expect(await page.locator('#main').innerHTML()).not.toContain(token);
    await page.close();
  });

  it('correct what is remembered of somebody, and erase them after a look at what goes', async () => {
    const page = await at('operator', 'people/http%3Amia');
    await press(page, 'Correct');
    await page.getByRole('dialog').getByLabel('What is right').fill('I like coffee');
    await press(page.getByRole('dialog'), 'Correct');
    await expect.poll(() => page.locator('#main').textContent(), soon).toContain('I like coffee');
    await press(page, 'Erase…');
    const dialog = page.getByRole('dialog', { name: 'Erase this person' });
    await expect.poll(() => dialog.textContent(), soon).toMatch(/http:mia/);
    await press(dialog, 'Cancel');
    const facts = '/facts?agentId=assistant&connector=http&userId=mia';
    expect((await hub.ask('GET', facts)).facts).toHaveLength(1);
    await press(page, 'Erase…');
    await press(dialog, 'Erase');
    await page.getByRole('dialog', { name: 'Erased' }).waitFor();
    expect((await hub.ask('GET', facts)).facts).toEqual([]);
    await page.close();
  });

  it('add knowledge, say how far it is read, and answer from it', async () => {
    const page = await at('operator', 'knowledge');
    await press(page, 'Add knowledge');
    const dialog = page.getByRole('dialog');
    const file = {
      name: 'returns.md',
      mimeType: 'text/markdown',
      buffer: Buffer.from('Parcels go back within 30 days.'),
    };
    await dialog.getByLabel('File (optional)').setInputFiles(file);
    await press(dialog, 'Add');
    await page.getByRole('row', { name: /returns\.md.*ready/ }).waitFor();
    await page.getByLabel('Question').fill('parcels back');
    await press(page, 'Ask');
    await page.getByRole('table', { name: 'What is recalled' }).getByText('within 30 days').waitFor();
    await page.close();
  });

  it('stop all agents, which asks first, and let them go on', async () => {
    const page = await at('owner', 'switches');
    await press(page, 'Stop all agents');
    await press(page.getByRole('dialog'), 'Stop all agents');
    await page.getByRole('row', { name: /agent assistant/ }).waitFor();
    const pauses = async () => (await hub.ask('GET', '/switches')).pauses as { what: string }[];
    const stopped = (await pauses()).map(({ what }) => what).sort();
    expect(stopped).toEqual(['agent', 'agent', 'person', 'tools']);
    await press(page, 'Resume all agents and tools');
    await until(async () => (await pauses()).length === 1);
    await page.close();
    const operators = await at('operator', 'switches');
    expect(await operators.getByRole('button', { name: 'Stop all agents' }).count()).toBe(0);
    await operators.close();
  });

  it('explain a call, verify the audit log, and let people in', async () => {
    const page = await at('owner', 'policy?agent=assistant&tool=http%3Aorders');
    await page.locator('.verdict').getByText('ask', { exact: true }).waitFor();
    await page.goto(`${hub.url}/#/audit`);
    await press(page, 'Verify');
    await page.getByText(/rows of the chain are there and as they were written/).waitFor();
    await page.goto(`${hub.url}/#/pairings`);
    await press(page, 'Let in');
    await page.getByRole('table', { name: 'People who were let in' }).getByText('http:stranger').waitFor();
    await page.close();
  });

  it('are without a value of a secret, also right after it was set', async () => {
    const page = await at('owner', 'secrets');
    await press(page, 'Rotate');
    await page.getByLabel('New value').fill('another-secret-value');
    await press(page.getByRole('dialog'), 'Rotate');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await page.content()).not.toMatch(/-secret-value/);
    await page.close();
  });
});

/** The name of the button, or that it was not met in as many steps as a page has. */
async function reachedByTab(page: Page, action: string): Promise<string> {
  await page.locator('#main').focus();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate<string>("document.activeElement?.textContent?.trim() ?? ''");
    if (name === action) return action;
  }
  return 'not reached';
}
