/** Must show: whatever people, models, files and tools write is text in the console, and nothing of it runs or is asked for. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, watch } from '../support/browser.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { ask } from '../support/tokens.js';

const evil = 'https://evil.example/p?leak=1';

/** Each would leave a trace (`window.ran`, a dialog, a request, a report of the policy) if it were more than text. */
const hostile = [
  '<script>window.ran = 1</script>',
  '<img src=x onerror="window.ran = 1">',
  `<img src="${evil}">`,
  '<svg onload="window.ran = 1"></svg>',
  `<iframe src="javascript:parent.ran = 1"></iframe>`,
  '<a href="javascript:window.ran = 1">press</a>',
  '[press](javascript:window.ran=1)',
  '[press](JaVaScRiPt:window.ran=1)',
  '[press](data:text/html,<script>window.ran=1</script>)',
  '[press](vbscript:x)',
  `![picture](${evil})`,
  '![picture](//evil.example/p)',
  `![picture][ref]\n\n[ref]: ${evil}`,
  `[![both](${evil})](${evil})`,
  `<style>@import url("${evil}"); body { display: none }</style>`,
  `<link rel="stylesheet" href="${evil}">`,
  `<meta http-equiv="refresh" content="0;url=${evil}">`,
  `<base href="${evil}">`,
  `<form action="${evil}"><button>send</button></form>`,
  `<object data="${evil}"></object><embed src="${evil}">`,
  `<video src="${evil}" autoplay></video><audio src="${evil}"></audio>`,
  '<details open ontoggle="window.ran = 1"><summary>x</summary></details>',
  '<input autofocus onfocus="window.ran = 1">',
  '<math><mtext></mtext><mglyph><style><img src=x onerror=window.ran=1></style></mglyph></math>',
  '<noscript><p title="</noscript><img src=x onerror=window.ran=1>"></noscript>',
  '&lt;script&gt;window.ran = 1&lt;/script&gt;',
  '{{constructor.constructor("window.ran = 1")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what somebody may write
  '${window.ran = 1}',
  '```html\n<script>window.ran = 1</script>\n```',
  '```"><img src=x onerror=window.ran=1>\ncode\n```',
  '`<img src=x onerror=window.ran=1>`',
  '| a | <img src=x onerror=window.ran=1> |\n|---|---|\n| [x](javascript:window.ran=1) | y |',
  '<https://evil.example/auto> www.evil.example evil@evil.example',
  '\u202Egnp.exe\u202C \u200B\u2066hidden\u2069',
  '\u001b]0;title\u0007 \u001b[31mred',
  `[x](https://evil.example "onmouseover=window.ran=1")`,
  '<a href="https://evil.example" target="_self" onclick="window.ran=1">x</a>',
  'a'.repeat(5000),
  `${'> '.repeat(200)}deep`,
  '[ ] <x-app is="window.ran=1"></x-app> <template><script>window.ran=1</script></template>',
];

describe.skipIf(noBrowser)(noBrowser ? `hostile words (skipped: ${noBrowser})` : 'hostile words', () => {
  const home = new Home();
  let browser: Browser;
  let page: Page;
  let url: string;
  let token: string;
  let faults: string[];
  const reports: string[] = [];

  beforeAll(async () => {
    home.character('assistant', { name: '<img src=x onerror=window.ran=1>', bio: '.' });
    // It says what it is told, so that it stands there as the agent's, too.
    const model = scriptedModel(lastSaid);
    const hub = await home.hub({ model: () => model });
    [url, token, browser] = [hub.url, hub.token.secret, await openBrowser()];
    const link = await ask(url, token, ['POST', '/console/links'], {});
    page = await browser.newPage();
    faults = watch(page, url).faults;
    page.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url().endsWith('/csp')) reports.push(request.postData() ?? '');
    });
    await page.goto((link.body as { url: string }).url);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await home.dispose();
  });

  it(`[seen.18] are text in the chat and in its room: ${hostile.length} of them`, async () => {
    expect(hostile.length).toBeGreaterThanOrEqual(40);
    for (const [at, text] of hostile.entries()) {
      const body = { text, userId: `<b>${at}</b>`, roomId: 'hostile', messageId: `m-${at}` };
      const { status } = await ask(url, token, ['POST', '/assistant/message'], body);
      expect([at, status]).toEqual([at, 200]);
    }
    const rooms = await ask(url, token, ['GET', '/rooms'], undefined);
    const [{ roomId }] = (rooms.body as { rooms: { roomId: string }[] }).rooms as [{ roomId: string }];
    for (const where of ['chat/assistant/hostile', 'rooms', `rooms/${encodeURIComponent(roomId)}`, 'turns']) {
      await page.goto(`${url}/#/${where}`);
      await page.getByRole('main').waitFor();
      await page.getByText('Loading…').first().waitFor({ state: 'detached' });
      await page.getByRole('main').getByText(/\S/).first().waitFor();
      expect(await page.evaluate('window.ran')).toBeUndefined();
      // No element is there that words could have made.
      const made = page
        .getByRole('main')
        .locator(
          'script, iframe, object, embed, style, link, meta, base, form[action^=http], video, audio, math',
        );
      expect([where, await made.count()]).toEqual([where, 0]);
      const bad = page.locator(
        'a[href^="javascript:" i], a[href^="data:"], a[href^="vbscript:" i], img[src^="http"]',
      );
      expect([where, await bad.count()]).toEqual([where, 0]);
    }
    expect(faults).toEqual([]);
    expect(reports).toEqual([]);
  });
});
