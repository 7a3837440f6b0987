/** Who can sign callbacks, and whose callbacks they verify [security.20]. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { ask, type Issued, issue, revoke } from '../support/tokens.js';
import { until } from '../support/until.js';

let home: Home;
let hub: Hub;
let owner: string;
let receiver: Server;
let received: { headers: IncomingHttpHeaders; body: string }[];
let status: number;
let aheadMs: number;
/** Turns end after it. */
let held: Promise<void>;
beforeEach(async () => {
  [received, status, aheadMs, held] = [[], 200, 0, Promise.resolve()];
  receiver = createServer(async (req, res) => {
    const body = Buffer.concat(await req.toArray()).toString();
    received.push({ headers: req.headers, body });
    res.writeHead(status).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
  await start();
});
afterEach(async () => {
  await home.dispose();
  receiver.closeAllConnections();
  receiver.close();
});

async function start(more: Record<string, string> = {}): Promise<void> {
  hub = await home.hub(
    {
      model: () =>
        scriptedModel(async (request) => {
          await held;
          return `re: ${lastSaid(request)}`;
        }),
      now: () => Date.now() + aheadMs,
    },
    {
      ...{ CARRIER_CALLBACK_ALLOW_PRIVATE: 'true', CARRIER_RETRY_BASE_MS: '100', CARRIER_SWEEP_MS: '100' },
      ...more,
    },
  );
  owner = hub.token.secret;
}

const post = async (token: string, text: string, more: object = {}) => {
  const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const message = { text, userId: 'ann', roomId: 'r', messageId: text, callbackUrl, ...more };
  return (await api(hub.url, token).post('assistant', message)).status;
};
/** Under which of the secrets what was received is signed. */
const signers = (secrets: Record<string, string>, { headers, body } = received.at(-1)!) =>
  Object.keys(secrets).filter((name) => {
    const signed = `${headers['x-carrier-timestamp']}.${body}`;
    return (
      headers['x-carrier-signature'] ===
      `v1=${createHmac('sha256', secrets[name]!).update(signed).digest('hex')}`
    );
  });
const secretsOf = (one: Issued, other: Issued) => ({
  hub: readFileSync(`${home.folder}/data/callback-secret`, 'utf8'),
  one: one.callbackSecret!,
  other: other.callbackSecret!,
});
const two = async () =>
  [await issue(hub.url, owner, { name: 'one' }), await issue(hub.url, owner, { name: 'other' })] as const;

describe('a callback [security.20]', () => {
  it('is signed with the secret of the token that its message came with, and with no other', async () => {
    const [one, other] = await two();
    const secrets = secretsOf(one, other);
    expect(new Set(Object.values(secrets)).size).toBe(3);
    for (const [name, token] of [
      ['one', one.token],
      ['other', other.token],
      ['hub', owner],
    ] as const) {
      const before = received.length;
      expect(await post(token, `from ${name}`)).toBe(202);
      await until(() => received.length > before);
      expect(signers(secrets)).toEqual([name]);
    }
  });

  it('of several messages that one turn answers has each its own', async () => {
    const [one, other] = await two();
    let answer = () => {};
    held = new Promise((resolve) => {
      answer = resolve;
    });
    expect(await post(owner, 'first')).toBe(202);
    for (const { token, name } of [one, other]) expect(await post(token, name)).toBe(202);
    answer();
    await until(() => received.length === 3);
    const found = received.map((call) => [
      JSON.parse(call.body).messageId,
      ...signers(secretsOf(one, other), call),
    ]);
    const turns = received.map(({ body }) => JSON.parse(body).turnId as string);
    expect(new Set(turns).size).toBe(2);
    expect(found.sort()).toEqual([
      ['first', 'hub'],
      ['one', 'one'],
      ['other', 'other'],
    ]);
  });

  it('cannot be pointed at another token’s secret by what the caller says', async () => {
    const [one, other] = await two();
    expect(await post(one.token, 'a', { metadata: { tokenId: other.id } })).toBe(202);
    await until(() => received.length === 1);
    expect(signers(secretsOf(one, other))).toEqual(['one']);
    expect(await post(one.token, 'b', { tokenId: other.id })).toBe(422);
  });

  it('goes out after a restart, and under a key that was rotated', async () => {
    const [one, other] = await two();
    status = 503;
    expect(await post(one.token, 'a')).toBe(202);
    await until(() => received.length > 0);
    await hub.stop();
    const old = readFileSync(`${home.folder}/data/secret-key`, 'utf8').trim();
    await start({ CARRIER_SECRET_KEY: 'another key of this hub', CARRIER_SECRET_KEY_OLD: old });
    const before = received.length;
    status = 200;
    await until(() => received.length > before);
    expect(signers(secretsOf(one, other))).toEqual(['one']);
  });

  const deliveries = async (state: string) =>
    (await ask(hub.url, owner, ['GET', `/deliveries?state=${state}`])).body.deliveries;

  it('still due is dropped when its token is revoked, and goes out when that has expired', async () => {
    const [one, other] = await two();
    const short = await issue(hub.url, owner, { name: 'short', expiresIn: '1h' });
    status = 503;
    expect(await post(one.token, 'a', { roomId: 'a' })).toBe(202);
    await until(() => received.length > 0);
    await revoke(hub.url, owner, one.id);
    await until(async () => (await deliveries('waiting')).length === 0);
    expect(await deliveries('dead')).toEqual([]);
    received = [];
    expect(await post(short.token, 'b', { roomId: 'b' })).toBe(202);
    await until(() => received.length > 0);
    aheadMs += 3_600_001;
    status = 200;
    await until(async () => (await deliveries('waiting')).length === 0);
    expect(signers({ ...secretsOf(one, other), short: short.callbackSecret! })).toEqual(['short']);
    // Nothing of the revoked one went out meanwhile.
    expect(new Set(received.map(({ body }) => JSON.parse(body).messageId))).toEqual(new Set(['b']));
    const memories = await api(hub.url, owner).messages('assistant', 'a');
    // It was answered all the same.
    expect(memories.map(({ text }) => text)).toEqual(['a', 're: a']);
  });

  it('waits where its secret cannot be opened', async () => {
    const [one, other] = await two();
    await hub.stop();
    const { renameSync } = await import('node:fs');
    const key = `${home.folder}/data/secret-key`;
    renameSync(key, `${key}.away`);
    await start({ CARRIER_SECRET_KEY: 'a key that sealed nothing' });
    expect(await post(one.token, 'a')).toBe(500);
    await hub.stop();
    renameSync(`${key}.away`, key);
    await start();
    expect(await post(one.token, 'a')).toBe(202);
    await until(() => received.length === 1);
    expect(signers(secretsOf(one, other))).toEqual(['one']);
  });
});
