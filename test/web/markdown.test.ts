// biome-ignore-all lint/performance/useDomNodeTextContent: line breaks count, and what is hidden does not.
/** Answers as they stand on the page, while they are written and afterwards. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, type Quiet, watch } from '../support/browser.js';
import { until } from '../support/until.js';
import { TalkServer } from './talk-server.js';

describe.skipIf(noBrowser)(`answers on a page${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  const hub = new TalkServer();
  let browser: Browser;
  let page: Page;
  let quiet: Quiet;

  beforeAll(async () => {
    await hub.start();
    browser = await openBrowser();
  });

  beforeEach(async () => {
    await page?.close();
    hub.clear();
    page = await browser.newPage();
    quiet = watch(page, hub.url());
  });

  afterAll(async () => {
    await browser?.close();
    hub.stop();
  });

  async function open(): Promise<void> {
    await page.goto(`${hub.url()}/#/chat/ada`);
    await page.waitForSelector('.log[aria-label="Conversation with Ada"]');
    await until(() => hub.streams.size > 0);
    await page.waitForSelector('textarea');
  }

  async function shown(text: string): Promise<void> {
    hub.say('Tell me');
    hub.say(text, { role: 'assistant', turnId: 'turn-0' });
    await open();
    await page.waitForSelector('.markdown');
  }

  const words = () => page.locator('.markdown').last().innerText();

  it('[seen.1] shows no raw marks while it is written, and closed blocks keep their nodes', async () => {
    await open();
    hub.turn({ type: 'turn.started', covers: [], attempt: 1 });
    const text =
      'First **bold** here.\n\n```js\nconst a = 1;\n```\n\nSome `code` and a [link](https://example.com/a).\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\nEnd.';
    await page.evaluate(() => {
      const seen = new Set<string>();
      Object.assign(window, { seen });
      new MutationObserver(() => {
        for (const one of document.querySelectorAll('.markdown')) seen.add((one as HTMLElement).innerText);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    let at = 0;
    for (const end of [...Array(text.length).keys()].map((index) => index + 1)) {
      hub.turn({ type: 'text.delta', text: text.slice(at, end), at });
      at = end;
      if (end === text.indexOf('\n\n```') + 8) {
        await page.waitForFunction(
          () => document.querySelector('.markdown p')?.textContent === 'First bold here.',
        );
        await page.evaluate(() => {
          const first = document.querySelector('.markdown p')!;
          Object.assign(window, { first });
          getSelection()!.selectAllChildren(first);
        });
      }
      // Each piece is painted by itself.
      if (end % 3 === 0) await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await page.waitForFunction(() => document.querySelector('.markdown')?.textContent?.includes('End.'));
    hub.reply(text);
    await page.waitForSelector('.message-foot');
    const kept = await page.evaluate(() => {
      const { first, seen } = window as unknown as { first: Element; seen: Set<string> };
      return {
        same: document.querySelector('.markdown p') === first,
        selected: getSelection()!.toString(),
        seen: [...seen],
      };
    });
    expect(kept.same).toBe(true);
    expect(kept.selected).toBe('First bold here.');
    expect(kept.seen.length).toBeGreaterThan(10);
    expect(kept.seen.filter((state) => /\*\*|`|\]\(|\|/.test(state))).toEqual([]);
    expect(await page.locator('.markdown figure.code').count()).toBe(1);
    expect(await page.locator('.markdown code').first().innerText()).toBe('const a = 1;');
    expect(await page.locator('.markdown td').allInnerTexts()).toEqual(['1', '2']);
    expect(quiet.faults).toEqual([]);
  });

  it('[seen.2] a block of code of 200 KB in 2,000 pieces takes time with its length, and typing goes on', async () => {
    await open();
    hub.turn({ type: 'turn.started', covers: [], attempt: 1 });
    const line = `const value = compute(${'x'.repeat(75)});\n`;
    const pieces = 2000;
    const timeOf = async (from: number, to: number) => {
      const since = Date.now();
      for (let index = from; index < to; index++) {
        const text = index === 0 ? `\`\`\`js\n${line}` : line;
        hub.turn({ type: 'text.delta', text });
        if (index % 20 === 0) await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      await page.waitForFunction(
        (lines) => document.querySelector('.markdown code')!.textContent!.split('\n').length >= lines,
        to,
      );
      return Date.now() - since;
    };
    const first = await timeOf(0, pieces / 2);
    await page.locator('textarea').pressSequentially('typed');
    const second = await timeOf(pieces / 2, pieces);
    expect(await page.inputValue('textarea')).toBe('typed');
    // A square would make the second half take three times as long.
    expect(second).toBeLessThan(first * 2.5 + 1000);
    const text = line.repeat(pieces);
    hub.reply(`\`\`\`js\n${text}\`\`\``);
    await page.waitForSelector('.message-foot');
    expect(await page.locator('.markdown code').textContent()).toBe(text.trimEnd());
  });

  it('[seen.3] shows what people and agents write as it was written', async () => {
    const text = '24. Dezember 2025\n\n$5 and $10\n\nVec<T> and a<br>b\n\none\ntwo\n\n1. a\n\ntext\n\n3. c';
    hub.say(text);
    await shown(text);
    expect(await page.locator('.typed').first().innerText()).toBe(text);
    const numbers = await page
      .locator('.markdown li')
      .evaluateAll((all) => all.map((one) => (one as HTMLLIElement).value));
    expect(numbers).toEqual([24, 1, 3]);
    for (const part of ['Dezember 2025', '$5 and $10', 'Vec<T> and a<br>b', 'one\ntwo'])
      expect(await words()).toContain(part);
  });

  it('[seen.18] loads nothing that an answer names, and shows where links lead', async () => {
    await shown(
      [
        '![x](https://evil.example/p?leak=1)',
        '[words](https://evil.example/q) [bad](javascript:alert(1)) [rel](//evil.example/r) ![d](data:text/html,x)',
        '<img src=https://evil.example/i onerror=alert(1)><script>alert(1)</script>',
        '![by name][ref]\n\n[ref]: https://evil.example/s',
        '<https://same.example/>',
      ].join('\n\n'),
    );
    const links = await page
      .locator('.markdown a')
      .evaluateAll((all) => all.map((one) => [one.getAttribute('href'), one.getAttribute('rel')]));
    expect(links.map(([href]) => href)).toEqual([
      'https://evil.example/p?leak=1',
      'https://evil.example/q',
      'https://evil.example/i',
      'https://same.example/',
    ]);
    expect(new Set(links.map(([, rel]) => rel))).toEqual(new Set(['noopener noreferrer']));
    expect(await page.locator('.markdown img, .markdown script').count()).toBe(0);
    const said = await words();
    for (const part of [
      '(https://evil.example/q)',
      '<img src=',
      '[ref]: https://evil.example/s',
      '(//evil.example/r)',
    ])
      expect(said).toContain(part);
    expect(said.match(/same\.example/g)).toHaveLength(1);
    expect(quiet.faults).toEqual([]);
  });
});
