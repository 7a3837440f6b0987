/** Two accounts of one person that have both signed in to the console: they can be linked, and stay signed in. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { Platform } from '../hub/platform.js';
import { ConsoleBrowser } from '../support/console.js';
import { Home } from '../support/hub.js';
import { ask } from '../support/tokens.js';
import { until } from '../support/until.js';

const home = new Home();
const [telegram, signal] = [new Platform(), new Platform('signal')];
let hub: Hub;
beforeAll(async () => {
  const open = { dm: 'open' };
  home.character('assistant', { name: 'Ada', bio: '.', connectors: { telegram: open, signal: open } });
  hub = await home.hub({ connectors: [telegram, signal] });
});
afterAll(() => home.dispose());

async function signedIn(platform: Platform): Promise<ConsoleBrowser> {
  const browser = new ConsoleBrowser(hub.url);
  const link = /https?:\S+/.exec((await platform.command('ann', 'console'))!)![0];
  expect((await browser.signIn(link)).status).toBe(200);
  return browser;
}
const me = async (browser: ConsoleBrowser) => (await browser.get('/console/me')).body;

it('are linked by a code, have each other’s roles then, and are apart again after /unlink', async () => {
  const [one, other] = [await signedIn(telegram), await signedIn(signal)];
  const role = { role: 'operator', account: 'signal:ann', agentId: 'assistant' };
  expect((await ask(hub.url, hub.token.secret, ['POST', '/roles/give'], role)).status).toBe(200);
  await until(async () => (await me(other)).role === 'operator');
  expect((await me(one)).role).toBe('member');
  const [code] = /[A-Z0-9]{4,}-?[A-Z0-9]*/.exec((await telegram.command('ann', 'link'))!)!;
  expect(await signal.command('ann', 'link', code)).toMatch(/^The code is right/);
  expect(await telegram.command('ann', 'link', 'yes')).toMatch(/linked now: one person/);
  await until(async () => (await me(one)).role === 'operator');
  expect(await me(one)).toMatchObject({ name: 'telegram:ann', user: 'console:telegram:ann' });
  expect(await telegram.command('ann', 'unlink')).toMatch(/by itself again/);
  // It was one person with the account that the session is for, and so that is over.
  await until(async () => (await one.get('/console/me')).status === 401);
  expect((await me(other)).role).toBe('operator');
  expect((await me(await signedIn(telegram))).role).toBe('member');
});
