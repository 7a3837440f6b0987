/** People who sign in by `/console`: what they are elsewhere, they are here, and no more. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpConnector } from '../../connectors/http/connector.js';
import { roomIdOf } from '../../src/core/memory.js';
import type { Hub } from '../../src/hub.js';
import { Platform } from '../hub/platform.js';
import { ConsoleBrowser } from '../support/console.js';
import { Home } from '../support/hub.js';
import { LiveReader } from '../support/live-reader.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { ask, issue } from '../support/tokens.js';
import { until } from '../support/until.js';

const home = new Home();
const platform = new Platform();
let hub: Hub;
beforeAll(async () => {
  for (const id of ['assistant', 'other'])
    home.character(id, { name: 'Ada', bio: '.', plugins: [], connectors: { telegram: { dm: 'open' } } });
  const limits = {
    maxBodyBytes: 1e5,
    maxFileBytes: 1e5,
    maxFiles: 2,
    maxBacklog: 100,
    maxUploadingBytes: 1e6,
  };
  const http = httpConnector({
    ...{ ...limits, replyTimeoutMs: 20_000, callbackAllowPrivate: false, callbackSecret: 's'.repeat(16) },
  });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  hub = await home.hub({ connectors: [platform, new Platform('telegram', 'other'), http], model });
});
afterAll(() => home.dispose());

const admin = (method: string, path: string, body?: object) =>
  ask(hub.url, hub.token.secret, [method, path], body);
const roomOf = (userId: string, agentId = 'assistant') =>
  roomIdOf(agentId, { connector: 'http', tenant: 'default', channel: `user:console:telegram:${userId}` });

async function signedIn(user: string): Promise<ConsoleBrowser> {
  const said = (await platform.command(user, 'console')) ?? '';
  const browser = new ConsoleBrowser(hub.url);
  const answer = await browser.signIn(/https?:\S+/.exec(said)![0]);
  expect(answer.status).toBe(200);
  return browser;
}

const give = (user: string, role: string, more: object) =>
  admin('POST', '/roles/give', { role, account: `telegram:${user}`, ...more });
const take = (user: string, more: object) =>
  admin('POST', '/roles/take', { account: `telegram:${user}`, ...more });

it('is spoken for, and read, by nobody else: not by a token that may name its users, nor by one that is issued for them', async () => {
  const { token } = await issue(hub.url, hub.token.secret, { name: 'shop', role: 'member' });
  const say = (key: string, userId: string) =>
    ask(hub.url, key, ['POST', '/assistant/message'], { text: 'what do you know of me?', userId });
  // Nobody has signed in from there yet, or nobody needs to: what was said before would be read as theirs.
  for (const name of ['console', 'console:telegram:zoe'])
    for (const key of [token, hub.token.secret]) {
      const refused = await say(key, name);
      expect([name, refused.status, refused.body.error.field]).toEqual([name, 403, 'userId']);
    }
  expect((await say(token, 'telegram:zoe')).status).toBe(200);
  const zoe = await signedIn('zoe');
  await zoe.post('/assistant/message', { text: 'the secret of zoe' });
  // Nor by the owner, who reads it as operators do.
  const owner = new ConsoleBrowser(hub.url);
  await owner.signIn(await hub.signInLink());
  const own = `own:20:console:telegram:zoe:x`;
  for (const more of [{}, { roomId: own }, { roomId: 'lounge' }]) {
    const spoken = { text: 'I never said this', userId: 'console:telegram:zoe', ...more };
    const refused = await owner.post('/assistant/message', spoken);
    expect([refused.status, refused.body.error?.field]).toEqual([403, 'userId']);
  }
  expect((await owner.post('/assistant/message', { text: 'hello', userId: 'console' })).status).toBe(200);
  const read = await ask(hub.url, token, ['GET', '/assistant/rooms/user:console:telegram:zoe/messages']);
  expect(JSON.stringify(read.body)).not.toContain('secret of zoe');
  const issued = await admin('POST', '/tokens', { name: 'x', user: 'console:telegram:zoe' });
  expect([issued.status, issued.body.error.field]).toEqual([422, 'user']);
});

it('is watched by nobody else: a token has no rooms of its own at the live stream', async () => {
  const scopes = { name: 'cap', agents: ['other'], scopes: ['messages.send'] };
  const { token } = await issue(hub.url, hub.token.secret, scopes);
  const room = roomIdOf('assistant', { connector: 'http', tenant: 'default', channel: 'user:console' });
  const ending = new AbortController();
  const stream = await fetch(`${hub.url}/console/live?room=${room}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: ending.signal,
  });
  let told = '';
  const reading = (async () => {
    for await (const bytes of stream.body!) told += Buffer.from(bytes).toString();
  })().catch(() => {});
  const owner = new ConsoleBrowser(hub.url);
  await owner.signIn(await hub.signInLink());
  await until(() => told.includes('event: ready') || stream.status !== 200);
  const answer = await owner.post('/assistant/message', { text: 'for the owner alone', userId: 'console' });
  expect(answer.status).toBe(200);
  // Whoever may see it has been told by the time that another stream was.
  const other = await fetch(`${hub.url}/console/live`, {
    headers: { authorization: `Bearer ${hub.token.secret}` },
  });
  await other.body!.cancel();
  ending.abort();
  await reading;
  expect(told).not.toMatch(/owner alone|message\.stored|turn\.started/);
});

it('signs in whoever has no role as themselves: they chat, and see what is theirs alone', async () => {
  await platform.dm('bob', 'the secret of bob');
  await until(() => platform.shown.length > 0);
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const me = (await ann.get('/console/me')).body;
  expect(me).toMatchObject({ name: 'telegram:ann', user: 'console:telegram:ann', role: 'member' });
  // With another agent she has had nothing to do.
  expect(me.agents.map(({ id }: { id: string }) => id)).toEqual(['assistant']);
  expect(Object.keys(me.permissions)).toEqual(
    expect.arrayContaining(['messages.send', 'turns.stop', 'facts.read']),
  );
  for (const denied of ['rooms.read', 'agents.read', 'audit.read', 'tokens.issue', 'console.link'])
    expect(me.permissions).not.toHaveProperty([denied]);
  const say = (browser: ConsoleBrowser, body: object, agent = 'assistant') =>
    browser.post(`/${agent}/message`, { text: 'hello', ...body });
  expect((await say(ann, {})).body.reply.text).toBe('echo hello');
  for (const [body, agent] of [
    [{ userId: 'console:telegram:bob' }, 'assistant'],
    [{ userId: 'console' }, 'assistant'],
    [{ roomId: 'lounge' }, 'assistant'],
    [{ roomId: 'user:console:telegram:bob' }, 'assistant'],
  ] as const)
    expect([body, (await say(ann, body, agent)).status]).toEqual([body, 403]);
  // Whether there is such an agent is not told.
  for (const agent of ['other', 'nobody']) expect((await say(ann, {}, agent)).status).toBe(403);
  await say(bob, { text: 'more of bob' });
  expect((await ann.get('/assistant/rooms/user:console:telegram:ann/messages')).body.messages).toHaveLength(
    2,
  );
  expect((await ann.get('/assistant/rooms/user:console:telegram:bob/messages')).status).toBe(404);
  for (const path of [
    '/rooms',
    '/turns',
    '/agents',
    '/tokens',
    '/audit',
    '/people?account=telegram:bob',
    '/events',
  ])
    expect([path, (await ann.get(path)).status]).toEqual([path, 403]);
  // Nothing runs, and that is theirs to ask; of bob's room there is nothing to say.
  expect((await ann.post(`/rooms/${roomOf('ann')}/stop`)).status).toBe(200);
  expect((await ann.post(`/rooms/${roomOf('bob')}/stop`)).status).not.toBe(200);
  const facts = (user: string) =>
    ann.get(`/facts?agentId=assistant&connector=http&tenant=default&userId=console:telegram:${user}`);
  expect([(await facts('ann')).status, (await facts('bob')).status]).toEqual([200, 403]);
});

it('tells over the live stream what is their own alone', async () => {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const reader = await LiveReader.open(ann, { rooms: [roomOf('ann'), roomOf('bob')] });
  await until(() => reader.cursor !== undefined);
  await bob.post('/assistant/message', { text: 'of bob' });
  await ann.post('/assistant/message', { text: 'of ann' });
  await until(() => reader.of('turn.ended').length > 0 && reader.turns('reply').length > 0);
  const rooms = new Set(reader.seen.flatMap(({ data }) => data.roomId ?? []));
  expect([...rooms]).toEqual([roomOf('ann')]);
  reader.close();
});

it('has the roles of the person, and loses them within a second, streams included', async () => {
  const eve = await signedIn('eve');
  expect((await eve.get('/rooms')).status).toBe(403);
  await give('eve', 'operator', { agentId: 'assistant' });
  await until(async () => (await eve.get('/rooms')).status === 200, 1500);
  const me = (await eve.get('/console/me')).body;
  expect(me).toMatchObject({ user: 'console:telegram:eve', role: 'operator' });
  // Of this agent, and no other; and she writes as nobody else.
  expect((await eve.get('/agents')).body.agents.map(({ id }: { id: string }) => id)).toEqual(['assistant']);
  expect((await eve.get('/agents/other')).status).toBe(404);
  const asBob = { text: 'x', userId: 'console:telegram:bob' };
  expect((await eve.post('/assistant/message', asBob)).status).toBe(403);
  expect((await eve.post('/tokens', { name: 'mine', role: 'operator' })).status).toBe(403);
  const raised = { role: 'admin', account: 'telegram:eve', agentId: 'assistant' };
  expect((await eve.post('/roles/give', raised)).status).toBe(403);
  const reader = await LiveReader.open(eve);
  await until(() => reader.cursor !== undefined);
  await take('eve', { agentId: 'assistant' });
  await until(() => reader.ended, 2000);
  await until(async () => (await eve.get('/rooms')).status === 403, 1500);
  expect((await eve.get('/console/me')).status).toBe(200);
  const rows = (await admin('GET', '/audit?operation=agents.list&limit=5')).body.rows ?? [];
  expect(JSON.stringify(rows)).toContain('telegram:eve');
});

it('[seen.20] gives a link in direct chats alone, and to nobody of whom it is not known who they are', async () => {
  await platform.say('carl', '/console', { addressed: true } as never);
  await until(() => platform.shown.some(({ text }) => /write to me directly/.test(text)));
  const http = await admin('POST', '/assistant/message', { text: '/console', userId: 'telegram:ann' });
  expect(JSON.stringify(http.body)).not.toContain('sign-in?code');
});

it('is heard no more than on the platform: who is denied there is nobody here, and rates are those of there', async () => {
  const max = await signedIn('max');
  expect((await max.post('/assistant/message', { text: 'hello' })).status).toBe(200);
  const answers = [];
  for (let at = 0; at < 31; at++)
    answers.push(await max.post('/assistant/message', { text: `${at}` }, { prefer: 'respond-async' }));
  expect(answers.at(-1)!.status).toBe(429);
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', deny: { users: ['max'] } } },
  });
  await until(async () => (await max.get('/console/me')).status === 401);
  expect((await max.post('/assistant/message', { text: 'hello' })).status).toBe(401);
});
