/** A conversation while connections break, answers are stopped and people read. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, type Quiet, watch } from '../support/browser.js';
import { until } from '../support/until.js';
import { TalkServer } from './talk-server.js';

describe.skipIf(noBrowser)(`a conversation on a page${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  const hub = new TalkServer();
  const { onPost, onStop } = hub;
  let browser: Browser;
  let page: Page;
  let quiet: Quiet;

  beforeAll(async () => {
    await hub.start();
    browser = await openBrowser();
  });

  beforeEach(async () => {
    await page?.context().close();
    hub.clear();
    Object.assign(hub, { onPost, onStop });
    page = await (await browser.newContext()).newPage();
    quiet = watch(page, hub.url());
  });

  afterAll(async () => {
    await browser?.close();
    hub.stop();
  });

  async function open(): Promise<void> {
    await page.goto(`${hub.url()}/#/chat/ada`);
    await page.waitForSelector('textarea');
    await until(() => hub.streams.size > 0);
  }

  async function write(text: string): Promise<void> {
    await page.fill('textarea', text);
    await page.press('textarea', 'Enter');
  }

  const posts = () => hub.posts.filter(({ path }) => path === '/ada/message');
  const answers = () => page.locator('.answer').allTextContents();

  it('[seen.5] an answer goes on in the same place after the network was away and after a reload', async () => {
    await open();
    await write('Hello');
    await until(() => hub.said.length === 1);
    const covers = [hub.said[0]!.id];
    hub.turn({ type: 'turn.started', covers, attempt: 1 });
    hub.turn({ type: 'text.delta', text: 'One ', at: 0 });
    await page.waitForFunction(() => document.querySelector('.answer')?.textContent?.includes('One'));
    await page.evaluate(() => Object.assign(window, { bubble: document.querySelector('.answer') }));
    const cut = [...hub.streams];
    for (const stream of cut) stream.destroy();
    await until(() => [...hub.streams].some((stream) => !cut.includes(stream)));
    hub.turn({ type: 'text.so-far', covers, attempt: 1, text: 'One two ' });
    await page.waitForFunction(() => document.querySelector('.answer')?.textContent?.includes('One two'));
    expect(
      await page.evaluate(
        () => document.querySelector('.answer') === (window as unknown as { bubble: Element }).bubble,
      ),
    ).toBe(true);
    const before = [...hub.streams];
    await page.reload();
    await until(() => [...hub.streams].some((stream) => !before.includes(stream)));
    // The hub tells it again and again, for who came late.
    await until(async () => {
      hub.turn({ type: 'text.so-far', covers, attempt: 1, text: 'One two three ' });
      return (await answers())[0]?.includes('three') ?? false;
    });
    hub.turn({ type: 'text.delta', text: 'four', at: 14 });
    hub.reply('One two three four');
    await page.waitForSelector('.message-foot');
    expect(await page.locator('.answer').count()).toBe(1);
    expect(posts()).toHaveLength(1);
  });

  it('[seen.8] shows the truth again after a stream that had died in silence', async () => {
    await open();
    await write('Hello');
    await until(() => hub.said.length === 1);
    hub.turn({ type: 'turn.started', covers: [hub.said[0]!.id], attempt: 1 });
    await page.waitForSelector('.stop');
    // The hub answers, and the dead connection says nothing of it.
    const dead = [...hub.streams];
    hub.streams.clear();
    hub.reply('Done meanwhile');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await page.waitForFunction(
      () => document.querySelector('.answer')?.textContent?.includes('Done meanwhile'),
      null,
      {
        timeout: 20_000,
      },
    );
    await page.waitForSelector('.stop', { state: 'detached' });
    for (const stream of dead) stream.destroy();
  });

  it('[seen.9] sends again under the same id, and twice what is meant twice', async () => {
    await open();
    let lost = 1;
    hub.onPost = (res, store) => {
      store();
      if (lost-- > 0) res.destroy();
      else onPost(res, () => {});
    };
    await write('ok');
    await until(() => posts().length === 2);
    const ids = posts().map(({ body }) => JSON.parse(body).messageId as string);
    expect(ids[0]).toBe(ids[1]);
    await page.waitForFunction(() => document.querySelectorAll('.of-self').length === 1);
    await page.fill('textarea', 'ok');
    await page.dblclick('.send');
    await until(() => hub.said.length === 2);
    await page.waitForFunction(() => document.querySelectorAll('.of-self').length === 2);
    expect(new Set(posts().map(({ body }) => JSON.parse(body).messageId)).size).toBe(2);
    expect(hub.said.map(({ text }) => text)).toEqual(['ok', 'ok']);
  });

  it('[seen.9] says when the hub refuses it, and sends it again when asked', async () => {
    await open();
    hub.onPost = (res) => {
      res.writeHead(429, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ error: { code: 'rate_limited', message: 'Too many messages.' } }));
    };
    await write('Hello');
    await page.waitForSelector('.not-sent [role=alert]');
    expect(await page.locator('.not-sent').textContent()).toContain('Too many messages.');
    hub.onPost = onPost;
    await page.getByText('Send again').click();
    await until(() => hub.said.length === 1);
    const ids = posts().map(({ body }) => JSON.parse(body).messageId);
    expect(ids[0]).toBe(ids[1]);
    await page.waitForSelector('.not-sent', { state: 'detached' });
  });

  it('[seen.10] stops before the first word and in the middle, and what was shown stays', async () => {
    await open();
    await write('Hello');
    await page.waitForSelector('.stop');
    await page.click('.stop');
    await until(() => hub.posts.some(({ path }) => path === `/rooms/${hub.room}/stop`));
    await page.waitForSelector('.stop', { state: 'detached' });
    hub.said[0]!.status = 'handled';
    hub.onStop = () => 'turn-2';
    await write('Again');
    await until(() => hub.said.length === 2);
    hub.turn({ type: 'turn.started', turnId: 'turn-2', covers: [hub.said[1]!.id], attempt: 1 });
    hub.turn({ type: 'text.delta', turnId: 'turn-2', text: 'Half an', at: 0 });
    await page.waitForFunction(() => document.querySelector('.answer')?.textContent?.includes('Half an'));
    await page.click('.stop');
    await until(() => hub.posts.filter(({ path }) => path.endsWith('/stop')).length === 2);
    hub.reply('Half an', 'turn-2');
    await page.reload();
    await page.waitForSelector('.message-foot');
    expect((await answers())[0]).toContain('Half an');
  });

  it('[seen.11] leaves the draft alone when it stops, and late events bring no button back', async () => {
    await open();
    await write('Hello');
    await until(() => hub.said.length === 1);
    hub.turn({ type: 'turn.started', covers: [hub.said[0]!.id], attempt: 1 });
    await page.waitForSelector('.stop');
    await page.fill('textarea', 'not yet');
    await page.click('.stop');
    await until(() => hub.posts.some(({ path }) => path.endsWith('/stop')));
    await page.waitForSelector('.stop', { state: 'detached' });
    hub.said[0]!.status = 'handled';
    hub.turn({ type: 'text.delta', text: 'late', at: 0 });
    hub.turn({ type: 'text.so-far', covers: [hub.said[0]!.id], attempt: 1, text: 'late' });
    hub.say('A mark that both were heard', { role: 'assistant' });
    hub.hub({});
    await page.waitForSelector('.message-foot');
    expect(await page.locator('.stop').count()).toBe(0);
    expect(await page.inputValue('textarea')).toBe('not yet');
    expect(posts()).toHaveLength(1);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  });

  it('[seen.12] holds the line that is read while older and newer messages come', async () => {
    for (let index = 0; index < 120; index++)
      hub.say(`Message ${index} `.repeat(20), { role: index % 2 ? 'assistant' : 'user' });
    await open();
    await page.waitForFunction(() => document.querySelectorAll('.message').length >= 50);
    const atEnd = () =>
      page.evaluate(() => {
        const log = document.querySelector('.log')!;
        return log.scrollHeight - log.scrollTop - log.clientHeight;
      });
    expect(await atEnd()).toBeLessThan(2);
    await page.evaluate(() => {
      document.querySelector('.log')!.scrollTop -= 2000;
    });
    // A frame later the line is known.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    const where = () =>
      page.evaluate(() => {
        const { line } = window as unknown as { line?: Element };
        const seen =
          line ??
          [...document.querySelectorAll('.message')].find((one) => one.getBoundingClientRect().top > 200)!;
        Object.assign(window, { line: seen });
        return seen.getBoundingClientRect().top;
      });
    const before = await where();
    hub.turn({ type: 'turn.started', covers: [], attempt: 1 });
    for (let index = 0; index < 30; index++) hub.turn({ type: 'text.delta', text: `Piece ${index}\n\n` });
    await page.waitForSelector('.to-end');
    expect(await where()).toBeCloseTo(before, 0);
    await page.evaluate(() => {
      document.querySelector('.log')!.scrollTop = 100;
    });
    await page.evaluate(() => Object.assign(window, { line: undefined }));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    const low = await where();
    await page.waitForFunction(() => document.querySelectorAll('.message').length >= 100);
    expect(Math.abs((await where()) - low)).toBeLessThanOrEqual(1);
    await page.click('.to-end');
    expect(await atEnd()).toBeLessThan(2);
    hub.turn({ type: 'text.delta', text: 'The last\n\n'.repeat(20) });
    await page.waitForFunction(() => document.querySelector('.log')!.textContent!.includes('The last'));
    await until(async () => (await atEnd()) < 2);
  });

  it('[seen.15] says that an answer is written and the answer, once each; the focus stays', async () => {
    await open();
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      new MutationObserver(() =>
        said.push(document.querySelector('.log-frame > [role=status]')!.textContent!),
      ).observe(document.querySelector('.log-frame > [role=status]')!, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await write('Hello');
    await until(() => hub.said.length === 1);
    hub.turn({ type: 'turn.started', covers: [hub.said[0]!.id], attempt: 1 });
    for (let index = 0; index < 300; index++) hub.turn({ type: 'text.delta', text: `word${index} ` });
    await page.waitForFunction(() => document.querySelector('.answer')?.textContent?.includes('word299'));
    hub.reply('All of it');
    await page.waitForFunction(() =>
      (window as unknown as { said: string[] }).said.includes('Ada: All of it'),
    );
    expect(await page.evaluate(() => (window as unknown as { said: string[] }).said.filter(Boolean))).toEqual(
      ['Ada is answering.', 'Ada: All of it'],
    );
    expect(await page.getAttribute('.log', 'aria-live')).toBe('off');
    expect(await page.locator('.log [aria-live]:not([aria-live=off])').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
    expect(quiet.faults).toEqual([]);
  });

  it('shows what an agent did, folded, and rates its answer', async () => {
    hub.turns.set('turn-1', {
      ...{ status: 'done', error: null },
      actions: [
        {
          name: 'look_up',
          arguments: { q: 'x' },
          state: 'done',
          result: '<b>found</b>',
          ok: true,
          durationMs: 12,
        },
      ],
    });
    hub.say('Find it');
    hub.say('Found', { role: 'assistant', turnId: 'turn-1' });
    await open();
    await page.click('.step summary');
    expect(await page.locator('.step pre').allTextContents()).toEqual(['{\n  "q": "x"\n}', '<b>found</b>']);
    await page.getByRole('button', { name: 'Good answer' }).click();
    await until(() =>
      hub.posts.some(({ path, body }) => path === '/turns/turn-1/rate' && body === '{"rating":5}'),
    );
  });
});
