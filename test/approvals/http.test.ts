/** Approvals over HTTP: who asks there, and who decides there. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/extension-api.js';
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

let home: Home;
let hub: Hub;
let wired: number;
const wire = defineAction({
  ...{ name: 'wire', description: 'Wires money.', parameters: z.object({ amount: z.number() }) },
  run: async ({ amount }) => {
    wired += amount;
    return `wired ${amount}`;
  },
});
const model = scriptedModel((request) => {
  const { role, text } = request.messages.at(-1)!;
  if (role === 'tool') return `Told: ${text}`;
  const amount = /wire (\d+)/.exec(lastSaid(request))?.[1];
  return amount ? { calls: [{ name: 'wire', arguments: `{"amount":${amount}}` }] } : 'I hear.';
});

beforeEach(async () => {
  home = new Home();
  wired = 0;
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: ['bank'] },
    policy: { rules: [{ effect: 'ask', tool: 'plugin:bank:wire', ask: { fourEyes: true } }] },
  });
  hub = await home.hub({ model: () => model, plugins: [{ name: 'bank', actions: [wire] }] });
});
afterEach(() => home.dispose());

async function ask(method: 'GET' | 'POST', path: string, token: string, body?: object) {
  const response = await fetch(`${hub.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it, it says.
  return { status: response.status, body: (await response.json()) as any };
}
const issue = async (more: object) =>
  (
    await ask('POST', '/tokens', hub.token.secret, {
      name: `t${Math.random()}`,
      tenant: 'default',
      role: 'operator',
      ...more,
    })
  ).body.token as string;
const question = { text: 'wire 5', userId: 'alice', roomId: 'office', messageId: 'q' };

it('nobody decides by a token that could have asked in the same name, nor by one that does not reach the room', async () => {
  const own = hub.token.secret;
  const client = api(hub.url, own);
  const asked = await client.send('assistant', question);
  const id = /ap_\w{10}/.exec(asked.reply!.text)![0];
  const { body: list } = await ask('GET', '/approvals', own);
  expect(list.approvals).toMatchObject([
    {
      id,
      state: 'open',
      tool: 'plugin:bank:wire',
      arguments: '{"amount":5}',
      requester: { userId: 'alice' },
    },
  ]);
  const decide = (token: string, approve = true, note?: string) =>
    ask('POST', `/approvals/${id}/decide`, token, { approve, ...(note && { note }) });
  const another = await issue({});
  const alice = await issue({ user: 'alice' });
  for (const token of [own, another]) {
    const refused = await decide(token);
    expect(refused.status).toBe(403);
    expect(refused.body.error).toMatchObject({
      message: `${id} was asked for in your name: somebody else decides about it.`,
    });
  }
  const turn = asked.turnId;
  expect((await ask('POST', `/turns/${turn}/resume`, own, { approve: true })).status).toBe(403);
  const bob = await issue({ user: 'bob' });
  // They reach what is theirs alone, and the room is shared.
  for (const token of [alice, bob]) expect((await decide(token)).status).toBe(404);
  const rita = await issue({ tenant: 'acme' });
  expect((await decide(rita)).status).toBe(404);
  expect((await ask('POST', '/approvals/ap_x/decide', own, { approve: true })).status).toBe(422);
  expect((await ask('GET', '/approvals/ap_aaaaaaaaaa', own)).status).toBe(404);
  expect(wired).toBe(0);
});

it('is decided where it was asked for by a command of another user with the role, and told to whoever asks again', async () => {
  const client = api(hub.url, hub.token.secret);
  const asked = await client.send('assistant', question);
  const id = /ap_\w{10}/.exec(asked.reply!.text)![0];
  const member = await issue({ role: 'member' });
  await ask('POST', '/roles/give', hub.token.secret, {
    role: 'operator',
    account: 'http:olga',
    agentId: 'assistant',
  });
  const olga = api(hub.url, member);
  const denied = await olga.send('assistant', {
    text: `/deny ${id} too late`,
    userId: 'olga',
    roomId: 'ops',
    messageId: 'd',
  });
  // Whoever has the token may name anybody, so it is the token that decides, and it is no operator's.
  expect(denied.reply!.text).toMatch(/operators of this agent|An operator of this agent decides/);
  await until(async () => (await ask('GET', `/approvals/${id}`, hub.token.secret)).body.state === 'open');
});
