/** No serious finding of axe-core in web chat: its page, and the widget on a site, light and dark, on a desk and on a phone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatRig, say } from '../connectors/webchat/rig.js';
import { noBrowser } from '../support/browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(noBrowser)(`[must show 4] web chat${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  let rig: ChatRig;
  beforeAll(async () => {
    rig = await ChatRig.open((port) => ({ assistant: { origins: [`http://shop.example:${port}`] } }));
    rig.model.answer =
      '## Prices\n\n| thing | price |\n|---|---|\n| tea | 3 |\n\nSee [more](https://example.com) or `tea`.';
    rig.pages.set(
      '/',
      `<!doctype html><html lang="en"><title>Shop</title><body><main><h1>Shop</h1></main>${rig.script('defer')}</body></html>`,
    );
  });
  afterAll(() => rig?.close());

  const cases = (['light', 'dark'] as const).flatMap((scheme) =>
    [1280, 360].map((width) => [scheme, width] as const),
  );
  it.each(cases)(
    'has no serious or critical finding: %s, %i px wide',
    async (colorScheme, width) => {
      // The policy of the chat's page would refuse the scripts of axe-core.
      const options = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true };
      const context = await rig.browser.newContext(options);
      const page = await rig.visit(`${rig.url}/webchat/assistant`, context);
      await talked(page);
      expect(await findingsIn(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
      const site = await rig.visit(rig.site(), context);
      await site.locator('carrier-chat button').waitFor();
      expect(await findingsIn(site)).toEqual([]);
      const chat = await rig.openChat(site);
      await talked(chat);
      expect(await findingsIn(chat)).toEqual([]);
      await context.close();
    },
    120_000,
  );

  async function talked(where: Page | Frame): Promise<void> {
    await say(where, 'What does tea cost?');
    await where.locator('.markdown table').waitFor();
  }
});

async function findingsIn(where: Page | Frame): Promise<string[]> {
  if ('addScriptTag' in where) await where.addScriptTag({ content: axe });
  const { violations } = await where.evaluate<AxeResults>(`axe.run({ resultTypes: ['violations'] })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
