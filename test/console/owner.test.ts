/** What the owner decides in the console is done: by the button, and by a command in the chat. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { writeBank } from '../support/bank.js';
import { ConsoleBrowser } from '../support/console.js';
import { Home } from '../support/hub.js';
import { until } from '../support/until.js';

const home = new Home();
const { ledger } = writeBank(home.characters);
let hub: Hub;
let owner: ConsoleBrowser;
beforeAll(async () => {
  home.character('assistant', { name: 'Ada', bio: '.', plugins: ['./bank.js'] });
  home.character('two', {
    ...{ name: 'Two', bio: '.', plugins: ['./bank.js'] },
    policy: { rules: [{ effect: 'ask', tool: 'plugin:bank:*', ask: { people: 2, fourEyes: false } }] },
  });
  hub = await home.hub();
  owner = new ConsoleBrowser(hub.url);
  await owner.signIn(await hub.signInLink());
});
afterAll(() => home.dispose());

const open = async (): Promise<{ id: string }[]> => (await owner.get('/approvals?state=open')).body.approvals;
const say = (text: string) => owner.post('/assistant/message', { text, userId: 'console' });

it.each([
  ['the button', 50, (id: string) => owner.post(`/approvals/${id}/decide`, { approve: true })],
  ['a command', 60, (id: string) => say(`/approve ${id}`)],
] as const)('a call that the owner approves by %s is made', async (_, amount, approve) => {
  await say(`wire ${amount}`);
  await until(async () => (await open()).length === 1);
  const [{ id }] = (await open()) as [{ id: string }];
  expect((await approve(id)).status).toBe(200);
  await until(() => ledger().some(({ did }) => did === `wire ${amount}`));
});

it('a second browser of the owner is no second person: what two must approve is not made', async () => {
  await owner.post('/two/message', { text: 'wire 70', userId: 'console' });
  await until(async () => (await open()).length === 1);
  const [{ id }] = (await open()) as [{ id: string }];
  const decide = (browser: ConsoleBrowser) => browser.post(`/approvals/${id}/decide`, { approve: true });
  expect((await decide(owner)).body).toMatchObject({ state: 'open', missing: 1 });
  const second = new ConsoleBrowser(hub.url);
  await second.signIn(await hub.signInLink());
  await decide(second);
  // Nor is the hub's own token.
  const url = `${hub.url}/approvals/${id}/decide`;
  const headers = { authorization: `Bearer ${hub.token.secret}`, 'content-type': 'application/json' };
  await fetch(url, { method: 'POST', headers, body: JSON.stringify({ approve: true }) });
  expect(await open()).toMatchObject([{ id, state: 'open', approvals: [{}] }]);
  expect(ledger().some(({ did }) => did === 'wire 70')).toBe(false);
});

it('a browser that signs in again is who it was no more', async () => {
  const browser = new ConsoleBrowser(hub.url);
  await browser.signIn(await hub.signInLink());
  const before = browser.cookie!;
  await browser.signIn(await hub.signInLink());
  const old = await fetch(`${hub.url}/console/me`, { headers: { cookie: before } });
  expect([old.status, (await browser.get('/console/me')).status]).toEqual([401, 200]);
  // Another hub's below another path of the host comes along, and comes first.
  const both = await fetch(`${hub.url}/console/me`, { headers: { cookie: `${before}; ${browser.cookie}` } });
  expect(both.status).toBe(200);
});

it('what is no page of it is told so, and streams have no heads', async () => {
  const paths = ['/console', '/console/', '/console/assets/gone.js'];
  const answers = await Promise.all(paths.map((path) => fetch(hub.url + path, { redirect: 'manual' })));
  expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
    [302, './'],
    [302, '../'],
    [404, null],
  ]);
  const head = await fetch(`${hub.url}/console/live`, { method: 'HEAD', headers: { cookie: owner.cookie! } });
  expect(head.status).toBe(405);
  for (const path of ['/console', '/rooms', '/webchat/x'])
    expect(() => home.config({ CARRIER_PUBLIC_URL: `https://example.org${path}` })).toThrow(
      /CARRIER_PUBLIC_URL/,
    );
});
