/** Pages as people see them who signed in from a chat; and costs by the days of whoever looks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from '../../support/browser.js';
import { Stage } from './stage.js';

/** Polling gives up after a second else, and CI is busy. */
const soon = { timeout: 30_000 };

describe.skipIf(noBrowser)('somebody who signed in from a chat', () => {
  const stage = new Stage();
  beforeAll(() => stage.open({ plugins: ['remember'] }));
  afterAll(() => stage.close());

  it('without a role, sees what is remembered of them, corrects it, takes it away as a file, erases it, and sees no page of operators', async () => {
    const page = await stage.page('Mia');
    expect(await page.locator('#menu a').allTextContents()).toEqual(['Chat', 'About you']);
    const said = await page.request.post(`${stage.url}/assistant/message`, {
      headers: { origin: stage.url },
      data: { text: 'Remember that I like tea' },
    });
    expect(said.status()).toBe(200);
    await stage.go(page, 'you');
    const main = page.locator('#main');
    await page
      .getByRole('table', { name: /Facts of http/ })
      .getByText('like tea')
      .waitFor();
    expect(await main.locator('.failure').allTextContents()).toEqual([]);
    const accounts = page.getByRole('table', { name: 'Accounts of this person' });
    const text = await accounts.textContent();
    // Both are theirs.
    expect([text, /http:console:telegram:\d+/.test(text!), /(?<!console:)telegram:\d+/.test(text!)]).toEqual([
      text,
      true,
      true,
    ]);
    await page.getByRole('button', { name: 'Correct' }).click();
    await page.getByLabel('What is right').fill('I like coffee');
    await page.getByRole('dialog').getByRole('button', { name: 'Correct' }).click();
    await expect.poll(() => main.textContent(), soon).toContain('I like coffee');
    const link = await page.getByRole('link', { name: 'Download all that is held' }).getAttribute('href');
    expect(await (await page.request.get(link!)).text()).toContain('I like coffee');
    await page.getByRole('button', { name: 'Erase…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase this person' });
    await dialog.getByRole('button', { name: 'Erase' }).click();
    await page.getByRole('dialog', { name: 'Erased' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => main.textContent(), soon).not.toContain('I like coffee');
    await page.close();
  });

  it('as an administrator, tests what an agent names, and reads how a platform is set up', async () => {
    const page = await stage.page('Ada', 'admin');
    await stage.go(page, 'connectors');
    await page.getByRole('heading', { name: 'telegram runs' }).waitFor();
    await page.getByRole('button', { name: 'Test all that Ada names' }).click();
    await page.locator('[role=status] li').first().waitFor();
    await page.getByText('telegram', { exact: true }).last().click();
    await page.getByText('Talk to @BotFather').waitFor();
    expect(await page.locator('#main').textContent()).not.toContain('What a person sees');
    await page.close();
  });

  it.each([
    ['Asia/Kolkata', '2026-03-10T19:09:00Z', '2026-03-11', 'at 00:39'],
    ['America/Los_Angeles', '2026-03-13T04:30:00Z', '2026-03-12', 'at 21:30, days after the clocks changed'],
    ['Europe/Berlin', '2026-03-29T22:30:00Z', '2026-03-30', 'at 00:30, a day after one of 23 hours'],
  ])(
    '[seen.17] in %s at %s has the day %s (%s), each day once, and their sum is the ledger’s',
    async (timezoneId, now, today) => {
      const page = await stage.page('Olga', 'operator', { timezoneId });
      await page.clock.setFixedTime(new Date(now));
      const asked: { day: string; zone: string }[] = [];
      await page.route(
        (url) => url.pathname === '/usage',
        (route) => {
          const { searchParams } = new URL(route.request().url());
          const day = searchParams.get('day')!;
          asked.push({ day, zone: searchParams.get('timeZone')! });
          const share = {
            budget: 'daily',
            day,
            agentId: 'assistant',
            tokens: 100,
            reservedTokens: 0,
            mostTokens: 1000,
          };
          const money = { usd: 0.25, mostUsd: null, calls: 1, estimatedTokens: 0 };
          return route.fulfill({ json: { usage: [{ ...share, ...money }], nextCursor: null } });
        },
      );
      await stage.go(page, 'usage');
      const table = page.getByRole('table', { name: 'What daily has spent by day' });
      await table.waitFor();
      const days = [...new Set(asked.map(({ day }) => day))].sort();
      expect(days).toHaveLength(14);
      expect(days.at(-1)).toBe(today);
      const gaps = days.slice(1).map((day, i) => Date.parse(day) - Date.parse(days[i]!));
      expect(new Set(gaps)).toEqual(new Set([86_400_000]));
      const zones = new Set(asked.map(({ zone }) => zone));
      expect(
        [...zones].map(
          (zone) => new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone,
        ),
      ).toEqual([new Intl.DateTimeFormat('en', { timeZone: timezoneId }).resolvedOptions().timeZone]);
      expect(await table.getByRole('row').count()).toBe(15);
      await page.getByRole('img', { name: /^US dollars: \$3\.50 in all, 14 days/ }).waitFor();
      await page.close();
    },
  );
});
