/** Sources of two agents against each other: nobody posts to another's, nor speaks as its people. */
import { afterEach, expect, it } from 'vitest';
import { webhookConnector } from '../../../connectors/webhook/connector.js';
import { WebhookSource } from '../../../connectors/webhook/source.js';
import type { Carrier } from '../../../src/carrier.js';
import { startHttpServer } from '../../../src/http/server.js';
import { all } from '../../../src/store/paging.js';
import { FakeHost } from '../../../src/testing/host.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';
import { github, post } from './senders.js';

let end = async () => {};
afterEach(() => end());

const sourceOf = (secret: string) =>
  WebhookSource.parse({
    ...{ signature: 'github', secret, text: '{comment.body}' },
    ...{ author: { id: '{sender.login}' }, room: '{room}' },
  });
const agents = {
  assistant: { issues: sourceOf('one'), builds: sourceOf('three') },
  other: { deploys: sourceOf('two') },
};
const event = (body: string) => ({ comment: { body }, sender: { login: 'octocat' }, room: 'boat' });

async function open() {
  const home = new Home();
  for (const id of ['assistant', 'other']) home.character(id, { name: 'Ada', bio: '.', plugins: [] });
  const connector = webhookConnector({ agents, maxBodyBytes: 1e5 });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  const carrier: Carrier = await home.carrier({ connectors: [connector], model });
  const server = await startHttpServer({
    config: { host: '127.0.0.1', port: 0 },
    connectors: () => carrier.connectors(),
    tokens: carrier.tokens.known,
    ready: () => carrier.ready(),
    metrics: () => carrier.metrics(),
    operations: carrier.operations,
    log: { error: () => {}, warn: () => {} },
  });
  end = async () => {
    await server.close(100);
    await home.dispose();
  };
  return { carrier, to: (path: string) => `${server.url}/webhooks/${path}` };
}

it('[security.10] has each its own people, whatever it calls them', async () => {
  const { carrier, to } = await open();
  const { operations, store } = carrier;
  for (const [path, secret] of [
    ['assistant/issues', 'one'],
    ['assistant/builds', 'three'],
    ['other/deploys', 'two'],
  ] as const)
    expect((await post(to(path), github('x', 'd1', event(`by ${path}`), secret))).status).toBe(202);
  const said = async () =>
    (
      await Promise.all(
        (
          await all((page) => store.memories.rooms(page))
        ).map(({ roomId }) => all((page) => store.memories.history(roomId, page))),
      )
    )
      .flat()
      .filter(({ role }) => role === 'user');
  const tenants = (await said()).map(({ source }) => source.tenant);
  // The same delivery, room and author thrice, and nothing of it is taken for another's.
  expect(tenants.sort()).toEqual(['builds', 'deploys', 'issues']);
  const whom = { connector: 'webhook', tenant: 'issues', userId: 'octocat' };
  await operations!.call('people.forget', whom, { kind: 'system' });
  expect((await said()).map(({ content }) => content.text).sort()).toEqual([
    ...['by assistant/builds', 'by other/deploys'],
  ]);
});

it('[security.10] takes no post that another source has signed, and names no agents to whoever signs nothing', async () => {
  const { carrier, to } = await open();
  const post1 = (path: string, secret: string) => post(to(path), github('x', 'd2', event('hello'), secret));
  for (const [path, secret] of [
    ['assistant/issues', 'two'],
    ['assistant/issues', 'three'],
    ['other/deploys', 'one'],
  ] as const)
    expect((await post1(path, secret)).status).toBe(401);
  // A source of another agent is none of this one's.
  for (const path of ['other/issues', 'assistant/deploys', 'nobody/issues'])
    expect((await post1(path, 'one')).body).toEqual((await post1('assistant/none', 'one')).body);
  expect((await carrier.store.memories.rooms({ limit: 10 })).items).toEqual([]);
});

it('says at the start where two agents have sources of one name and different secrets', async () => {
  for (const [agents, warned] of [
    [{ one: { issues: sourceOf('a') }, two: { issues: sourceOf('b') } }, 1],
    [{ one: { issues: sourceOf('a') }, two: { issues: sourceOf('a'), builds: sourceOf('b') } }, 0],
  ] as const) {
    const host = new FakeHost();
    await webhookConnector({ agents, maxBodyBytes: 10 }).start(host);
    expect(host.logged.filter(({ level }) => level === 'warn')).toHaveLength(warned);
  }
});
