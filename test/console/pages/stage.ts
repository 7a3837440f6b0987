/** Pages of operators on a real hub, opened as people with tokens of their own; events reach them as they happen. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Permission, permissions } from '../../../src/access/permissions.js';
import { isAtLeast, type Role } from '../../../src/access/role.js';
import { writeBank } from '../../support/bank.js';
import { openBrowser, watch } from '../../support/browser.js';
import { Home } from '../../support/hub.js';
import { HubProcess } from '../../support/hub-process.js';
import { ask, issue } from '../../support/tokens.js';

const folder = join(import.meta.dirname, '../../../dist/web/console');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
  "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

interface Person {
  name: string;
  role: Role;
  token: string;
}

/** @param url of the hub as it is now; it may start anew elsewhere. */
async function open(
  browser: Browser,
  url: () => string,
  person: Person,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  // A worker's requests cannot be answered here.
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
  const origin = url();
  await context.route(`${origin}/**`, (route) => {
    const asked = new URL(route.request().url());
    const headers = { 'content-security-policy': policy };
    if (asked.pathname === '/') return route.fulfill({ path: join(folder, 'index.html'), headers });
    if (asked.pathname.startsWith('/console/assets/')) {
      const body = readFileSync(join(folder, asked.pathname.replace('/console/', '')));
      return route.fulfill({ body, contentType: types[asked.pathname.split('.').at(-1)!]! });
    }
    if (asked.pathname === '/console/me') return route.fulfill({ json: meOf(person) });
    const events = asked.pathname === '/console/live';
    return route.continue({
      ...(events && { url: `${origin}/events` }),
      headers: { ...withoutOrigin(route.request().headers()), authorization: `Bearer ${person.token}` },
    });
  });
  return context.newPage();
}

/** The token is asked here in the place of a session, whose pages are the hub's own. */
function withoutOrigin({ origin: _, ...headers }: Record<string, string>): Record<string, string> {
  return headers;
}

function meOf({ name, role }: Person) {
  const may = (Object.keys(permissions) as Permission[]).filter((one) =>
    isAtLeast(role, permissions[one].least),
  );
  return {
    ...{ name, role, tenant: 'default', user: name, version: '1.0.0' },
    permissions: Object.fromEntries(may.map((one) => [one, true])),
    agents: [{ id: 'assistant', name: 'Ada' }],
  };
}

/** The real hub as a process, with an offline model that asks before it wires money. */
export class Stage {
  readonly home = new Home();
  readonly ledger: ReturnType<typeof writeBank>['ledger'];
  readonly process: HubProcess;
  browser!: Browser;
  url = '';
  readonly faults: string[] = [];

  constructor(port: number) {
    this.home.character('assistant', { name: 'Ada', bio: '.', plugins: ['./bank.js'] });
    this.ledger = writeBank(this.home.characters).ledger;
    const env = { HOME: this.home.folder, CARRIER_PORT: String(port), CARRIER_MODEL: 'offline' };
    this.process = new HubProcess(this.home.settings(env));
  }

  async open(): Promise<void> {
    [this.url, this.browser] = await Promise.all([this.process.start(), openBrowser()]);
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.process.end('SIGKILL');
    await this.home.dispose();
  }

  /** In a browser of its own. */
  async page(name: string, role: Role = 'admin', options: BrowserContextOptions = {}): Promise<Page> {
    const { token } = await issue(this.url, this.process.token, {
      name,
      role,
      ...(role === 'member' && { user: name }),
    });
    const page = await open(this.browser, () => this.url, { name, role, token }, options);
    const { faults } = watch(page, this.url);
    page.on('close', () => this.faults.push(...faults));
    return page;
  }

  async go(page: Page, where: string): Promise<void> {
    await page.goto(`${this.url}/#/${where}`);
  }

  /** As the owner. */
  async ask(method: string, path: string, body?: object) {
    return (await ask(this.url, this.process.token, [method, path], body)).body;
  }

  /** The next request of the page to an address that ends so finds the hub killed; then it is started anew. */
  async killAt(page: Page, ending: string, press: () => Promise<void>): Promise<void> {
    const isIt = (url: URL) => url.pathname.endsWith(ending);
    const killed = new Promise<void>((done) => {
      void page.route(isIt, async (route) => {
        if (route.request().method() === 'GET') return route.fallback();
        await this.process.end('SIGKILL');
        await route.abort('connectionreset').catch(() => {});
        done();
      });
    });
    await press();
    await killed;
    await page.unroute(isIt);
    await page.getByText('The hub cannot be reached').first().waitFor();
    this.url = await this.process.start();
  }
}
