/**
 * What a newcomer sees: the hub is started in an empty folder, its link opened, a question asked. With FILM=FOLDER the
 * moments are kept as pictures, and when each was.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, watch } from '../support/browser.js';
import { HubProcess } from '../support/hub-process.js';

const film = process.env.FILM;
const moments: string[] = [];

describe.skipIf(noBrowser)(noBrowser ? `the first run (skipped: ${noBrowser})` : 'the first run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-first-'));
  const hub = new HubProcess({ HOME: folder, CARRIER_DATA_DIR: join(folder, 'data'), CARRIER_PORT: '0' });
  let browser: Browser;
  let begun = 0;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await hub.end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    if (film) writeFileSync(join(film, 'first-run.txt'), `${moments.join('\n')}\n`);
  });

  it('leads from an empty folder to an answer: the link, a button, a question', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    begun = performance.now();
    const url = await hub.start();
    const { faults } = watch(page, url);
    await moment(page, 'the hub is ready');
    const link = await hub.said(/http\S+\/console\/sign-in\?code=\S+/);
    await page.goto(link);
    await moment(page, 'the link is open');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.getByRole('link', { name: 'Chat', exact: true }).click();
    await page.getByRole('link', { name: 'Ada' }).first().click();
    await moment(page, 'the chat is open');
    const box = page.getByRole('textbox');
    await box.fill('what is 6 * 7?');
    await box.press('Enter');
    await page.getByRole('log').getByText('6 * 7 = 42.').last().waitFor();
    await moment(page, 'the answer is there');
    expect(faults).toEqual([]);
    // The link was for this browser, once.
    const other = await browser.newPage();
    await other.goto(link);
    await other.getByRole('alert').getByText('not good any more').waitFor();
  });

  async function moment(page: Page, what: string): Promise<void> {
    if (!film) return;
    const at = ((performance.now() - begun) / 1000).toFixed(1);
    moments.push(`${at} s  ${what}`);
    mkdirSync(film, { recursive: true });
    await page.screenshot({ path: join(film, `first-run-${moments.length}.png`) });
  }
});
