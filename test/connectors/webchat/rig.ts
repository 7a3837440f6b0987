/** A hub with web chats, a site that embeds them under several names, and one browser that finds them all here. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { ScriptedModel } from '../../../src/testing/script.js';
import { openBrowser } from '../../support/browser.js';
import { Home } from '../../support/hub.js';

const siteSecret = 'the-shop-signs-its-users-with-this-secret';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: as JSON gives it.
  body: any;
}

export class ChatRig {
  readonly model = new ScriptedModel();
  readonly home = new Home();
  /** Pages of the site by their paths, under whatever name. */
  readonly pages = new Map<string, string>();
  /** Headers of all its pages. */
  headers: Record<string, string> = {};
  readonly #site: Server;
  #url = '';
  browser!: Browser;

  private constructor(site: Server) {
    this.#site = site;
  }

  /** @param sections of `connectors.webchat`, by agent; called with the site's port. */
  static async open(
    sections: (port: number) => Record<string, object>,
    options: { browser?: boolean } = {},
  ): Promise<ChatRig> {
    const site = createServer((req, res) => {
      const html = rig.pages.get((req.url ?? '').split('?')[0]!);
      res.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html', ...rig.headers });
      res.end(html ?? 'none');
    });
    const rig = new ChatRig(site);
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    for (const [id, webchat] of Object.entries(sections(rig.port)))
      rig.home.character(id, { name: 'Ada', bio: 'Helps.', connectors: { webchat } });
    rig.home.secret('shop', siteSecret);
    rig.model.answer = 'Hello, visitor.';
    const hub = await rig.home.hub({ model: () => rig.model }, { WEBCHAT_SECRET_SHOP: siteSecret });
    rig.#url = hub.url;
    if (options.browser !== false)
      rig.browser = await openBrowser(['--host-resolver-rules=MAP *.example 127.0.0.1']);
    return rig;
  }

  get port(): number {
    return (this.#site.address() as AddressInfo).port;
  }

  /** The hub, under its number. */
  get url(): string {
    return this.#url;
  }

  /** The hub under a name, as sites see it. */
  get hub(): string {
    return `http://hub.example:${new URL(this.#url).port}`;
  }

  site(host = 'shop.example'): string {
    return `http://${host}:${this.port}`;
  }

  script(more = ''): string {
    return `<script src="${this.hub}/webchat/widget.js" data-agent="assistant" ${more}></script>`;
  }

  async visit(address: string, context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await this.browser.newContext())).newPage();
    await page.goto(address);
    return page;
  }

  /** Opens the widget of a page; resolves with the chat in it. */
  async openChat(page: Page): Promise<Frame> {
    await page.locator('carrier-chat button').click();
    return this.chatIn(page);
  }

  async chatIn(page: Page): Promise<Frame> {
    const handle = await page.locator('carrier-chat iframe').elementHandle();
    const frame = await handle?.contentFrame();
    if (!frame) throw new Error('The widget has no frame.');
    return frame;
  }

  async ask(agent: string, path: string, body?: object, token?: string): Promise<Answer> {
    const response = await fetch(`${this.#url}/webchat/${agent}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json().catch(() => null) };
  }

  async close(): Promise<void> {
    await this.browser?.close();
    this.model.release();
    await this.home.dispose();
    this.#site.close();
    this.#site.closeAllConnections();
  }
}

/** As the site's server does it. */
export function userToken(
  sub: string,
  { secret = siteSecret, lasts = 600, name }: { secret?: string; lasts?: number; name?: string } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...(name && { name }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuedAt(now - 60)
    .setExpirationTime(now + lasts)
    .sign(new TextEncoder().encode(secret));
}

/** Writes into the chat's composer and sends it. */
export async function say(chat: Page | Frame, text: string): Promise<void> {
  await chat.getByRole('textbox').fill(text);
  await chat.getByRole('button', { name: 'Send', exact: true }).click();
}
