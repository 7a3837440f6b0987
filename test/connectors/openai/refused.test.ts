/** A call that is refused was not said: the next one finds the conversation as it was. And a client's own key of a call. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChatRig, type Message } from './rig.js';

const rig = new ChatRig();
beforeAll(async () => {
  await rig.open();
}, 60_000);
afterAll(() => rig.close());

interface Asked {
  status: number;
  room: string | null;
  text: string;
}

async function say(messages: Message[], more: object = {}, headers: object = {}): Promise<Asked> {
  const body = { model: 'assistant', messages, ...more };
  const answer = await rig.fetch('POST', '/v1/chat/completions', { body, headers });
  const { choices } = (await answer.json()) as { choices?: { message: { content: string } }[] };
  const text = choices?.[0]?.message.content ?? '';
  return { status: answer.status, room: answer.headers.get('x-carrier-room'), text };
}

async function paused(work: () => Promise<void>): Promise<void> {
  const body = { what: 'agent', agentId: 'assistant' };
  expect((await rig.fetch('POST', '/switches/pause', { body })).status).toBe(200);
  await work();
  expect((await rig.fetch('POST', '/switches/resume', { body })).status).toBe(200);
}

const user = (content: string): Message => ({ role: 'user', content });
const rules: Message = { role: 'system', content: 'The customer is called Zebra.' };

it.each(['Zoë', 'a b%20c', '100%', '李/雷'])(
  'the room of an answer is one to go on in: of %j',
  async (name) => {
    const first = await say([user('hello')], { user: name });
    const again = await say([user('and now?')], {}, { 'x-carrier-room': first.room });
    expect(again).toMatchObject({ status: 200, room: first.room });
    expect(await rig.said(`user:${name}`)).toEqual(['hello', 'and now?']);
  },
);

it('a room is meant as it is where its name is no escaped text', async () => {
  expect((await say([user('hello')], {}, { 'x-carrier-room': '50% off' })).status).toBe(200);
  expect(await rig.said('50% off')).toEqual(['hello']);
});

describe('a call that is refused', () => {
  beforeEach(() => {
    rig.requests.length = 0;
  });

  it.each([
    ['sent again', [rules, user('hello')], 'hello'],
    ['with more behind it', [rules, user('hello'), user('anybody there?')], 'hello\n\nanybody there?'],
  ])('is said whole when it is %s, its rules too', async (title, again, said) => {
    const more = { user: title.replaceAll(' ', '-') };
    await paused(async () => {
      expect((await say([rules, user('hello')], more)).status).toBe(503);
    });
    expect((await say(again, more)).status).toBe(200);
    expect(JSON.stringify(rig.requests)).toContain('Zebra');
    expect(await rig.said(`user:${more.user}`)).toEqual([said]);
  });

  it.each([{}, { 'x-stainless-retry-count': '1' }])(
    'leaves a conversation without a key where it was: %j',
    async (headers) => {
      const one = [user('my bird is Tweety')];
      const first = await say(one);
      const two: Message[] = [...one, { role: 'assistant', content: first.text }];
      await paused(async () => {
        expect((await say([...two, user('what is my bird?')])).status).toBe(503);
      });
      // One that cannot be stored at all, in between.
      expect((await say([...two, user(' ')])).status).toBe(400);
      const next = await say([...two, user('what is my bird?')], {}, headers);
      expect([next.status, next.room]).toEqual([200, first.room]);
      expect(await rig.said(first.room!)).toEqual(['my bird is Tweety', 'what is my bird?']);
    },
  );
});

describe("a client's own key of a call", () => {
  it('makes it one message where there is no room or user, too', async () => {
    const key = { 'idempotency-key': 'order-1' };
    const [first, again] = [await say([user('one heron')], {}, key), await say([user('one heron')], {}, key)];
    expect(again).toEqual(first);
    const other = await say([user('one heron')], {}, { 'idempotency-key': 'order-2' });
    expect(other.room).not.toBe(first.room);
    expect(await rig.said(first.room!)).toEqual(['one heron']);
  });

  it('does not keep later changes from the message', async () => {
    const more = { user: 'kim' };
    const talk = [user('one')];
    const first = await say(talk, more, { 'idempotency-key': 'a' });
    talk.push({ role: 'assistant', content: first.text }, user('two'));
    await say(talk, more, { 'idempotency-key': 'b' });
    talk[0] = user('one, but changed');
    expect((await say(talk, more, { 'idempotency-key': 'c' })).text).toBe('echo two');
    expect(await rig.said('user:kim')).toEqual(['one, but changed', 'two']);
  });
});
