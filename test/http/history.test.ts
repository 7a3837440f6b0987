import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenVerifier } from '../../src/http/tokens.js';
import { type Api, answerOf, refusal, startApi, token, tokenRecord } from './api.js';

let api: Api;
beforeEach(async () => {
  const tokens = tokenVerifier({
    list: async () => [tokenRecord(token), tokenRecord('carrier_other', 'other')],
  });
  api = await startApi({ server: { tokens } });
});
afterEach(() => api.close());

interface Page {
  messages: { text: string }[];
  nextCursor: string | null;
}

describe('GET /:agentId/rooms/:roomId/messages', () => {
  it('lists a room, oldest first, page by page', async () => {
    for (const text of ['one', 'two'])
      await answerOf(api.post({ text, userId: 'alice', roomId: 'a room/ü' }));
    const path = `/eliza/rooms/${encodeURIComponent('a room/ü')}/messages`;
    const all = await page(path);
    expect(all.messages.map(({ text }) => text)).toEqual(['one', 'echo: one', 'two', 'echo: two']);
    const [question, reply] = api.host.memories;
    expect(all.messages.slice(0, 2)).toEqual([
      {
        id: question!.id,
        messageId: expect.any(String),
        role: 'user',
        text: 'one',
        author: { id: 'alice' },
        status: 'handled',
        turnId: question!.turnId,
        replyTo: null,
        createdAt: new Date(question!.createdAt).toISOString(),
      },
      expect.objectContaining({
        id: reply!.id,
        role: 'assistant',
        replyTo: question!.id,
        author: { id: 'eliza' },
      }),
    ]);
    const first = await page(`${path}?limit=3`);
    const second = await page(`${path}?limit=3&cursor=${first.nextCursor}`);
    expect([first.messages.length, second.messages.length, second.nextCursor]).toEqual([3, 1, null]);
  });

  it('takes the room id that POST answered', async () => {
    const { roomId } = await answerOf(api.post({ text: 'hi', userId: 'a/b ü' }));
    expect((await page(`/eliza/rooms/${encodeURIComponent(roomId)}/messages`)).messages).toHaveLength(2);
  });

  it('takes the room of the longest id that a user can have', async () => {
    const { roomId } = await answerOf(api.post({ text: 'hi', userId: 'x'.repeat(256) }));
    expect((await page(`/eliza/rooms/${roomId}/messages`)).messages).toHaveLength(2);
    await answerOf(api.post({ text: 'hi', userId: 'x'.repeat(256), roomId }));
    expect((await page(`/eliza/rooms/${roomId}/messages`)).messages).toHaveLength(4);
    const longer = await fetch(`${api.url}/eliza/rooms/${'x'.repeat(289)}/messages`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await longer.json()).toMatchObject({
      error: { field: 'roomId', message: 'roomId: must have at most 288 characters.' },
    });
  });

  it('is empty for an unknown room, and for the rooms of another tenant', async () => {
    await answerOf(api.post({ text: 'hi', userId: 'alice', roomId: 'r' }));
    expect(await page('/eliza/rooms/nowhere/messages')).toMatchObject({ messages: [], nextCursor: null });
    const other = await fetch(`${api.url}/eliza/rooms/r/messages`, {
      headers: { authorization: 'Bearer carrier_other' },
    });
    expect(await other.json()).toMatchObject({ messages: [], nextCursor: null });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=nonsense', 'cursor'],
    ['cursor[a]=b', undefined],
    [`cursor=${'x'.repeat(1025)}`, 'cursor'],
  ])('judges %s', async (query, field) => {
    const response = await api.get(`/eliza/rooms/r/messages?${query}`);
    if (field === undefined) expect(response.status).toBe(200);
    else expect(await refusal(response)).toEqual([422, 'invalid_field', field]);
  });

  it('refuses unknown agents and impossible rooms', async () => {
    expect(await refusal(api.get('/nobody/rooms/r/messages'))).toEqual([404, 'agent_unknown']);
    expect(await refusal(api.get('/eliza/rooms/a%0Ab/messages'))).toEqual([422, 'invalid_field', 'roomId']);
    expect(await refusal(api.get('/eliza/rooms/%zz/messages'))).toEqual([404, 'not_found']);
  });
});

describe('GET /:agentId/turns/:turnId', () => {
  it('shows a finished turn', async () => {
    const { turnId, reply } = await answerOf(api.post({ text: 'hi', userId: 'alice' }));
    expect(await (await api.get(`/eliza/turns/${turnId}`)).json()).toEqual({
      id: turnId,
      status: 'done',
      covers: [api.host.memories[0]!.id],
      replyId: reply!.id,
      model: 'fake',
      usage: { inputTokens: 7, outputTokens: 3 },
      attempt: 1,
      error: null,
      actions: [],
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
    });
  });

  it('does not know the turns of other agents', async () => {
    api.host.agents.add('other');
    const { turnId } = await answerOf(api.post({ text: 'hi', userId: 'alice' }));
    expect(await refusal(api.get(`/other/turns/${turnId}`))).toEqual([404, 'not_found', 'turnId']);
    expect(await refusal(api.get('/eliza/turns/unknown'))).toEqual([404, 'not_found', 'turnId']);
  });
});

async function page(path: string): Promise<Page> {
  const response = await api.get(path);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}
