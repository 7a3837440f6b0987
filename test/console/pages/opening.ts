/**
 * Pages of the console, opened as somebody. The owner signs in as people do; others have a token's rights, of which the
 * hub makes no session: their requests are given the token on the way.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { permissions } from '../../../src/access/permissions.js';
import { isAtLeast, type Role } from '../../../src/access/role.js';
import type { Seeded, Who } from './seeded.js';

const folder = join(import.meta.dirname, '../../../dist/web/console');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
  "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

export async function openAs(
  browser: Browser,
  hub: Seeded,
  who: Who,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    timezoneId: 'Asia/Kolkata',
    ...options,
  });
  if (who === 'owner') {
    await signIn(context, await hub.signInLink());
    return context;
  }
  // A worker's requests cannot be answered here.
  await context.addInitScript('delete window.SharedWorker');
  await context.route(`${hub.url}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const headers = { 'content-security-policy': policy };
    if (pathname === '/') return route.fulfill({ path: join(folder, 'index.html'), headers });
    if (pathname.startsWith('/console/assets/')) {
      const body = readFileSync(join(folder, pathname.replace('/console/', '')));
      return route.fulfill({ body, contentType: types[pathname.split('.').at(-1)!]! });
    }
    if (pathname === '/console/me') return route.fulfill({ json: meOf(who) });
    if (pathname === '/console/live')
      return route.fulfill({ contentType: 'text/event-stream', body: ': hi\n\n' });
    // Of tokens the hub would ask whether pages may send them; a session's requests are checked against the hub's own address.
    const { origin: _, ...sent } = route.request().headers();
    const answer = await route.fetch({ headers: { ...sent, authorization: `Bearer ${hub.tokens[who]}` } });
    return route.fulfill({ response: answer });
  });
  return context;
}

async function signIn(context: BrowserContext, link: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button').click();
  await page.locator('#menu').waitFor({ state: 'attached' });
  await page.close();
}

function meOf(who: Who) {
  // A token for one user is no person, and may nothing for itself.
  const mine = Object.entries(permissions).filter(([, row]) => isAtLeast(who, row.least as Role));
  return {
    ...{
      name: who,
      role: who,
      tenant: 'default',
      user: who === 'member' ? 'mia' : 'console',
      version: '1.0.0',
    },
    permissions: Object.fromEntries(mine.map(([name]) => [name, true])),
    agents: [
      { id: 'assistant', name: 'Ada' },
      { id: 'closed', name: 'Eve' },
    ],
  };
}

/** Waits until nothing of the page is on its way. */
export async function shown(page: Page): Promise<void> {
  await page.locator('#main h1').waitFor();
  await page.locator('#main .loading, #main [aria-busy]').first().waitFor({ state: 'detached' });
}
