/** No serious finding of axe-core on any page, light and dark, on a desk and on a phone; and a first page that is small. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser } from '../../support/browser.js';
import { openAs, shown } from './opening.js';
import { Seeded } from './seeded.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const built = join(import.meta.dirname, '../../../dist/web/console');

describe.skipIf(noBrowser)('[must show 4] every page', () => {
  const hub = new Seeded();
  let browser: Browser;
  beforeAll(async () => {
    [browser] = await Promise.all([openBrowser(), hub.open()]);
  });
  afterAll(async () => {
    await browser?.close();
    await hub.close();
  });

  const cases = (['light', 'dark'] as const).flatMap((scheme) =>
    [1280, 360].map((width) => [scheme, width] as const),
  );
  it.each(cases)(
    'has no serious or critical finding: %s, %i px wide',
    async (colorScheme, width) => {
      // The pages' policy would refuse the scripts of axe-core.
      const options = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true };
      const context = await openAs(browser, hub, 'owner', options);
      const page = await context.newPage();
      await page.goto(`${hub.url}/`);
      await shown(page);
      await page.addScriptTag({ content: axe });
      const ids = await page.locator('#menu a').evaluateAll((all) => all.map((a) => a.getAttribute('href')!));
      expect(ids.length).toBeGreaterThan(18);
      for (const address of [
        ...ids,
        '#/people/http%3Aalice',
        '#/policy?agent=assistant&tool=http%3Aorders',
      ]) {
        await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
        await page.waitForFunction("document.querySelector('#menu [aria-current]') !== null");
        await shown(page);
        expect([address, await findingsIn(page, colorScheme)]).toEqual([address, []]);
        const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
        expect([address, beyond]).toEqual([address, 0]);
      }
      await context.close();
    },
    180_000,
  );

  it('begins with at most 200 kB, compressed', async () => {
    const context = await openAs(browser, hub, 'owner');
    const page = await context.newPage();
    const loaded = new Set<string>();
    page.on('request', (request) => {
      const name = new URL(request.url()).pathname.split('/console/assets/')[1];
      if (name) loaded.add(name);
    });
    await page.goto(`${hub.url}/`);
    await shown(page);
    const worker = readdirSync(join(built, 'assets')).filter((name) => name.startsWith('worker'));
    expect(loaded.size).toBeGreaterThan(2);
    const files = ['index.html', ...[...loaded, ...worker].map((name) => `assets/${name}`)];
    const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(built, name))).length, 0);
    expect(bytes).toBeLessThanOrEqual(200_000);
    await context.close();
  });
});

/** A dark page differs from a light one in its colours alone. */
async function findingsIn(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  const only =
    colorScheme === 'dark'
      ? ", runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }"
      : '';
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ resultTypes: ['violations']${only} })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
