/** Writing: what is pasted, on which machine and screen, and how many tabs there are. */
import { networkInterfaces } from 'node:os';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser } from '../support/browser.js';
import { until } from '../support/until.js';
import { TalkServer } from './talk-server.js';

/** An address of this machine that is no loopback: pages from there are in no secure context. */
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

describe.skipIf(noBrowser)(`the composer${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  const hub = new TalkServer();
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    await hub.start('0.0.0.0');
    browser = await openBrowser();
  });

  beforeEach(async () => {
    await context?.close();
    hub.clear();
    context = await browser.newContext();
    page = await context.newPage();
  });

  afterAll(async () => {
    await browser?.close();
    hub.stop();
  });

  async function open(url = hub.url(), query = ''): Promise<void> {
    await page.goto(`${url}/#/chat/ada${query}`);
    await page.waitForSelector('textarea');
  }

  /** As a browser hands over what was copied elsewhere. */
  const paste = (texts: Record<string, string>, files: string[]) =>
    page.evaluate(
      ([given, names]) => {
        const data = new DataTransfer();
        for (const [type, text] of Object.entries(given)) data.setData(type, text);
        for (const name of names) data.items.add(new File(['png'], name, { type: 'image/png' }));
        const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
        document.querySelector('textarea')!.dispatchEvent(event);
        return event.defaultPrevented;
      },
      [texts, files] as const,
    );
  const chips = () => page.locator('.chip .file-name').allTextContents();

  it('[seen.13] takes text from a sheet, pictures from a screen, and gives each a name', async () => {
    await open();
    expect(await paste({ 'text/plain': 'a\tb', 'text/html': '<table></table>' }, ['image.png'])).toBe(false);
    expect(await chips()).toEqual([]);
    expect(await paste({}, ['image.png'])).toBe(true);
    expect(await paste({ 'text/html': '<img>' }, ['image.png'])).toBe(true);
    expect(await paste({}, ['image.png'])).toBe(true);
    await until(async () => (await chips()).length === 3);
    expect(await chips()).toEqual(['image.png', 'image-2.png', 'image-3.png']);
    await page.click('.send');
    await until(() => hub.said.length === 1);
    expect(hub.said[0]!.attachments!.map(({ name }) => name)).toEqual([
      'image.png',
      'image-2.png',
      'image-3.png',
    ]);
    await page.waitForFunction(() => document.querySelectorAll('.of-self .file img').length === 3);
    const sources = await page
      .locator('.file img')
      .evaluateAll((all) => all.map((one) => (one as HTMLImageElement).src));
    expect(sources.every((source) => source.startsWith('blob:'))).toBe(true);
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll('.of-self .file img').length === 3);
    expect(await page.locator('.file img').first().getAttribute('src')).toContain('/files/0');
  });

  it.skipIf(!elsewhere)('[seen.14] works from another address without https, copying too', async () => {
    hub.say('```js\nconst a = 1;\n```', { role: 'assistant', turnId: 'turn-0' });
    await open(hub.url(elsewhere));
    expect(
      await page.evaluate(() => [isSecureContext, 'clipboard' in navigator, 'randomUUID' in crypto]),
    ).toEqual([false, false, false]);
    await page.evaluate(() => {
      document.addEventListener('copy', () =>
        Object.assign(window, {
          copied: getSelection()!.toString() || (document.activeElement as HTMLTextAreaElement).value,
        }),
      );
    });
    await page.getByRole('button', { name: 'Copy code' }).click();
    await page.waitForFunction(() => document.querySelector('figcaption .said')?.textContent === 'Copied');
    expect(await page.evaluate(() => (window as unknown as { copied: string }).copied)).toBe('const a = 1;');
    await page.fill('textarea', 'Hello');
    await page.press('textarea', 'Enter');
    await until(() => hub.said.length === 1 + 1);
  });

  it('[seen.16] fits a phone: no zoom on focus, nothing below the keyboard, pinching allowed', async () => {
    for (let index = 0; index < 30; index++) hub.say(`Message ${index}`);
    await page.setViewportSize({ width: 390, height: 760 });
    await open();
    await page.waitForFunction(() => document.querySelectorAll('.message').length === 30);
    const size = await page
      .locator('textarea')
      .evaluate((area) => Number.parseFloat(getComputedStyle(area).fontSize));
    expect(size).toBeGreaterThanOrEqual(16);
    const viewport = await page.locator('meta[name=viewport]').getAttribute('content');
    expect(viewport).not.toMatch(/user-scalable|maximum-scale/);
    expect(viewport).toContain('viewport-fit=cover');
    const bottom = () => page.locator('.composer').evaluate((one) => one.getBoundingClientRect().bottom);
    expect(await bottom()).toBeLessThanOrEqual(760);
    // The keyboard takes the lower half.
    await page.setViewportSize({ width: 390, height: 400 });
    await until(async () => (await bottom()) <= 400);
    await page.mouse.wheel(0, 5000);
    expect(
      await page.evaluate(() => [scrollY, document.documentElement.scrollHeight <= innerHeight]),
    ).toEqual([0, true]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('[seen.19] fills in what a link asks for, and sends nothing', async () => {
    await open(hub.url(), '?draft=delete%20all');
    await until(async () => (await page.inputValue('textarea')) === 'delete all');
    expect(page.url()).not.toContain('draft');
    expect(hub.posts).toEqual([]);
    await page.press('textarea', 'Enter');
    await until(() => hub.posts.length === 1);
  });

  it('keeps a draft by its room, breaks lines with Shift, and sends nothing while words are composed', async () => {
    await open();
    await page.fill('textarea', 'one');
    await page.press('textarea', 'Shift+Enter');
    await page
      .locator('textarea')
      .evaluate((area) =>
        area.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }),
        ),
      );
    expect(await page.inputValue('textarea')).toBe('one\n');
    await page.reload();
    await page.waitForSelector('textarea');
    expect(await page.inputValue('textarea')).toBe('one\n');
    expect(hub.posts).toEqual([]);
  });

  it('[seen.6] seven tabs all work, with one stream among them', async () => {
    const tabs = await Promise.all(
      Array.from({ length: 7 }, async () => {
        const tab = await context.newPage();
        await tab.goto(`${hub.url()}/#/chat/ada`);
        await tab.waitForSelector('textarea');
        return tab;
      }),
    );
    await until(() => hub.streams.size === 1);
    hub.turn({ type: 'turn.started', covers: [], attempt: 1 });
    hub.turn({ type: 'text.so-far', covers: [], attempt: 1, text: 'For all of you' });
    for (const tab of tabs) {
      await tab.bringToFront();
      await tab.waitForFunction(() =>
        document.querySelector('.answer')?.textContent?.includes('For all of you'),
      );
    }
    await tabs[6]!.fill('textarea', 'From the seventh');
    await tabs[6]!.press('textarea', 'Enter');
    await until(() => hub.said.length === 1);
  });
});
