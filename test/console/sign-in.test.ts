/** Signing in by a link, as browsers and those who fetch links before them do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { ConsoleBrowser, codeOf, ownersBrowser } from '../support/console.js';
import { Home } from '../support/hub.js';
import { ask, issue } from '../support/tokens.js';
import { until } from '../support/until.js';

const home = new Home();
let hub: Hub;
beforeAll(async () => {
  hub = await home.hub({}, { CARRIER_RATE_WRONG_TOKENS: '30' });
});
afterAll(() => home.dispose());

describe('a sign-in link', () => {
  it('[seen.20] is not used up by whoever only looks at it, and signs in one browser once', async () => {
    const link = await hub.signInLink();
    const bot = new ConsoleBrowser(hub.url);
    const path = `/console/sign-in?code=${codeOf(link)}`;
    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status, headers } = await bot.ask(method, path);
      expect([status, headers.get('set-cookie')]).toEqual([200, null]);
    }
    expect((await bot.get('/console/me')).status).toBe(401);
    const browser = new ConsoleBrowser(hub.url);
    expect((await browser.signIn(link)).status).toBe(200);
    expect((await browser.get('/console/me')).body).toMatchObject({ name: 'console', role: 'owner' });
    const second = await bot.signIn(link);
    expect([second.status, second.headers.get('set-cookie')]).toEqual([401, null]);
    expect(second.body.error.message).toMatch(/not good any more/);
  });

  it('[seen.20] pressed in two browsers at once signs in one of them', async () => {
    const link = await hub.signInLink();
    const browsers = Array.from({ length: 5 }, () => new ConsoleBrowser(hub.url));
    const answers = await Promise.all(browsers.map((browser) => browser.signIn(link)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
  });

  it('[seen.20] gives its code to no address, no referrer and no cache', async () => {
    const link = await hub.signInLink();
    const page = await new ConsoleBrowser(hub.url).get(`/console/sign-in?code=${codeOf(link)}`);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/);
    expect(page.body).not.toMatch(/<script>|<style>|style="|onclick/);
    const script = await new ConsoleBrowser(hub.url).get('/console/sign-in.js');
    expect(script.body).toContain("history.replaceState(null, '', 'sign-in')");
    // What is no code is in no page.
    const hostile = await new ConsoleBrowser(hub.url).get(
      `/console/sign-in?code=${encodeURIComponent('"><script>alert(1)</script>')}`,
    );
    expect([hostile.status, hostile.body.includes('alert(1)')]).toEqual([200, false]);
  });

  it('sends a browser without scripts on to the console, wherever it lies', async () => {
    const code = codeOf(await hub.signInLink());
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    const response = await fetch(`${hub.url}/console/sign-in`, {
      ...{ method: 'POST', redirect: 'manual', body: `code=${code}` },
      // What browsers send of a page that names no referrer.
      headers: { ...form, origin: 'null' },
    });
    expect([response.status, response.headers.get('location')]).toEqual([303, '../']);
    expect(response.headers.get('set-cookie')).toMatch(
      /^carrier_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
  });

  it('is pressed on a page of the hub alone: nobody is signed in as somebody else by another site', async () => {
    const link = await hub.signInLink();
    const browser = new ConsoleBrowser(hub.url);
    const wrong: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: `${hub.url}.evil.example` },
      { origin: hub.url.replace(/\d+$/, '1') },
    ];
    for (const headers of wrong) {
      const { status } = await browser.post('/console/sign-in', { code: codeOf(link) }, headers);
      expect([headers, status]).toEqual([headers, 403]);
    }
    expect((await browser.signIn(link)).status).toBe(200);
  });

  it('is asked for with the own token of the hub alone, and is no way up for issued ones', async () => {
    const admin = hub.token.secret;
    const { status, body } = await ask(hub.url, admin, ['POST', '/console/links']);
    expect([status, body.onlyHere]).toEqual([200, true]);
    expect(new URL(body.url).origin).toBe(hub.url);
    expect((await new ConsoleBrowser(hub.url).signIn(body.url)).status).toBe(200);
    for (const wanted of [
      { role: 'admin' },
      { role: 'owner' },
      { role: 'owner', scopes: ['console.link'] },
      { role: 'owner', agents: ['assistant'] },
      { role: 'owner', tenant: 'acme' },
    ]) {
      const { token } = await issue(hub.url, admin, { name: JSON.stringify(wanted), ...wanted });
      expect((await ask(hub.url, token, ['POST', '/console/links'])).status).toBe(403);
    }
  });
});

describe('a session', () => {
  it('[seen.21] comes along where a link leads to the console: its cookie is Lax, not Strict', async () => {
    const browser = new ConsoleBrowser(hub.url);
    const { headers } = await browser.signIn(await hub.signInLink());
    expect(headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax$/);
    // A navigation from elsewhere, as a mail program's.
    const { status } = await browser.get('/console/me', { 'sec-fetch-site': 'cross-site' });
    expect(status).toBe(200);
  });

  it('[seen.21] changes nothing that another origin asks for', async () => {
    const browser = await ownersBrowser(hub);
    const post = (headers: Record<string, string>) => browser.post('/tokens', { name: 'forged' }, headers);
    for (const origin of ['https://evil.example', 'null', hub.url.replace('127.0.0.1', 'localhost')])
      expect((await post({ origin })).status).toBe(403);
    const bare = await fetch(`${hub.url}/console/sign-out`, {
      ...{ method: 'POST', body: '{}' },
      headers: { cookie: browser.cookie!, 'content-type': 'application/json' },
    });
    expect(bare.status).toBe(403);
    expect(JSON.stringify((await browser.get('/tokens')).body)).not.toContain('forged');
    expect(await post({})).toMatchObject({ status: 200 });
  });

  it('is never used where a token is named', async () => {
    const browser = await ownersBrowser(hub);
    for (const authorization of ['Bearer carrier_wrong', 'Bearer', 'Basic x'])
      expect((await browser.get('/agents', { authorization })).status).toBe(401);
    const secret = browser.cookie!.split('=')[1];
    const asToken = await new ConsoleBrowser(hub.url).get('/agents', { authorization: `Bearer ${secret}` });
    expect(asToken.status).toBe(401);
  });

  it('lies in the store without its secret, and so does a link', async () => {
    const link = await hub.signInLink();
    const browser = new ConsoleBrowser(hub.url);
    const open = await hub.signInLink();
    await browser.signIn(link);
    const { readdirSync, readFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const files = readdirSync(join(home.folder, 'data'), { recursive: true, withFileTypes: true });
    const { hash } = await import('node:crypto');
    const bytes = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
    // Where they would be.
    expect(bytes.some((text) => text.includes(hash('sha256', codeOf(open))))).toBe(true);
    for (const secret of [browser.cookie!.split('=')[1]!, codeOf(open), codeOf(link)])
      expect(bytes.some((text) => text.includes(secret))).toBe(false);
  });

  it('ends where it is signed out, and wherever an owner ends it', async () => {
    const [one, other] = [await ownersBrowser(hub), await ownersBrowser(hub)];
    expect((await one.post('/console/sign-out')).headers.get('set-cookie')).toMatch(
      /^carrier_session=; .*Max-Age=0/,
    );
    const stale = new ConsoleBrowser(hub.url);
    stale.cookie = other.cookie;
    const { sessions } = (await other.get('/console/sessions')).body;
    expect(sessions[0]).toMatchObject({ account: null, id: expect.stringMatching(/^session_/) });
    for (const { id } of sessions)
      await ask(hub.url, hub.token.secret, ['DELETE', `/console/sessions/${id}`]);
    await until(async () => (await stale.get('/console/me')).status === 401, 1500);
  });

  it('counts wrong codes as wrong tokens', async () => {
    const wrong = () => new ConsoleBrowser(hub.url).post('/console/sign-in', { code: 'x'.repeat(43) });
    const answers = await Promise.all(Array.from({ length: 40 }, wrong));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    expect((await ownersBrowser(hub)).cookie).toBeDefined();
  });
});
