/** Pages of operators on a real hub, opened by people who asked for a link in a chat; and a hub that can be killed. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startTelegramServer, type TelegramServer } from '../../platforms/telegram/server.js';
import { writeBank } from '../../support/bank.js';
import { openBrowser, watch } from '../../support/browser.js';
import { Home } from '../../support/hub.js';
import { HubProcess } from '../../support/hub-process.js';
import { freePort } from '../../support/redis.js';
import { ask } from '../../support/tokens.js';
import { until } from '../../support/until.js';

type GivenRole = 'operator' | 'admin';

/** The real hub as a process, with an offline model that asks before it wires money. */
export class Stage {
  readonly home = new Home();
  readonly ledger: ReturnType<typeof writeBank>['ledger'];
  process!: HubProcess;
  telegram!: TelegramServer;
  browser!: Browser;
  url = '';
  /** What went wrong in pages without anybody seeing it. */
  readonly faults: string[] = [];

  constructor() {
    this.ledger = writeBank(this.home.characters).ledger;
  }

  /** @param definition what the file of the agent `assistant` says besides. */
  async open(definition: object = {}): Promise<void> {
    this.telegram = await startTelegramServer();
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['./bank.js'] },
      connectors: { telegram: { token: 'env:TELEGRAM_ADA', dm: 'open' } },
      ...definition,
    });
    const { url, token } = this.telegram;
    const env = {
      ...{ HOME: this.home.folder, CARRIER_PORT: String(await freePort()) },
      ...{ TELEGRAM_API_URL: url, TELEGRAM_ADA: token },
      // What the file names, its copy in the store may name, too.
      CARRIER_STORED_AGENTS_MAY: 'env,files,tool-sources',
    };
    this.process = new HubProcess(this.home.settings(env));
    [this.url, this.browser] = await Promise.all([this.process.start(), openBrowser()]);
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.process?.end('SIGKILL');
    await this.home.dispose();
    await this.telegram?.stop();
  }

  /** Somebody of this name in a browser of their own, signed in by a link that the bot gave them. */
  async page(name: string, role?: GivenRole, options: BrowserContextOptions = {}): Promise<Page> {
    const user = this.telegram.world.user(name);
    if (role) await this.ask('POST', '/roles/give', { role, account: `telegram:${user.id}` });
    const chat = this.telegram.world.dm(user);
    this.telegram.people.say(chat, user, '/console');
    const link = () => /http\S+code=\S+/.exec(this.telegram.said(chat).at(-1)?.text ?? '')?.[0];
    await until(() => link() !== undefined, 15_000);
    return this.signIn(link()!, options);
  }

  /** Presses the button behind a link. */
  async signIn(link: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const { faults } = watch(page, this.url);
    page.on('close', () => this.faults.push(...faults));
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    return page;
  }

  /** As whom the page is signed in. */
  async nameOf(page: Page): Promise<string> {
    return (await (await page.request.get(`${this.url}/console/me`)).json()).name;
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
