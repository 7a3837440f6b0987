/** What tokens of one user, of some agents and of neighbouring tenants reach, where it is their own and where it is not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopeOf } from '../../src/core/memory.js';
import { all } from '../../src/store/paging.js';
import { Neighbours } from './neighbours.js';

let hub: Neighbours;
beforeAll(async () => {
  hub = new Neighbours();
  await hub.open();
}, 60_000);
afterAll(() => hub.close());

const bob = 'acme’s bob';
const messages = (who: string, room: string, method = 'GET') =>
  hub.ask(who, method, { path: `/assistant/rooms/${room}/messages` });
const authors = async (room: string) =>
  new Set(
    (await messages('acme', room)).json.messages.flatMap(({ role, author }: never) =>
      role === 'user' ? [author] : [],
    ),
  );

describe('[governed.5] a token of one user', () => {
  it('is that user, whatever else it says', async () => {
    const claims = { metadata: { user_id: 'alice', userId: 'alice', tenant: 'beta' } };
    const headers = {
      'x-user-id': 'alice',
      'x-forwarded-user': 'alice',
      cookie: 'userId=alice',
      'x-tenant': 'beta',
    };
    for (const body of [{}, { userId: 'bob' }, { roomId: 'user:bob' }, claims]) {
      const path = '/assistant/message?userId=alice&username=alice&tenant=beta&roomId=lounge';
      const said = await hub.ask(bob, 'POST', { path, body: { text: 'it is me', ...body }, headers });
      expect([said.status, said.json.roomId]).toEqual([200, 'user:bob']);
    }
    expect([...(await authors('user:bob'))]).toEqual(Array(4).fill({ id: 'bob' }));
  });

  it('is refused as anybody else, and in any other room, in whatever form', async () => {
    const before = await hub.kept();
    const bodies = [
      { userId: 'alice' },
      { userId: 'Bob' },
      { userId: 'alice', roomId: 'user:bob' },
      { userId: 'bob', roomId: 'user:alice' },
      { roomId: 'user:alice' },
      { roomId: 'lounge' },
      { roomId: 'bob' },
      { roomId: 'user:bob ' },
      { userId: 'alice', callbackUrl: 'http://127.0.0.1:1/' },
    ];
    for (const body of bodies) {
      for (const headers of [{}, { accept: 'text/event-stream' }]) {
        const said = await hub.say(bob, { text: 'hello', messageId: 'm1', ...body }, 'assistant', headers);
        expect([body, said.status, said.json.error.code]).toEqual([body, 403, 'permission_denied']);
      }
      const form = new FormData();
      for (const [name, value] of Object.entries({ text: 'hello', ...body })) form.append(name, value);
      form.append('file', new Blob(['x']), 'x.txt');
      expect((await hub.ask(bob, 'POST', { path: '/assistant/message', body: form })).status).toBe(403);
    }
    for (const wrong of [
      { userId: null },
      { userId: ['bob'] },
      { user: 'alice' },
      { user_id: 'alice' },
      { tenant: 'beta' },
    ])
      expect((await hub.say(bob, { text: 'hello', ...wrong })).status).toBe(422);
    expect(await hub.kept()).toEqual(before);
  });

  it('reads that user’s room and no other, files and turns too', async () => {
    const form = new FormData();
    form.append('text', 'a file');
    form.append('file', new Blob(['bob’s bytes']), 'bob.txt');
    const { json } = await hub.ask(bob, 'POST', { path: '/assistant/message', body: form });
    const own = (await messages(bob, 'user:bob')).json.messages.find(({ text }: never) => text === 'a file');
    const path = `/assistant/rooms/user:bob/messages/${own.id}/files/0`;
    expect((await hub.ask(bob, 'GET', { path })).text).toBe('bob’s bytes');
    expect((await hub.ask(bob, 'GET', { path: `/assistant/turns/${json.turnId}` })).status).toBe(200);
    const { theirs } = hub;
    for (const method of ['GET', 'HEAD'])
      for (const path of [
        ...['lounge', 'user:alice', 'nowhere'].map((room) => `/assistant/rooms/${room}/messages`),
        `/assistant/rooms/lounge/messages/${theirs.message}/files/0`,
        // Another's message, as if it were in the room of one's own.
        `/assistant/rooms/user:bob/messages/${theirs.message}/files/0`,
        `/assistant/turns/${theirs.turn}`,
      ])
        expect([path, (await hub.ask(bob, method, { path })).status]).toEqual([path, 404]);
    // And whoever has it at another tenant is somebody else.
    const elsewhere = `/assistant/turns/${json.turnId}`;
    for (const who of ['beta', 'the same alice of beta', 'a member of the hub'])
      expect((await hub.ask(who, 'GET', { path: elsewhere })).status).toBe(404);
  });

  it('never gets the answer that another’s message of the same id got', async () => {
    const first = await hub.say('acme', { userId: 'alice', messageId: 'same', text: 'my secret is heron' });
    const second = await hub.say(bob, { messageId: 'same', text: 'mine' });
    const third = await hub.say('beta', { userId: 'alice', messageId: 'same', text: 'theirs' });
    expect([first, second, third].map(({ json }) => json.reply.text)).toEqual([
      ...['echo my secret is heron', 'echo mine', 'echo theirs'],
    ]);
    const again = await hub.say('beta', { userId: 'alice', messageId: 'same', text: 'once more' });
    expect(again.json).toEqual(third.json);
  });

  it('has that user’s commands, and they concern nobody else', async () => {
    await hub.say(bob, { text: 'remember the owl' });
    const forgotten = await hub.say(bob, { text: '/forget yes' });
    expect(forgotten.json.reply.text).toContain('Forgotten');
    expect((await messages(bob, 'user:bob')).json.messages).toEqual([]);
    expect((await messages('acme', 'lounge')).json.messages).toHaveLength(2);
    expect((await messages('acme', 'user:alice')).json.messages.length).toBeGreaterThan(1);
  });

  it('lists, for who keeps the hub running, that user’s rooms alone', async () => {
    await hub.say(bob, { text: 'once again' });
    const operator = 'acme’s bob, an operator';
    const { json } = await hub.ask(operator, 'GET', { path: '/rooms?limit=1' });
    expect(json).toMatchObject({ rooms: [{ channel: 'user:bob' }], nextCursor: null });
    const [{ roomId }] = json.rooms;
    const turns = await hub.ask(operator, 'GET', { path: '/turns' });
    expect(turns.json.turns.map((turn: { roomId: string }) => turn.roomId)).toEqual(
      turns.json.turns.map(() => roomId),
    );
    expect(turns.json.turns.length).toBeGreaterThan(0);
    expect((await hub.ask(operator, 'GET', { path: `/rooms/${roomId}/messages` })).status).toBe(200);
  });
});

describe('a token of some agents', () => {
  it('learns of no others, and has its own', async () => {
    const who = 'acme’s, for another agent';
    const ask = (agent: string) => hub.say(who, { userId: 'alice', text: 'hi' }, agent);
    const [theirs, none] = [await ask('assistant'), await ask('nobody')];
    expect([theirs.status, theirs.json.error.code]).toEqual([404, 'agent_unknown']);
    expect(theirs.text.replace('assistant', 'nobody')).toBe(none.text);
    expect(none.text).not.toMatch(/assistant|closed/);
    expect((await ask('other')).json.reply.text).toBe('echo hi');
    const rooms = await hub.ask(who, 'GET', { path: '/rooms' });
    expect(new Set(rooms.json.rooms.map(({ agentId }: never) => agentId))).toEqual(new Set(['other']));
  });
});

describe('two tenants', () => {
  it('page through their own rooms to the end, whoever writes in between', async () => {
    for (let turn = 0; turn < 4; turn++)
      for (const who of ['beta', 'acme']) await hub.say(who, { userId: `u${turn}`, text: `by ${who}` });
    for (const who of ['beta', 'acme']) {
      const mine = (await all((page) => hub.carrier.store.memories.rooms(page))).filter(
        ({ source }) => source.tenant === who,
      );
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const { json }: { json: { rooms: { roomId: string }[]; nextCursor: string | null } } = await hub.ask(
          ...([who, 'GET', { path: `/rooms?limit=1${cursor ? `&cursor=${cursor}` : ''}` }] as const),
        );
        // Each page is full, and the last one says so.
        expect(json.rooms).toHaveLength(1);
        found.push(json.rooms[0]!.roomId);
        cursor = json.nextCursor;
      } while (cursor);
      expect(found).toEqual(mine.map(({ roomId }) => roomId));
    }
  });

  it('share no room and no stream, though they name it the same', async () => {
    const stream = (who: string) =>
      hub.say(who, { userId: 'zoe', roomId: 'hall', text: `words of ${who}` }, 'assistant', {
        accept: 'text/event-stream',
      });
    const [acme, beta] = await Promise.all([stream('acme'), stream('beta')]);
    expect([acme.text.includes('words of acme'), acme.text.includes('beta')]).toEqual([true, false]);
    expect([beta.text.includes('words of beta'), beta.text.includes('acme')]).toEqual([true, false]);
    expect((await messages('beta', 'hall')).text).not.toContain('acme');
  });

  it('forget nobody of each other, though the person or the scope is called the same', async () => {
    await hub.say('beta', { userId: 'alice', roomId: 'lounge', text: 'beta’s alice' });
    const before = (await messages('acme', 'lounge')).json;
    const source = { connector: 'http', tenant: 'acme', channel: 'lounge', messageId: 'x' };
    const where = { agentId: 'assistant', source, author: { id: 'alice' } };
    const whom = { connector: 'http', tenant: 'beta', userId: 'alice', agentId: 'assistant' };
    for (const direct of [true, false])
      for (const count of [true, false]) {
        const body = { ...whom, scope: scopeOf({ ...where, direct }), count };
        expect((await hub.ask('beta', 'POST', { path: '/people/forget', body })).json).toEqual({
          memories: 0,
        });
      }
    await hub.ask('beta', 'POST', { path: '/people/forget', body: whom });
    expect((await messages('beta', 'lounge')).json.messages).toEqual([]);
    expect((await messages('acme', 'lounge')).json).toEqual(before);
  });

  it('let in nobody of each other, also by commands of an operator whom the character names', async () => {
    const { code } = hub.theirs;
    const said = await hub.say('beta’s root', { text: `/approve ${code}` }, 'closed');
    const none = await hub.say('beta’s root', { text: '/approve ABCDEFGH' }, 'closed');
    expect(said.json.reply.text).toBe(none.json.reply.text);
    const { json } = await hub.ask('acme', 'GET', { path: '/pairings' });
    expect(json.requests).toMatchObject([{ code, userId: 'heron-stranger', tenant: 'acme' }]);
    expect((await hub.ask('acme', 'POST', { path: '/pairings/approve', body: { code } })).status).toBe(200);
  });
});
