/** What sessions of the console rest on, over two gateways: when it is gone at one, the session has ended at both. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { ScriptedModel } from '../../src/testing/script.js';
import { userToken } from '../connectors/webchat/rig.js';
import { Platform } from '../hub/platform.js';
import { ConsoleBrowser } from '../support/console.js';
import { Home } from '../support/hub.js';
import { LiveReader } from '../support/live-reader.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { ask } from '../support/tokens.js';
import { until } from '../support/until.js';

const why = noRedis ? ` (skipped: ${noRedis})` : '';
/** As promised, in ms; a busy machine has a little more. */
const promisedMs = 1000;
const graceMs = 2000;

describe.skipIf(noRedis)(`sessions over two gateways${why}`, () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  const home = new Home();
  /** Each with connectors of its own; they share people, and nothing but the database and Redis. */
  let hubs: [Hub, Hub];
  let platforms: [Platform, Platform];
  let chats: [Hub, Hub];
  const assistant = (more: object = {}) => ({
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'pairing', operators: ['root'], ...more }, signal: { dm: 'open' } },
  });
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    home.character('assistant', assistant());
    const shared = { REDIS_URL: redis.url, ...mongo.settings('grounds') };
    platforms = [new Platform(), new Platform()];
    const start = (platform: Platform) =>
      home.hub({ connectors: [platform, new Platform('signal')], model: () => new ScriptedModel() }, shared);
    hubs = [await start(platforms[0]), await start(platforms[1])];
    const web = new Home();
    await setSecret(web, 'shop-one');
    const others = { REDIS_URL: redis.url, ...mongo.settings('grounds_web') };
    const chat = () => web.hub({ model: () => new ScriptedModel() }, others);
    chats = [await chat(), await chat()];
    disposes.push(() => web.dispose());
    setShopSecret = (name) => setSecret(web, name);
  });
  const disposes: (() => Promise<void>)[] = [];
  let setShopSecret: (name: string) => Promise<void>;
  afterAll(async () => {
    await home.dispose();
    for (const dispose of disposes) await dispose();
    await redis?.stop();
    await mongo?.stop();
  });

  async function setSecret(at: Home, name: string): Promise<void> {
    at.secret(name, secretOf(name));
    at.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { webchat: { secret: `file:${name}`, perAddress: 0 } },
    });
  }
  const secretOf = (name: string) => `${name} signs its users with thirty-two characters`;
  const owner = (method: string, path: string, body?: object) =>
    ask(hubs[0].url, hubs[0].token.secret, [method, path], body);

  /** One browser, as each of the gateways sees it, with a stream open at the other one. */
  async function signedIn(link: string, [here, there]: [Hub, Hub]) {
    const browser = new ConsoleBrowser(here.url);
    expect((await browser.signIn(link)).status).toBe(200);
    const other = new ConsoleBrowser(there.url);
    other.cookie = browser.cookie;
    await until(async () => (await other.get('/console/me')).status === 200, promisedMs + graceMs);
    const stream = await LiveReader.open(other);
    await until(() => stream.cursor !== undefined);
    return { browser, other, stream };
  }
  const linkFor = async (user: string, platform = platforms[0]) =>
    /https?:\S+/.exec((await platform.command(user, 'console')) ?? '')![0];

  async function hasEnded({ browser, other, stream }: Awaited<ReturnType<typeof signedIn>>): Promise<void> {
    await until(() => stream.ended, promisedMs + graceMs);
    for (const one of [browser, other])
      await until(async () => (await one.get('/console/me')).status === 401, promisedMs + graceMs);
  }

  /** Lets somebody in, as the owner does it who was given their code. */
  async function pair(user: string): Promise<string> {
    await platforms[0].dm(user, 'hello');
    const { requests } = (await owner('GET', '/pairings')).body;
    const { code } = requests.find(({ userId }: { userId: string }) => userId === user);
    return (await owner('POST', '/pairings/approve', { code })).body.pairing;
  }

  it('end when the pairing is revoked, and are not good again when they are let in once more', async () => {
    const pairing = await pair('ann');
    const ann = await signedIn(await linkFor('ann'), hubs);
    expect((await owner('POST', '/pairings/revoke', { pairing })).status).toBe(200);
    await hasEnded(ann);
    await pair('ann');
    const again = await signedIn(await linkFor('ann'), hubs);
    expect((await ann.browser.get('/console/me')).status).toBe(401);
    again.stream.close();
  });

  it('end when the person is denied, whatever role they have there', async () => {
    const give = { role: 'operator', account: 'telegram:dan', agentId: 'assistant' };
    expect((await owner('POST', '/roles/give', give)).status).toBe(200);
    const dan = await signedIn(await linkFor('dan'), hubs);
    expect((await dan.other.get('/rooms')).status).toBe(200);
    home.character('assistant', assistant({ deny: { users: ['dan'] } }));
    await until(() => dan.stream.ended);
    await hasEnded(dan);
    home.character('assistant', assistant());
  });

  it('end when the account is unlinked from the one in the console', async () => {
    await pair('uma');
    const uma = await signedIn(await linkFor('uma'), hubs);
    expect(await platforms[0].command('uma', 'unlink')).toMatch(/by itself again/);
    await hasEnded(uma);
    // Signing in links them anew, and nobody else's session is good by that.
    const again = await signedIn(await linkFor('uma'), hubs);
    expect((await uma.browser.get('/console/me')).status).toBe(401);
    again.stream.close();
  });

  it('have a lower role at once, in requests and in streams', async () => {
    await pair('eve');
    const give = { role: 'admin', account: 'telegram:eve', agentId: 'assistant' };
    expect((await owner('POST', '/roles/give', give)).status).toBe(200);
    const eve = await signedIn(await linkFor('eve'), hubs);
    const roleAt = async (at: ConsoleBrowser) => (await at.get('/console/me')).body.role;
    const gives = async (at: ConsoleBrowser) =>
      (await at.post('/roles/give', { ...give, account: 'telegram:zed' })).status;
    expect([await roleAt(eve.other), await gives(eve.other)]).toEqual(['admin', 200]);
    expect((await owner('POST', '/roles/give', { ...give, role: 'operator' })).status).toBe(200);
    await until(() => eve.stream.ended, promisedMs + graceMs);
    for (const at of [eve.browser, eve.other])
      await until(async () => (await roleAt(at)) === 'operator', promisedMs + graceMs);
    for (const at of [eve.browser, eve.other]) expect(await gives(at)).toBe(403);
    const lower = { account: 'telegram:eve', agentId: 'assistant' };
    expect((await owner('POST', '/roles/take', lower)).status).toBe(200);
    for (const at of [eve.browser, eve.other])
      await until(async () => (await roleAt(at)) === 'member', promisedMs + graceMs);
  });

  it('of users whom a site has signed in end with the secret of the site, and so do their links', async () => {
    const [here] = chats;
    const visitor = async (path: string, body?: object, token?: string) =>
      (await ask(here.url, token ?? '', [body ? 'POST' : 'GET', `/webchat/assistant${path}`], body)).body;
    const { token } = await visitor('/visitor', {
      user: await userToken('alice', { secret: secretOf('shop-one') }),
    });
    const linkOf = async (id: string) => {
      await visitor('/messages', { text: '/console', messageId: id }, token);
      let links: string[] = [];
      await until(async () => {
        const { messages } = await visitor('/messages', undefined, token);
        links = messages.flatMap(({ text }: { text: string }) => /https?:\S+/.exec(text) ?? []);
        return links.length >= Number(id);
      });
      return links[0]!;
    };
    const alice = await signedIn(await linkOf('1'), chats);
    const me = (await alice.other.get('/console/me')).body;
    expect(me.name).toBe('webchat/assistant:signed:alice');
    const unused = await linkOf('2');
    await setShopSecret('shop-two');
    await until(() => alice.stream.ended);
    await until(async () => (await alice.browser.get('/console/me')).status === 401);
    await until(async () => (await alice.other.get('/console/me')).status === 401);
    const late = new ConsoleBrowser(chats[1].url);
    await late.signIn(unused);
    expect((await late.get('/console/me')).status).toBe(401);
  });
});
