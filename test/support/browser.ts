import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file));

/** Why suites that look at pages are skipped; null when they can run. */
export const noBrowser: string | null = executablePath ? null : 'no chromium on this machine and no CHROMIUM';

/** @param more arguments. One a file is enough: contexts have cookies and storage of their own, as other people's browsers do. */
export function openBrowser(more: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      // As root in a container; and none of Chromium's own questions to the network.
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...more,
    ],
  });
}

/** What went wrong in a page without anybody seeing it: errors, refusals of the policy, requests to elsewhere. */
export interface Quiet {
  faults: string[];
}

/** @param origin all that a page may ask. */
export function watch(page: Page | BrowserContext, origin: string): Quiet {
  const faults: string[] = [];
  const onPage = (one: Page) => {
    one.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    one.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) faults.push(`policy: ${message.text()}`);
    });
    one.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(blob|data|about):/.test(url)) faults.push(`request: ${url}`);
    });
  };
  if ('pages' in page) page.on('page', onPage);
  else onPage(page);
  return { faults };
}
