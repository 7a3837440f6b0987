/** JWTs of an identity provider, on a real hub. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { IdentityProvider } from './identity-provider.js';

let home: Home;
let provider: IdentityProvider;
let url: string;
let running: { stop(): Promise<void> } | undefined;
beforeEach(async () => {
  home = new Home();
  provider = await new IdentityProvider().start();
  await start();
});
afterEach(async () => {
  running = undefined;
  await home.dispose();
  await provider.stop();
});

async function start(env: Record<string, string> = {}) {
  await running?.stop();
  const hub = await home.hub(
    { model: () => scriptedModel((request) => `echo ${lastSaid(request)}`) },
    { CARRIER_JWT_ISSUER: provider.url, ...env },
  );
  running = hub;
  url = hub.url;
}

const now = () => Math.floor(Date.now() / 1000);
const say = async (token: string, body: object = { text: 'hi', userId: 'alice' }) => {
  const response = await fetch(`${url}/assistant/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { error?: { code: string; message: string }; reply?: object };
  return { status: response.status, headers: response.headers, ...answer };
};
const unsigned = (header: object, claims: object) =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

describe('[governed.10] whom a JWT is for, and until when', () => {
  it('is said by the token, or it is refused', async () => {
    expect(await say(await provider.sign())).toMatchObject({ status: 200, reply: { text: 'echo hi' } });
    const refused: Record<string, unknown>[] = [
      ...[{ exp: undefined }, { aud: 'shop' }, { aud: undefined }, { aud: [] }, { aud: ['other', 'shop'] }],
      ...[{ sub: undefined }, { sub: '' }, { sub: 'a\u0000b' }, { iss: undefined }],
      ...[{ iss: 'http://evil.example' }, { exp: now() - 60 }],
    ];
    for (const claims of refused) {
      const { status, error, headers } = await say(await provider.sign(claims));
      expect([claims, status, error?.code]).toEqual([claims, 401, 'token_invalid']);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token", resource_metadata="/);
    }
    expect((await say(await provider.sign({ aud: ['other', 'carrier'] }))).status).toBe(200);
  });
});

describe('[governed.11] a JWT that is not what it seems', () => {
  it('is refused: no signature, the public key as a secret, times that are none, an ID token', async () => {
    const claims = { iss: provider.url, aud: 'carrier', sub: 'alice', iat: now(), exp: now() + 300 };
    const none = `${unsigned({ alg: 'none', typ: 'at+jwt' }, claims)}.`;
    const head = unsigned({ alg: 'HS256', typ: 'at+jwt', kid: 'one' }, claims);
    const mac = createHmac('sha256', await provider.publicPem())
      .update(head)
      .digest('base64url');
    const good = await provider.sign();
    const other = unsigned({ alg: 'RS256', typ: 'at+jwt', kid: 'one' }, { ...claims, sub: 'bob' });
    const tokens = {
      none,
      symmetric: `${head}.${mac}`,
      milliseconds: await provider.sign({ exp: Date.now() + 300_000 }),
      'not before': await provider.sign({ nbf: 'soon' }),
      'not yet': await provider.sign({ nbf: now() + 300 }),
      'ID token': await provider.sign({}, { header: { typ: 'JWT' } }),
      'no type': await provider.sign({}, { header: { typ: undefined } }),
      'another’s signature': `${other}.${good.split('.')[2]}`,
      'critical extension': await provider.sign({}, { header: { crit: ['x'], x: 1 } }).catch(() => none),
    };
    for (const [name, token] of Object.entries(tokens))
      expect([name, (await say(token)).status]).toEqual([name, 401]);
    expect((await say(good)).status).toBe(200);
  });

  it('without a key’s name is checked against every key of its kind', async () => {
    const [first, second] = await provider.useKeys(undefined, undefined);
    await start();
    for (const pair of [first, second])
      expect((await say(await provider.sign({}, { pair }))).status).toBe(200);
    const stranger = await new IdentityProvider().start();
    const [theirs] = await stranger.useKeys(undefined);
    expect((await say(await provider.sign({}, { pair: theirs }))).status).toBe(401);
    await stranger.stop();
  });

  it('of another kind of JWT is taken where the setting says so', async () => {
    await start({ CARRIER_JWT_TYPE: 'JWT' });
    expect((await say(await provider.sign({}, { header: { typ: 'JWT' } }))).status).toBe(200);
    expect((await say(await provider.sign())).status).toBe(401);
  });
});

describe('whoever has a JWT', () => {
  it('manages nothing, and has the rooms of their tenant alone', async () => {
    const token = await provider.sign();
    const get = (path: string) => fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    for (const path of ['/tokens', '/audit', '/rooms', '/health', '/agents'])
      expect([path, (await get(path)).status]).toEqual([path, 403]);
    await start({ CARRIER_JWT_TENANT: 'acme' });
    await say(token);
    const mine = (await (await get('/assistant/rooms/user:alice/messages')).json()) as { messages: object[] };
    expect(mine.messages).toHaveLength(2);
  });

  it('is told that the provider is away, and that it is not their fault', async () => {
    provider.failing = 503;
    await start();
    expect(await say(await provider.sign())).toMatchObject({
      status: 503,
      error: { code: 'issuer_unavailable' },
    });
    provider.failing = null;
    expect((await say(await provider.sign())).status).toBe(200);
    // The keys are kept: the provider is not asked for each request.
    provider.failing = 503;
    expect((await say(await provider.sign())).status).toBe(200);
  });

  it('may come with a key that is newer than those that are known', async () => {
    expect((await say(await provider.sign())).status).toBe(200);
    const stranger = await new IdentityProvider().start();
    const [pair] = await stranger.useKeys('never seen');
    for (let time = 0; time < 5; time++)
      expect((await say(await provider.sign({}, { pair }))).status).toBe(401);
    expect(provider.asked).toBeLessThan(3);
    await stranger.stop();
  });
});
