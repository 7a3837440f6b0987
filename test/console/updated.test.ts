/** The hub is updated under an open tab: its files have other names then. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageRoutes } from '../../src/console/pages.js';
import { answerFailures } from '../../src/http/failure.js';
import { noBrowser, openBrowser } from '../support/browser.js';

const built = fileURLToPath(new URL('../../dist/web/console', import.meta.url));
const log = { error() {}, warn() {} };

describe('[seen.23] the files of the console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-web-'));
  cpSync(built, folder, { recursive: true });
  let server: Server;
  let url: string;
  const me = {
    name: 'console',
    role: 'owner',
    tenant: 'default',
    user: 'console',
    version: '1',
    permissions: {},
  };

  beforeAll(async () => {
    const app = express();
    app.get('/console/me', (_req, res) => void res.json({ ...me, agents: [{ id: 'a', name: 'Ada' }] }));
    app.use(pageRoutes(folder), answerFailures(log));
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const assets = () => readdirSync(join(folder, 'assets'));

  /** All files get other names, as they do when their texts have changed. */
  function update(): void {
    const names = assets();
    const renamed = (name: string) => name.replace(/\.(\w+)$/, 'n.$1');
    for (const file of ['index.html', ...names.map((name) => join('assets', name))]) {
      const path = join(folder, file);
      const text = names.reduce(
        (text, name) => text.replaceAll(name, renamed(name)),
        readFileSync(path, 'utf8'),
      );
      writeFileSync(path, text);
    }
    for (const name of names) renameSync(join(folder, 'assets', name), join(folder, 'assets', renamed(name)));
  }

  it('are asked for anew, or kept for ever, as their names say; one that is gone is 404, and no page', async () => {
    const page = await fetch(`${url}/`);
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    const asset = await fetch(`${url}/console/assets/${assets()[0]}`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    for (const gone of ['index-0ld.js', 'chat-0ld.js', '..%2findex.html', '..%2f..%2fpackage.json']) {
      const answer = await fetch(`${url}/console/assets/${gone}`);
      expect([gone, answer.status < 500 && answer.status >= 400]).toEqual([gone, true]);
      expect(await answer.text()).not.toContain('<html');
    }
  });

  const inTab = 'are those of the new version in a tab that was open, after one reload';
  it.skipIf(noBrowser)(noBrowser ? `${inTab} (skipped: ${noBrowser})` : inTab, async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      let loads = 0;
      page.on('load', () => loads++);
      await page.goto(`${url}/#/nowhere`);
      const menu = page.getByRole('navigation', { name: 'Pages' });
      await menu.waitFor();
      update();
      await menu.getByRole('link', { name: 'Chat', exact: true }).click();
      await page.getByText('Ada').first().waitFor();
      expect(loads).toBe(2);
    } finally {
      await browser.close();
    }
  });
});
