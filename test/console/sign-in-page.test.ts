/** Nobody signs in as somebody else unknowingly: the page says whose link it is, and who wrote that name. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signInPage } from '../../src/console/sign-in-page.js';
import type { Hub } from '../../src/hub.js';
import { Platform } from '../hub/platform.js';
import { ConsoleBrowser, codeOf } from '../support/console.js';
import { Home } from '../support/hub.js';

const home = new Home();
const platform = new Platform();
let hub: Hub;
beforeAll(async () => {
  home.character('assistant', { name: 'Ada', bio: '.', connectors: { telegram: { dm: 'open' } } });
  hub = await home.hub({ connectors: [platform] });
});
afterAll(() => home.dispose());

const open = async (link: string) =>
  (await new ConsoleBrowser(hub.url).get(`/console/sign-in?code=${codeOf(link)}`)).body as string;

it('names whoever asked for the link in a chat, and where, so that a link of somebody else is seen to be one', async () => {
  const link = /https?:\S+/.exec((await platform.command('mallory', 'console'))!)![0];
  const page = await open(link);
  expect(page).toContain('telegram:mallory');
  expect(page).toMatch(/on <bdi>telegram<\/bdi>, in a chat with the agent <bdi>Ada<\/bdi>/);
  expect(page).toContain('<button>Sign in</button>');
  // To look at it uses nothing up.
  expect((await new ConsoleBrowser(hub.url).signIn(link)).status).toBe(200);
  const over = await open(link);
  expect(over).toContain('not good any more');
  expect(over).not.toMatch(/mallory|<form/);
});

it('says of an owner’s link that it may do everything, and where it was made', async () => {
  const page = await open(await hub.signInLink());
  expect(page).toContain('the owner of this hub');
  expect(page).toMatch(/carrier console/);
});

it('shows names as they are: neither as markup nor turned around', () => {
  const account = { connector: 'telegram', tenant: 'default', userId: '"><script>alert(1)</script>' };
  const name = '\u202E<img src=x onerror=alert(2)>\u2066 & Co';
  const page = signInPage({
    code: 'a'.repeat(43),
    whom: { kind: 'person', account, agentId: 'assistant', name },
    agentName: '<b>Ada</b>',
  });
  expect(page).not.toMatch(/<script>alert|<img|<b>Ada|[\u202E\u2066]/);
  expect(page).toContain('&lt;img src=x onerror=alert(2)&gt; &amp; Co');
  expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('&lt;b&gt;Ada&lt;/b&gt;');
});
