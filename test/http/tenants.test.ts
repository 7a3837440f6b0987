/** Tenants, users and agents of tokens against each other, on every route that there is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes as apiRoutes } from '../../connectors/http/routes.js';
import { routes } from '../../src/http/routes.js';
import { type Answered, Neighbours, nobodys, strangers, type Things } from './neighbours.js';
import { cases } from './tenant-cases.js';

const table = [...routes, ...apiRoutes].map(({ method, path }) => `${method} ${path}`);
const methodOf = (route: string) => route.split(' ')[0]!;

/** Whose tokens may be used to talk, with that agent and as whom they like. */
const talkers = ['beta', 'beta’s owner', 'a member of the hub'];

/** A token that is none is nobody's. */
const refusals = (who: string) => (who.includes('of a role there is not') ? [401] : [403, 404]);

const admins = ['beta', 'beta’s owner'];

/** What these are about, the caller names in full: a room of their own of that name, a person with their tenant. */
const named = [
  ...['POST /:agentId/message', 'POST /people/forget', 'POST /memories/preview', 'POST /tokens'],
  ...['GET /people', 'POST /people/link', 'POST /people/unlink', 'POST /roles/give', 'POST /roles/take'],
  ...['POST /switches/pause', 'POST /switches/resume'],
  ...['GET /people/export', 'POST /people/erase/preview'],
];

let hub: Neighbours;
beforeAll(async () => {
  hub = new Neighbours();
  await hub.open();
}, 60_000);
afterAll(() => hub.close());

/** Without what the caller said themselves. */
function anonymous({ text, json: _, ...answer }: Answered, things: Things): object {
  // A digest of the room that was asked for, in the tenant of whoever asks: it tells nothing of the other's.
  const asked = text.replace(/"hubRoomId":"room_[0-9a-f]+"/, '"hubRoomId":"ID"');
  const said = Object.values(things).reduce((rest, own) => (own ? rest.replaceAll(own, 'ID') : rest), asked);
  return { ...answer, headers: { ...answer.headers }, text: said };
}

/** There is no more of it. */
function withoutCursor(json: unknown): object {
  const { nextCursor, hubRoomId: _, ...lists } = json as { nextCursor: unknown; hubRoomId?: string };
  expect(nextCursor).toBeNull();
  return lists;
}

/** What of acme's would tell on itself. */
const traces = () => {
  const { agent: _, person: __, room, ...ids } = hub.theirs;
  return [...Object.values(ids), `"${room}"`, 'heron', 'kite', 'frieda', 'carla', 'hanna', 'Saturdays'];
};

it('has a case for every route, and no route without one', () => {
  expect(Object.keys(cases).sort()).toEqual([...new Set(table)].sort());
});

describe('[security.10] [governed.7] what is acme’s', () => {
  let before: object;
  beforeAll(async () => {
    before = await hub.kept();
  });

  const ids = Object.entries(cases).filter(([, { kind }]) => kind === 'id');
  it.each(ids)('is not there: %s', async (route, { ask }) => {
    for (const who of strangers) {
      // In a room of that name they may say something, if the token is for it: it is another room.
      if (route === 'POST /:agentId/message' && talkers.includes(who)) continue;
      // The agent is theirs to talk to, unless the token is for another.
      const { agent } = hub.theirs;
      const isOpen = route.includes('/:agentId/') && !who.includes('another agent');
      const none = isOpen && !route.includes('/agents/') ? { ...nobodys, agent } : nobodys;
      const theirs = await hub.ask(who, methodOf(route), ask(hub.theirs));
      const unknown = await hub.ask(who, methodOf(route), ask(none));
      expect([who, anonymous(theirs, hub.theirs)]).toEqual([who, anonymous(unknown, none)]);
      if (theirs.status === 200)
        expect([{ messages: [] }, { facts: [] }, { memories: [] }]).toContainEqual(
          withoutCursor(theirs.json),
        );
      else if (admins.includes(who) && !named.includes(route))
        expect([route, theirs.status]).toEqual([route, 404]);
      else expect(refusals(who)).toContain(theirs.status);
      for (const trace of traces())
        if (!ask(hub.theirs).path.includes(trace)) expect(theirs.text).not.toContain(trace);
    }
  });

  const others = Object.entries(cases).filter(([, { kind }]) => kind !== 'id');
  it.each(others)('is not shown: %s', async (route, { ask, kind }) => {
    for (const who of strangers) {
      const { status, text } = await hub.ask(who, methodOf(route), ask(hub.theirs));
      expect([who, kind === 'list' ? [200, ...refusals(who)] : refusals(who)]).toEqual([
        who,
        expect.arrayContaining([status]),
      ]);
      for (const trace of traces()) expect(text).not.toContain(trace);
      expect(text).not.toMatch(/"nextCursor":"/);
    }
  });

  it('is found by no filter', async () => {
    for (const who of strangers)
      for (const [theirs, none] of [
        [`/turns?roomId=${hub.theirs.roomId}&limit=1`, `/turns?roomId=${nobodys.roomId}&limit=1`],
        ['/turns?status=failed&limit=1', '/turns?status=stopped&limit=1'],
        ['/deliveries?state=dead&limit=1', '/deliveries?state=waiting&limit=1'],
      ] as const) {
        const [found, nothing] = [
          await hub.ask(who, 'GET', { path: theirs }),
          await hub.ask(who, 'GET', { path: none }),
        ];
        expect([who, found]).toEqual([who, nothing]);
      }
  });

  it('is as it was', async () => {
    expect(await hub.kept()).toEqual(before);
  });
});

describe('what is one’s own', () => {
  it('is there for the hub’s own administrator, too', async () => {
    const { agent, turn, roomId, runningTurn } = hub.theirs;
    const seen = [
      `/${agent}/turns/${turn}`,
      `/turns/${turn}`,
      `/turns/${runningTurn}`,
      `/rooms/${roomId}/messages`,
    ];
    for (const path of [...seen, '/deliveries', '/pairings', '/tokens']) {
      const { status, text } = await hub.ask('default', 'GET', { path });
      expect([path, status]).toEqual([path, 200]);
      expect(traces().some((trace) => text.includes(trace))).toBe(true);
    }
  });

  it('is there, on every route', async () => {
    for (const [route, { ask, owner }] of Object.entries(cases)) {
      const { status, text } = await hub.ask('acme', methodOf(route), ask(hub.theirs));
      expect([route, status, status === owner ? '' : text]).toEqual([route, owner, '']);
    }
  });
});
