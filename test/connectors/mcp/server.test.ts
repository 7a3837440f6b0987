/** The official MCP client, of both revisions, and what a token may do with it. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../../src/extension-api.js';
import type { Hub } from '../../../src/hub.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';

const home = new Home();
const tokens: Record<string, string> = {};
let hub: Hub;
let wired = 0;

beforeAll(async () => {
  home.character('assistant', { name: 'Ada', bio: '.', plugins: ['bank'] });
  home.character('other', { name: 'Eve', bio: '.' });
  const wire = defineAction({
    ...{ name: 'wire', description: 'Wires.', parameters: z.object({}), needsApproval: true },
    run: async () => `wired ${++wired}`,
  });
  const model = scriptedModel((request) => {
    const said = lastSaid(request);
    if (said.includes('wire') && request.messages.at(-1)!.role === 'user')
      return { calls: [{ name: 'wire', arguments: '{}' }] };
    return `echo ${said}`;
  });
  hub = await home.hub({ model: () => model, plugins: [{ name: 'bank', actions: [wire] }] });
  tokens.admin = hub.token.secret;
  tokens.bob = await issue({ user: 'bob' });
  tokens.ann = await issue({ user: 'ann' });
  tokens.other = await issue({ agents: ['other'] });
  tokens.operator = await issue({ role: 'operator' });
  tokens.page = await issue({ user: 'bob', origins: ['https://app.example'] });
}, 60_000);
afterAll(() => home.dispose());

async function issue(what: object): Promise<string> {
  const response = await fetch(`${hub.url}/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: crypto.randomUUID(), ...what }),
  });
  return ((await response.json()) as { token: string }).token;
}

async function client(who: string, mode: 'legacy' | 'auto' = 'auto'): Promise<Client> {
  const one = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const transport = new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${tokens[who]}` } },
  });
  await one.connect(transport);
  return one;
}

type Result = {
  isError?: boolean;
  content: { text: string }[];
  structuredContent: ReturnType<typeof JSON.parse>;
};

async function call(
  who: string,
  name: string,
  args: object,
  mode: 'legacy' | 'auto' = 'auto',
): Promise<Result> {
  const one = await client(who, mode);
  try {
    return (await one.callTool({ name, arguments: args as Record<string, unknown> })) as never;
  } finally {
    await one.close();
  }
}

const toolsOf = async (who: string) => {
  const one = await client(who);
  const { tools } = await one.listTools();
  await one.close();
  return tools.map(({ name }) => name);
};

/** By hand, as a client of the revision before does. */
function post(token: string | null, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${hub.url}/mcp`, {
    method: 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
  });
}
const list = { method: 'tools/list', params: {} };
const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
async function opened(token: string): Promise<string> {
  const answer = await post(token, initialize);
  await answer.text();
  return answer.headers.get('mcp-session-id')!;
}

describe('an MCP client', () => {
  it.each(['legacy', 'auto'] as const)('chats with an agent (%s), which remembers', async (mode) => {
    const said = await call('bob', 'ask_agent', { agent: 'assistant', message: `heron ${mode}` }, mode);
    expect(said).toMatchObject({
      content: [{ type: 'text', text: `echo heron ${mode}` }],
      structuredContent: { reply: `echo heron ${mode}`, agent: 'assistant', room: 'user:bob' },
    });
    const found = await call('bob', 'search_memory', { agent: 'assistant', text: `heron ${mode}` }, mode);
    const texts = found.structuredContent.memories.map(({ text }: { text: string }) => text);
    expect(texts).toContain(`heron ${mode}`);
  });

  it('goes on in the room that an answer names, of the longest id that a user can have, too', async () => {
    const asked = { agent: 'assistant', message: 'hello' };
    const { room } = (await call('admin', 'ask_agent', { ...asked, user: 'x'.repeat(256) }))
      .structuredContent;
    const again = await call('admin', 'ask_agent', { ...asked, user: 'x'.repeat(256), room });
    expect(again.structuredContent).toMatchObject({ room });
  });

  it('is of the revision without a handshake where it can be', async () => {
    const versions = await Promise.all(
      (['legacy', 'auto'] as const).map(async (mode) => {
        const one = await client('bob', mode);
        const version = one.getNegotiatedProtocolVersion();
        await one.close();
        return version;
      }),
    );
    expect(versions).toEqual(['2025-11-25', '2026-07-28']);
  });

  it('asks once where it sends the same message again', async () => {
    const one = { agent: 'assistant', message: 'once', message_id: 'm1' };
    const [first, second] = [await call('bob', 'ask_agent', one), await call('bob', 'ask_agent', one)];
    expect(second).toEqual(first);
  });

  it('is told of progress, and what was wrong with what it asked', async () => {
    const one = await client('bob', 'legacy');
    const seen: number[] = [];
    await one.callTool(
      { name: 'ask_agent', arguments: { agent: 'assistant', message: 'tell me' } },
      { onprogress: ({ progress }) => void seen.push(progress) },
    );
    await one.close();
    expect(seen.length).toBeGreaterThan(0);
    const wrong = await call('bob', 'ask_agent', { agent: 'nobody', message: 'hi' });
    expect(wrong).toMatchObject({ isError: true, structuredContent: { error: { code: 'agent_unknown' } } });
  });

  it('lists and decides approvals, where its token may', async () => {
    await call('ann', 'ask_agent', { agent: 'assistant', message: 'wire it' });
    const { approvals } = (await call('operator', 'list_approvals', { agent: 'assistant' }))
      .structuredContent;
    expect(approvals).toMatchObject([
      { agentId: 'assistant', tool: expect.stringContaining('wire'), state: 'open' },
    ]);
    const decided = await call('operator', 'decide_approval', { id: approvals[0].id, approve: true });
    expect(decided.structuredContent).toMatchObject({ id: approvals[0].id, state: 'approved' });
    await expect.poll(() => wired, { timeout: 10_000 }).toBe(1);
    const again = await call('operator', 'decide_approval', { id: 'ap_aaaaaaaaaa', approve: true });
    expect(again).toMatchObject({ isError: true, structuredContent: { error: { code: 'not_found' } } });
  });
});

describe('a token', () => {
  it('shows the tools that it may use, and has no others', async () => {
    expect(await toolsOf('bob')).toEqual(['ask_agent', 'search_memory']);
    expect(await toolsOf('operator')).toEqual([
      'ask_agent',
      'search_memory',
      'list_approvals',
      'decide_approval',
    ]);
    const one = await client('bob');
    await expect(
      one.callTool({ name: 'decide_approval', arguments: { id: 'ap_aaaaaaaaaa', approve: true } }),
    ).rejects.toThrow();
    await one.close();
  });

  it('[governed.5] of one user is that user, and reaches nothing of others', async () => {
    await call('ann', 'ask_agent', { agent: 'assistant', message: 'my secret is kestrel' });
    for (const place of [
      { user: 'ann' },
      { room: 'user:ann' },
      { room: 'lounge' },
      { user: 'bob', room: 'user:ann' },
    ])
      for (const [name, more] of [
        ['ask_agent', { message: 'hi' }],
        ['search_memory', { text: 'kestrel' }],
      ] as const) {
        const said = await call('bob', name, { agent: 'assistant', ...more, ...place });
        expect([place, said.structuredContent.error.code]).toEqual([place, 'permission_denied']);
        expect(JSON.stringify(said)).not.toContain('kestrel');
      }
    const own = await call('bob', 'search_memory', { agent: 'assistant', text: 'kestrel', user: 'bob' });
    expect(JSON.stringify(own)).not.toContain('kestrel');
  });

  it('of other agents learns of no others', async () => {
    const one = await client('other');
    const { tools } = await one.listTools();
    await one.close();
    expect(JSON.stringify(tools)).not.toContain('assistant');
    const [theirs, none] = await Promise.all(
      ['assistant', 'nobody'].map(async (agent) =>
        JSON.stringify(await call('other', 'ask_agent', { agent, message: 'hi' })).replaceAll(agent, 'X'),
      ),
    );
    expect(theirs).toBe(none);
  });
});

describe('[governed.26] a session', () => {
  it('is good with the token that opened it, and with no other or none', async () => {
    const session = await opened(tokens.bob!);
    const headers = { 'mcp-session-id': session };
    expect((await post(tokens.bob!, list, headers)).status).toBe(200);
    const refused = await Promise.all([
      post(tokens.ann!, list, headers),
      post(tokens.admin!, list, headers),
      post(null, list, headers),
      post(tokens.bob!, list, { 'mcp-session-id': `${session}x` }),
      post(tokens.bob!, list, { 'mcp-session-id': crypto.randomUUID() }),
      fetch(`${hub.url}/mcp`, { headers: { authorization: `Bearer ${tokens.ann}`, ...headers } }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 401, 404, 404, 404]);
    expect(refused[2]!.headers.get('www-authenticate')).toBe('Bearer');
    expect(await refused[0]!.json()).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { data: { code: 'not_found' } },
    });
  });

  it('ends with its token', async () => {
    tokens.gone = await issue({ user: 'bob' });
    const session = await opened(tokens.gone);
    const { tokens: listed } = (await (
      await fetch(`${hub.url}/tokens`, { headers: { authorization: `Bearer ${tokens.admin}` } })
    ).json()) as { tokens: { id: string }[] };
    const { id } = listed.at(-1)!;
    const revoked = await fetch(`${hub.url}/tokens/${id}`, {
      ...{ method: 'DELETE', headers: { authorization: `Bearer ${tokens.admin}` } },
    });
    expect(revoked.status).toBe(200);
    const left = await Promise.all(
      [tokens.gone, tokens.bob!].map((token) => post(token, list, { 'mcp-session-id': session })),
    );
    expect(left.map(({ status }) => status).sort()).toEqual([401, 404]);
  });
});

describe('[governed.27] a revision', () => {
  it.each(['1900-01-01', 'latest', '2026-07-29'])('%s is refused with 400', async (version) => {
    const session = await opened(tokens.bob!);
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': version };
    expect((await post(tokens.bob!, list, headers)).status).toBe(400);
  });

  it.each(['2025-03-26', '2025-06-18', '2025-11-25'])('%s is served', async (version) => {
    const answer = await post(tokens.bob!, list, { 'mcp-protocol-version': version });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('ask_agent')]);
  });
});

describe('what is no call', () => {
  it('is refused as the protocol has it', async () => {
    const raw = (body: string, headers: object = {}) =>
      fetch(`${hub.url}/mcp`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.bob}`, 'content-type': 'application/json', ...headers },
        body,
      });
    const answers = await Promise.all([
      raw('{'),
      raw('{}', { 'content-type': 'text/plain' }),
      fetch(`${hub.url}/mcp`, {
        headers: { authorization: `Bearer ${tokens.bob}`, accept: 'text/event-stream' },
      }),
      post('eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJvdGhlciJ9.c2ln', list),
      post(tokens.bob!, list, { origin: 'https://evil.example' }),
      post(tokens.page!, list, { origin: 'https://app.example' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 415, 405, 401, 403, 200]);
    expect(answers[3]!.headers.get('www-authenticate')).toContain('invalid_token');
  });
});
