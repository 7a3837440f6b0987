/** With FILM=FOLDER: pictures of the console's pages for the docs, with something on each, wide and on a phone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { openAs } from './pages/opening.js';
import { Seeded } from './pages/seeded.js';

const folder = process.env.FILM ?? '';
const shown = [
  ...['overview', 'chat/assistant', 'rooms', 'turns', 'approvals'],
  ...['agents/assistant', 'people', 'knowledge', 'usage', 'audit'],
];
const sizes = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 720 } };

it.skipIf(!folder)(
  folder ? 'the pages are pictured' : 'the pages are pictured (not run: FILM names no folder)',
  async () => {
    mkdirSync(folder, { recursive: true });
    const hub = await new Seeded().open();
    const browser = await openBrowser();
    try {
      for (const [name, viewport] of Object.entries(sizes)) {
        const context = await openAs(browser, hub, 'owner', { viewport });
        const page = await context.newPage();
        for (const path of shown) {
          await page.goto(`${hub.url}/#/${path}`);
          await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
          await page.getByText('Loading…').first().waitFor({ state: 'detached' });
          if (path.startsWith('chat/') && name === 'wide') await talk(page);
          // What comes a moment later, such as plots, is in the picture, too.
          await page.waitForTimeout(700);
          const file = join(folder, `${path.split('/')[0]}-${name}.jpg`);
          expect((await page.screenshot({ path: file, type: 'jpeg', quality: 60 })).length).toBeGreaterThan(
            1000,
          );
        }
        await context.close();
      }
    } finally {
      await browser.close();
      await hub.close();
    }
  },
  180_000,
);

/** An empty chat would show nothing of what it can do. */
async function talk(page: Page): Promise<void> {
  const box = page.getByRole('textbox');
  await box.fill('Remember that I row on Saturdays');
  await box.press('Enter');
  await page.getByRole('link', { name: 'Turn', exact: true }).last().waitFor();
}
