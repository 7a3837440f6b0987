/** The chat of the console on a hub, from the link that it prints to the answer in its history. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelChunk, ModelRequest } from '../../src/llm/llm.js';
import { noBrowser, openBrowser, type Quiet, watch } from '../support/browser.js';
import { Home } from '../support/hub.js';
import { lastSaid } from '../support/model.js';
import { until } from '../support/until.js';

describe.skipIf(noBrowser)(`the chat on a hub${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  const home = new Home();
  let browser: Browser;
  let page: Page;
  let quiet: Quiet;
  let aborted = 0;
  /** What the model says, and when it goes on. */
  let go: () => void = () => {};

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    const said = lastSaid(request);
    signal.addEventListener('abort', () => aborted++, { once: true });
    if (said.includes('silent')) await held(signal);
    yield { type: 'text', text: said.includes('Look') ? 'A dot.' : `You said **${said}**.` };
    if (said.includes('wait')) await held(signal);
    yield { type: 'text', text: '\n\n1. one\n3. three' };
    yield { type: 'end', finish: 'stop', usage: { inputTokens: 1, outputTokens: 1 } };
  }

  function held(signal: AbortSignal): Promise<void> {
    return new Promise((done, fail) => {
      go = done;
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    });
  }

  beforeAll(async () => {
    const abilities = { sees: true, hears: false, tools: true, understands: false };
    const hub = await home.hub({ model: () => ({ id: 'scripted:test', abilities, stream }) });
    browser = await openBrowser();
    page = await browser.newPage();
    quiet = watch(page, hub.url);
    await page.goto(await hub.signInLink());
    await page.getByRole('button').click();
    await page.waitForSelector('.bar');
    await page.goto(`${hub.url}/#/chat/assistant`);
    await page.waitForSelector('textarea');
  });

  afterAll(async () => {
    await browser?.close();
    await home.dispose();
  });

  async function write(text: string): Promise<void> {
    await page.fill('textarea', text);
    await page.press('textarea', 'Enter');
  }

  const answerOf = (text: string) => page.locator('.answer', { hasText: text });

  it('[seen.5] streams an answer, which is still there and streaming after a reload', async () => {
    await write('wait, Hello');
    await answerOf('You said wait, Hello.').waitFor();
    await page.reload();
    await answerOf('You said wait, Hello.').waitFor();
    expect(await page.locator('.message-foot').count()).toBe(0);
    go();
    await page.waitForSelector('.message-foot');
    expect(await page.locator('.answer').count()).toBe(1);
    expect(await page.locator('.of-self').count()).toBe(1);
    expect(
      await page.locator('.answer li').evaluateAll((all) => all.map((one) => (one as HTMLLIElement).value)),
    ).toEqual([1, 3]);
  });

  it('[seen.10] stops the model before its first word and in the middle; what was shown stays', async () => {
    aborted = 0;
    await write('silent');
    await page.click('.stop');
    await until(() => aborted === 1);
    await page.waitForSelector('.stop', { state: 'detached' });
    await write('wait, more');
    await answerOf('You said wait, more.').waitFor();
    await page.click('.stop');
    await until(() => aborted === 2);
    await page.waitForSelector('.stop', { state: 'detached' });
    await page.reload();
    await answerOf('You said wait, more.').waitFor();
  });

  it('sends a picture that history shows, and rates an answer', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    await page.setInputFiles('input[type=file]', { name: 'dot.png', mimeType: 'image/png', buffer: png });
    await write('Look');
    await page.waitForSelector('.file img[src^="blob:"]');
    await answerOf('A dot.').locator('.message-foot').waitFor();
    await page.reload();
    await page.waitForFunction(() => {
      const picture = document.querySelector<HTMLImageElement>('.file img');
      return picture?.complete && picture.naturalWidth === 1;
    });
    const good = answerOf('A dot.').getByRole('button', { name: 'Good answer' });
    await good.click();
    await page.waitForSelector('[aria-pressed=true]');
    expect(await page.locator('.answer [role=alert]').count()).toBe(0);
    expect(quiet.faults).toEqual([]);
  });
});
