/** What a model was given, and what agents remember, as operators look it up. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { ask } from '../support/tokens.js';

const home = new Home();
let url: string;
let post: (path: string, body: object) => Promise<{ body: ReturnType<typeof JSON.parse> }>;
let get: (path: string) => Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>;
let say: (text: string) => Promise<string>;
let tell: (userId: string, text: string) => Promise<unknown>;
let forget: (path: string) => Promise<unknown>;
beforeAll(async () => {
  const { token, ...hub } = await home.hub();
  url = hub.url;
  post = (path, body) => ask(url, token.secret, ['POST', path], body);
  get = (path) => ask(url, token.secret, ['GET', path]);
  forget = (path) => ask(url, token.secret, ['POST', path], {});
  tell = (userId, text) => ask(url, token.secret, ['POST', '/assistant/message'], { userId, text });
  say = async (text) =>
    (await ask(url, token.secret, ['POST', '/assistant/message'], { userId: 'alice', text })).body.turnId;
});
afterAll(() => home.dispose());

it('puts together what a turn was given, and what was forgotten since is gone', async () => {
  await say('The blue heron stands in the pond.');
  const turnId = await say('What stands in the pond? My key is sk-abcdefghijklmnopqrstuvwx123456.');
  const { status, body } = await get(`/turns/${turnId}/prompt`);
  expect(status).toBe(200);
  expect(body.character).toMatchObject({ name: 'Ada' });
  expect(body.earlier[0].text).toBe('The blue heron stands in the pond.');
  expect(body.asked).toHaveLength(1);
  expect(body.asked[0].text).toContain('What stands in the pond?');
  expect(JSON.stringify(body)).not.toContain('sk-abcdefghijklmnopqrstuvwx123456');
  // It called no tools.
  expect(body.steps).toEqual([]);
  expect(body.durationMs).toBeGreaterThanOrEqual(0);
  expect((await get('/turns/none/prompt')).status).toBe(404);
});

it('has what is known of those who talk there as of now, for those who may read it, and says what is not kept', async () => {
  await say('I live in Lisbon.');
  const turnId = await say('Where do I live?');
  await expect
    .poll(async () => JSON.stringify((await get(`/turns/${turnId}/prompt`)).body.facts), { timeout: 10_000 })
    .toContain('Lisbon');
  const { body } = await get(`/turns/${turnId}/prompt`);
  expect(body.facts[0]).toMatchObject({ author: { id: 'alice' } });
  expect(body.summary).toBe(null);
  expect(body.notKept.join()).toContain("plugins' context");
  const { body: limited } = await post('/tokens', {
    name: 'turns',
    scopes: ['turns.read'],
    role: 'operator',
  });
  const seen = await ask(url, limited.token, ['GET', `/turns/${turnId}/prompt`]);
  expect([seen.status, seen.body.facts, seen.body.summary]).toEqual([200, [], null]);
});

it('finds what an agent remembers by words, of all rooms or one, or lists a room', async () => {
  const { body } = await get('/memories?agentId=assistant&query=heron');
  expect(body.memories[0]).toMatchObject({
    text: 'The blue heron stands in the pond.',
    channel: 'user:alice',
  });
  const { roomId } = body.memories[0];
  const listed = await get(`/memories?agentId=assistant&roomId=${roomId}&limit=1`);
  expect(listed.body.memories).toHaveLength(1);
  expect(listed.body.nextCursor).not.toBe(null);
  const facts = await get(`/memories?agentId=assistant&roomId=${roomId}&query=heron&kind=summary`);
  expect(facts.body.memories).toEqual([]);
  expect((await get('/memories?agentId=assistant')).status).toBe(422);
  await forget(`/rooms/${roomId}/forget`);
  expect((await get('/memories?agentId=assistant&query=heron')).body.memories).toEqual([]);
  expect((await get('/places')).body).toEqual({ places: [], requests: [] });
});

it('finds what was said in the oldest of many rooms, page by page', async () => {
  await tell('first', 'The pelican has a nest.');
  await Promise.all(Array.from({ length: 60 }, (_, at) => tell(`person${at}`, 'Good morning.')));
  const found: string[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages++) {
    const more: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await get(`/memories?agentId=assistant&query=pelican${more}`);
    found.push(...body.memories.map(({ channel }: { channel: string }) => channel));
    cursor = body.nextCursor;
  }
  expect(pages).toBeGreaterThan(1);
  expect(new Set(found)).toEqual(new Set(['user:first']));
});
