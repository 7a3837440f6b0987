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
