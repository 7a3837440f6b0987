/** Requests that are open when their token is revoked or expires, on a real hub. */
import { type ClientRequest, request as requestHttp } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HubRequest } from '../../src/connector/connector.js';
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { ask, issue, revoke } from '../support/tokens.js';
import { until } from '../support/until.js';

let home: Home;
let hub: Hub;
let owner: string;
let aheadMs: number;
let finish: () => void;
let polls: { req: HubRequest; ended: boolean }[];
beforeEach(async () => {
  aheadMs = 0;
  polls = [];
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', plugins: ['poll'] });
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  hub = await home.hub({
    model: () =>
      scriptedModel(async () => {
        await finished;
        return 'at last';
      }),
    plugins: [
      {
        // Long polls, which know nothing of tokens.
        name: 'poll',
        routes: {
          handler: (req, res) => {
            if (req.url === '/ready') return void res.end('{}');
            const poll = { req, ended: false };
            polls.push(poll);
            res.once('close', () => {
              poll.ended = true;
            });
            if (req.url === '/begun') res.write('so far');
          },
        },
      },
    ],
    now: () => Date.now() + aheadMs,
  });
  owner = hub.token.secret;
  await until(async () => (await ask(hub.url, owner, ['GET', '/plugins/poll/ready'])).status === 200);
});
afterEach(() => {
  finish();
  return home.dispose();
});

const message = { text: 'hello', userId: 'ann', messageId: 'm' };
const stream = (token: string) =>
  api(hub.url, token).post('assistant', message, { accept: 'text/event-stream' });
const issued = (more: object = {}) => issue(hub.url, owner, { name: 'app', ...more });

/** The last event of a stream, once it has ended. */
async function lastEvent(response: Response): Promise<unknown> {
  const events = (await response.text()).trim().split('\n\n');
  const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(events.at(-1)!) ?? [];
  return [event, JSON.parse(data!).error.code];
}

it('a stream ends with a reason, and nothing opens it again [governed.8]', async () => {
  const { token, id } = await issued();
  const response = await stream(token);
  expect(response.status).toBe(200);
  expect((await revoke(hub.url, owner, id)).status).toBe(200);
  expect(await lastEvent(response)).toEqual(['error', 'token_revoked']);
  // The same message again is how a client takes up a stream.
  const again = await stream(token);
  expect(again.status).toBe(401);
  expect(((await again.json()) as { error: { code: string } }).error.code).toBe('token_invalid');
  // What was said is answered.
  finish();
  const { reply } = await api(hub.url, owner).send('assistant', message);
  expect(reply!.text).toBe('at last');
});

it('a request that waits is answered 401', async () => {
  const { token, id } = await issued();
  const waiting = api(hub.url, token).post('assistant', message);
  await until(async () => (await api(hub.url, owner).messages('assistant', 'user:ann')).length === 1);
  await revoke(hub.url, owner, id);
  const response = await waiting;
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ messageId: 'm', error: { code: 'token_revoked' } });
});

it('what expires ends like what is revoked', async () => {
  const { token } = await issued({ expiresIn: '1h' });
  const response = await stream(token);
  aheadMs += 3_600_001;
  expect(await lastEvent(response)).toEqual(['error', 'token_revoked']);
});

it('those of other tokens go on', async () => {
  const [one, other] = [await issued(), await issue(hub.url, owner, { name: 'other' })];
  const [ends, goesOn] = [await stream(one.token), await stream(other.token)];
  await revoke(hub.url, owner, one.id);
  expect(await lastEvent(ends)).toEqual(['error', 'token_revoked']);
  finish();
  expect(await goesOn.text()).toMatch(/event: reply\n/);
});

describe('a body that comes slowly', () => {
  const upload = (
    token: string,
    path: string,
    type: string,
  ): { request: ClientRequest; status: Promise<string> } => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type, 'content-length': 100_000 };
    const request = requestHttp(hub.url + path, { method: 'POST', headers });
    const status = new Promise<string>((resolve) => {
      request.on('response', async (response) => {
        const body = Buffer.concat(await response.toArray()).toString();
        resolve(`${response.statusCode} ${JSON.parse(body).error.code}`);
      });
      request.on('error', (error) => resolve(error.message));
    });
    return { request, status };
  };

  it.each([
    ['/assistant/message', 'application/json', '{"text":'],
    [
      '/assistant/message',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nhi',
    ],
    ['/tokens', 'application/json', '{"name":'],
  ])('to %s as %s is not taken', async (path, type, begin) => {
    const { token, id } = await issued({ role: 'admin' });
    const { request, status } = upload(token, path, type);
    request.write(begin);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await revoke(hub.url, owner, id);
    expect(await status).toBe('401 token_revoked');
    request.destroy();
    expect(await api(hub.url, owner).messages('assistant', 'user:ann')).toEqual([]);
  });
});

it.each([
  ['/plugins/poll/quiet', 401],
  ['/plugins/poll/begun', 200],
])('a long poll of a plugin ends, whether it has begun to answer or not: %s', async (path, status) => {
  const { token, id } = await issued();
  const response = fetch(hub.url + path, { headers: { authorization: `Bearer ${token}` } });
  await until(() => polls.length === 1);
  expect(polls[0]!.req.revoked!.aborted).toBe(false);
  await revoke(hub.url, owner, id);
  const answered = await response;
  expect(answered.status).toBe(status);
  if (status === 200) await expect(answered.text()).rejects.toThrow();
  await until(() => polls[0]!.ended);
  expect(polls[0]!.req.revoked!.reason).toMatchObject({ code: 'token_revoked' });
});

describe('routes that do not ask what a token may', () => {
  const poll = async (token: string) => {
    const { status, body } = await ask(hub.url, token, ['GET', '/plugins/poll/none']);
    return [status, body.error.code, body.error.message];
  };

  it.each([
    ['without the scope', { scopes: ['messages.send'] }],
    ['of a guest', { role: 'guest' }],
    ['for one user', { user: 'ann' }],
    ['for some agents', { agents: ['assistant'] }],
  ])('are not there for a token %s', async (_, wanted) => {
    const { token } = await issued(wanted);
    const nowhere = await ask(hub.url, token, ['GET', '/nowhere']);
    expect(nowhere.status).toBe(404);
    expect(await poll(token)).toEqual([404, nowhere.body.error.code, nowhere.body.error.message]);
    expect(polls).toEqual([]);
  });

  it.each([
    ['a member', {}],
    ['one user, whose scopes name them', { user: 'ann', scopes: ['routes.call'] }],
    ['a tenant', { tenant: 'acme' }],
  ])('are there for a token of %s', async (_, wanted) => {
    const { token, id } = await issued(wanted);
    const response = fetch(`${hub.url}/plugins/poll/x`, { headers: { authorization: `Bearer ${token}` } });
    await until(() => polls.length === 1);
    await revoke(hub.url, owner, id);
    expect((await response).status).toBe(401);
  });
});
