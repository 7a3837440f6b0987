/** Conversations of people who sign in by `/console`: as many as they like, each theirs alone, and their answers to rate. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpConnector } from '../../connectors/http/connector.js';
import { userOfRoom } from '../../src/connector/kit/token-access.js';
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
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [], connectors: { telegram: { dm: 'open' } } },
  });
  const http = httpConnector({
    ...{ maxBodyBytes: 1e5, maxFileBytes: 1e5, maxFiles: 2, maxBacklog: 100, maxUploadingBytes: 1e6 },
    ...{ replyTimeoutMs: 20_000, callbackAllowPrivate: false, callbackSecret: 's'.repeat(16) },
  });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  hub = await home.hub({ connectors: [platform, http], model });
});
afterAll(() => home.dispose());

async function signedIn(user: string): Promise<ConsoleBrowser> {
  const said = (await platform.command(user, 'console')) ?? '';
  const browser = new ConsoleBrowser(hub.url);
  await browser.signIn(/https?:\S+/.exec(said)![0]);
  return browser;
}

const further = (user: string, name: string) => {
  const id = `console:telegram:${user}`;
  return `own:${id.length}:${id}:${name}`;
};
const listed = async (browser: ConsoleBrowser, more = '') =>
  (await browser.get(`/rooms/own?agentId=assistant${more}`)).body.rooms;

it('are direct, as many as they like, and called by the first words that were said there', async () => {
  const ann = await signedIn('ann');
  expect(await listed(ann)).toEqual([]);
  const say = (text: string, roomId?: string) =>
    ann.post('/assistant/message', { text, ...(roomId && { roomId }) });
  await say('hello there');
  await say('Plan my\n trip to Rome\u202e, please', further('ann', 'trip'));
  await say('and the hotel', further('ann', 'trip'));
  const [trip, first] = await listed(ann);
  expect(trip).toMatchObject({
    channel: further('ann', 'trip'),
    messages: 4,
    title: 'Plan my trip to Rome, please',
  });
  expect(first).toMatchObject({ channel: 'user:console:telegram:ann', title: 'hello there' });
  const path = `/assistant/rooms/${encodeURIComponent(further('ann', 'trip'))}/messages`;
  expect((await ann.get(path)).body.messages).toHaveLength(4);
  // For whoever may read all rooms.
  const { rooms } = (await ask(hub.url, hub.token.secret, ['GET', '/rooms'])).body;
  expect(rooms).toMatchObject([
    { direct: true, title: 'Plan my trip to Rome, please' },
    { title: 'hello there' },
  ]);
  const long = `${'word '.repeat(40)}end`;
  await say(long, further('ann', 'long'));
  const [{ title }] = await listed(ann);
  expect(title).toMatch(/^word( word)+…$/);
  expect(title.length).toBeLessThanOrEqual(61);
  await say(`my password is Gurke7!x, ${'🎉'.repeat(33)}`, further('ann', 'secret'));
  const [{ title: discreet }] = await listed(ann);
  expect(discreet).toBe(`my password is [not kept], ${'🎉'.repeat(33)}`);
});

it('are nobody else’s, whatever they are called', async () => {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const room = further('ann', 'secret');
  await ann.post('/assistant/message', { text: 'the secret of ann', roomId: room });
  const { token } = await issue(hub.url, hub.token.secret, { name: 'shop', role: 'member' });
  const path = `/assistant/rooms/${encodeURIComponent(room)}/messages`;
  expect((await bob.get(path)).status).toBe(404);
  expect((await bob.post('/assistant/message', { text: 'x', roomId: room })).status).toBe(403);
  expect((await bob.get('/rooms/own?agentId=assistant&userId=console:telegram:ann')).status).toBe(403);
  expect(JSON.stringify(await listed(bob))).not.toContain('secret of ann');
  for (const path of [
    '/rooms/own?agentId=assistant&userId=console:telegram:ann',
    `/rooms/own?agentId=assistant`,
  ]) {
    const { status, body } = await ask(hub.url, token, ['GET', path]);
    expect([path, status >= 400, JSON.stringify(body).includes('secret')]).toEqual([path, true, false]);
  }
  expect((await ask(hub.url, token, ['GET', path])).status).toBe(404);
  // The length keeps an id and a name apart.
  expect(userOfRoom('own:5:alice:x')).toBe('alice');
  expect(userOfRoom('own:7:alice:x:y')).toBe('alice:x');
  for (const odd of ['own:5:alice', 'own:5:alice:', 'own:4:alice:x', 'own:05:alice:x', 'own:x:y'])
    expect([odd, userOfRoom(odd)]).toEqual([odd, undefined]);
});

it('are told of over the live stream, to whose they are alone', async () => {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  await ann.post('/assistant/message', { text: 'first', roomId: further('ann', 'live') });
  const [{ roomId }] = await listed(ann);
  const mine = await LiveReader.open(ann, { rooms: [roomId] });
  const theirs = await LiveReader.open(bob, { rooms: [roomId] });
  await until(() => mine.cursor !== undefined && theirs.cursor !== undefined);
  await ann.post('/assistant/message', { text: 'second', roomId: further('ann', 'live') });
  await until(() => mine.of('turn.ended').length > 0 && mine.turns('reply').length > 0);
  expect(theirs.seen.filter(({ data }) => data.roomId === roomId)).toEqual([]);
  mine.close();
  theirs.close();
});

it('have answers that they may rate, and nobody else’s', async () => {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const sent = await ann.post('/assistant/message', { text: 'rate me', roomId: further('ann', 'rate') });
  const { turnId } = sent.body;
  expect((await ann.get('/console/me')).body.permissions).toHaveProperty(['turns.rate']);
  expect((await ann.post(`/turns/${turnId}/rate`, { rating: 5 })).status).toBe(200);
  expect((await bob.post(`/turns/${turnId}/rate`, { rating: 1 })).status).not.toBe(200);
  expect((await ann.post('/turns/turn_x/rate', { rating: 1 })).status).not.toBe(200);
});
