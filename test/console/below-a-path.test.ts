/** The console below a path of a proxy, which keeps the path or takes it off. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, watch } from '../support/browser.js';
import { Home } from '../support/hub.js';
import { Nginx, noNginx } from '../support/nginx.js';
import { freePort } from '../support/redis.js';
import { ask } from '../support/tokens.js';

const lacking = noBrowser ?? noNginx;

describe.skipIf(lacking)(
  lacking ? `[seen.22] the console below a path (skipped: ${lacking})` : '[seen.22] the console below a path',
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    it.each([
      ['keeps it', ''],
      ['takes it off', '/'],
    ])('works where the proxy %s', async (_, ending) => {
      const [home, nginx, port] = [new Home(), new Nginx(), await freePort()];
      const outside = `http://127.0.0.1:${port}/carrier`;
      try {
        const { url, token } = await home.hub({}, { CARRIER_PUBLIC_URL: outside });
        await nginx.start(
          port,
          `location /carrier/ { proxy_pass ${url}${ending}; proxy_set_header Host $http_host; }`,
        );
        const link = (await ask(url, token.secret, ['POST', '/console/links'], {})).body.url as string;
        expect(link.startsWith(`${outside}/console/sign-in?code=`)).toBe(true);
        const context = await browser.newContext();
        const page = await context.newPage();
        const { faults } = watch(page, outside);
        await page.goto(link);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('navigation', { name: 'Pages' }).waitFor();
        expect(page.url()).toMatch(/\/carrier\/(#.*)?$/);
        const [cookie] = await context.cookies();
        expect(cookie).toMatchObject({ path: '/carrier/', httpOnly: true, sameSite: 'Lax' });
        // A page of the app, loaded anew where it is, with its files and its stream.
        await page.goto(`${outside}/#/chat/assistant`);
        await page.reload();
        const box = page.getByRole('textbox');
        await box.fill('what is 6 * 7?');
        await box.press('Enter');
        await page.getByRole('log').getByText('6 * 7 = 42.').last().waitFor();
        await page.getByText('Reconnecting').waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        expect(faults).toEqual([]);
        await context.close();
      } finally {
        await nginx.stop();
        await home.dispose();
      }
    });
  },
);
