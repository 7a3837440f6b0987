/** Tenants, users and agents of tokens against each other, on every route that there is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes as apiRoutes } from '../../connectors/http/routes.js';
import { routes } from '../../src/http/routes.js';
import { type Answered, type Ask, Neighbours, nobodys, strangers, type Things } from './neighbours.js';

/**
 * `list`: what is theirs is not in it. `id`: theirs is answered as nobody's. `closed`: for those alone who keep the hub
 * running. `owner`: what acme's own administrator is answered at last, so that each case can fail.
 */
interface Case {
  kind: 'list' | 'id' | 'closed';
  ask(things: Things): Ask;
  owner: number;
}

const list = (path: string, owner = 200): Case => ({ kind: 'list', owner, ask: () => ({ path }) });
const id = (path: (things: Things) => string, owner = 200, body?: (things: Things) => object): Case => ({
  ...{ kind: 'id', owner },
  ask: (things) => ({ path: path(things), body: body?.(things) }),
});
const closed = (path: string, body?: object): Case => ({
  kind: 'closed',
  owner: 403,
  ask: () => ({ path, body }),
});

const heron = { name: 'heron', description: 'x', url: 'https://heron.example/', agents: ['*'] };

/** In the order in which acme's administrator asks at last. */
const cases: Record<string, Case> = {
  'GET /:agentId/rooms/:roomId/messages': id(({ agent, room }) => `/${agent}/rooms/${room}/messages`),
  'GET /:agentId/rooms/:roomId/messages/:messageId/files/:index': id(
    ({ agent, room, message }) => `/${agent}/rooms/${room}/messages/${message}/files/0`,
  ),
  'GET /:agentId/turns/:turnId': id(({ agent, turn }) => `/${agent}/turns/${turn}`),
  'POST /:agentId/message': id(
    ({ agent }) => `/${agent}/message`,
    200,
    ({ room }) => ({ userId: 'alice', roomId: room, messageId: 'm1', text: 'the blue heron' }),
  ),
  // Agents are the hub's own.
  'GET /agents': { ...list('/agents'), owner: 403 },
  'GET /agents/:agentId': id(({ agent }) => `/agents/${agent}`, 404),
  'POST /agents/:agentId/check': id(({ agent }) => `/agents/${agent}/check`, 404),
  'GET /agents/:agentId/models': id(({ agent }) => `/agents/${agent}/models`, 404),
  'GET /connectors': { ...list('/connectors'), owner: 403 },
  'POST /agents/:agentId/connectors/:connector/test': id(
    ({ agent }) => `/agents/${agent}/connectors/http/test`,
    404,
  ),
  'GET /agents/:agent/servers': id(({ agent }) => `/agents/${agent}/servers`, 404),
  'POST /agents': closed('/agents', { id: 'heron', definition: { name: 'x', bio: 'x' } }),
  'PUT /agents/:agentId': id(
    ({ agent }) => `/agents/${agent}`,
    404,
    () => ({ definition: {} }),
  ),
  'PATCH /agents/:agentId': id(({ agent }) => `/agents/${agent}`, 404),
  'DELETE /agents/:agentId': id(({ agent }) => `/agents/${agent}`, 404),
  'GET /agents/:agentId/versions': id(({ agent }) => `/agents/${agent}/versions`, 404),
  'GET /agents/:agentId/diff': id(({ agent }) => `/agents/${agent}/diff`, 404),
  'POST /agents/:agentId/roll-back': id(
    ({ agent }) => `/agents/${agent}/roll-back`,
    404,
    () => ({ to: 1 }),
  ),
  'GET /agents/:agentId/export': id(({ agent }) => `/agents/${agent}/export`, 404),
  'GET /pairings': list('/pairings'),
  'GET /tokens': list('/tokens'),
  'POST /tokens': id(
    () => '/tokens',
    200,
    ({ agent }) => ({ name: 'heron', tenant: 'acme', agents: [agent] }),
  ),
  'GET /secrets': closed('/secrets'),
  'PUT /secrets/:name': closed('/secrets/heron', { value: 'x' }),
  'POST /secrets/:name/rotate': closed('/secrets/heron/rotate', { value: 'x' }),
  'DELETE /secrets/:name': closed('/secrets/heron'),
  'GET /tools': closed('/tools'),
  'POST /tools': closed('/tools', heron),
  'POST /tools/import': closed('/tools/import', { document: '{}', agents: [] }),
  'GET /tools/:name': closed('/tools/heron'),
  'PUT /tools/:name': closed('/tools/heron', heron),
  'DELETE /tools/:name': closed('/tools/heron'),
  'POST /tools/:key/accept': id(
    () => '/tools/http:heron/accept',
    404,
    ({ agent }) => ({ agentId: agent }),
  ),
  'GET /agents/:agent/tools': id(({ agent }) => `/agents/${agent}/tools`, 404),
  'GET /agents/:agent/policy': id(({ agent }) => `/agents/${agent}/policy`, 404),
  'GET /agents/:agent/policy/explain': id(
    ({ agent }) => `/agents/${agent}/policy/explain?tool=plugin:bank:wire`,
    404,
  ),
  'GET /usage': list('/usage'),
  'GET /retention': list('/retention'),
  // What agents have learnt is nobody's of a tenant.
  'GET /scores': closed('/scores'),
  'POST /turns/:turnId/rate': id(
    ({ turn }) => `/turns/${turn}/rate`,
    200,
    () => ({ rating: 3 }),
  ),
  'GET /lessons': closed('/lessons'),
  'POST /lessons': closed('/lessons', { agentId: 'assistant', text: 'the blue heron' }),
  'GET /lessons/:id': id(() => '/lessons/lesson_x', 404),
  'POST /lessons/:id/approve': id(() => '/lessons/lesson_x/approve', 404),
  'POST /lessons/:id/reject': id(() => '/lessons/lesson_x/reject', 404),
  'DELETE /lessons/:id': id(() => '/lessons/lesson_x', 404),
  'GET /approvals': list('/approvals?limit=2'),
  'GET /approvals/:id': id(({ approval }) => `/approvals/${approval}`),
  'POST /approvals/:id/decide': id(
    ({ approval }) => `/approvals/${approval}/decide`,
    200,
    () => ({ approve: false }),
  ),
  'GET /memories/recall': list('/memories/recall?agentId=assistant&room=lounge&text=heron'),
  'GET /rooms/own': list('/rooms/own?agentId=assistant&userId=alice'),
  'GET /rooms': list('/rooms?limit=2'),
  'GET /rooms/:roomId/summary': id(({ roomId }) => `/rooms/${roomId}/summary`),
  // A room that is taken over is silent: that is tried in the matrix of operations.
  'POST /rooms/:roomId/take-over': id(() => '/rooms/room_none/take-over', 404),
  'POST /rooms/:roomId/hand-back': id(({ roomId }) => `/rooms/${roomId}/hand-back`),
  'POST /rooms/:roomId/answer': id(
    ({ roomId }) => `/rooms/${roomId}/answer`,
    409,
    () => ({ text: 'the blue heron' }),
  ),
  'GET /rooms/:roomId/hold': id(({ roomId }) => `/rooms/${roomId}/hold`),
  'POST /rooms/:roomId/notes': id(
    ({ roomId }) => `/rooms/${roomId}/notes`,
    200,
    () => ({ text: 'the blue heron' }),
  ),
  'GET /rooms/:roomId/notes': id(({ roomId }) => `/rooms/${roomId}/notes`),
  'GET /rooms/:roomId/messages': id(({ roomId }) => `/rooms/${roomId}/messages`),
  'GET /facts': id(({ agent, roomId }) => `/facts?agentId=${agent}&roomId=${roomId}`),
  'PUT /facts/:id': id(
    ({ fact }) => `/facts/${fact}`,
    200,
    () => ({ text: 'the blue heron' }),
  ),
  'GET /turns': list('/turns?limit=2'),
  'GET /turns/:turnId': id(({ turn }) => `/turns/${turn}`),
  'GET /turns/:turnId/prompt': id(({ turn }) => `/turns/${turn}/prompt`),
  'GET /memories': id(({ agent, room }) => `/memories?agentId=${agent}&roomId=${room}`),
  'GET /events': list('/events'),
  'GET /places': list('/places'),
  // Whose a task is, is tried with real ones in the matrix of operations.
  'GET /tasks': list('/tasks?limit=2'),
  'GET /tasks/:id': id(() => '/tasks/ta_aaaaaaaaaa', 404),
  'POST /tasks/:id/pause': id(() => '/tasks/ta_aaaaaaaaaa/pause', 404),
  'POST /tasks/:id/resume': id(() => '/tasks/ta_aaaaaaaaaa/resume', 404),
  'POST /tasks/:id/stop': id(() => '/tasks/ta_aaaaaaaaaa/stop', 404),
  'GET /schedules': list('/schedules?limit=2'),
  'GET /schedules/:id': id(({ schedule }) => `/schedules/${schedule}`),
  'PATCH /schedules/:id': id(
    ({ schedule }) => `/schedules/${schedule}`,
    200,
    () => ({ paused: false }),
  ),
  'PUT /schedules/:id': id(
    ({ schedule }) => `/schedules/${schedule}`,
    200,
    () => ({ paused: true }),
  ),
  'POST /schedules': id(
    () => '/schedules',
    200,
    ({ roomId }) => ({ roomId, text: 'the blue heron', in: 86_400 }),
  ),
  'POST /:agentId/rooms/:roomId/messages': id(
    ({ agent, roomId }) => `/${agent}/rooms/${roomId}/messages`,
    200,
    () => ({ text: 'the blue heron' }),
  ),
  'DELETE /schedules/:id': id(({ schedule }) => `/schedules/${schedule}`),
  // Whose a document is, is tried with real ones in the matrix of operations.
  'GET /documents': list('/documents?limit=2'),
  'POST /documents': id(
    () => '/documents',
    404,
    () => ({ agentId: 'zebra', name: 'x', text: 'x' }),
  ),
  'GET /documents/:id': id(() => '/documents/doc_x', 404),
  'DELETE /documents/:id': id(() => '/documents/doc_x', 404),
  'POST /documents/:id/reread': id(() => '/documents/doc_x/reread', 404),
  'GET /deliveries': list('/deliveries?limit=1'),
  'GET /audit': list('/audit', 403),
  'GET /audit/export': list('/audit/export', 403),
  'GET /audit/verify': closed('/audit/verify'),
  'GET /health': closed('/health'),
  'GET /embeddings': closed('/embeddings'),
  'GET /encryption': closed('/encryption'),
  'POST /encryption/rotate': closed('/encryption/rotate', {}),
  'POST /console/links': closed('/console/links', {}),
  'GET /console/sessions': closed('/console/sessions'),
  'DELETE /console/sessions/:session': closed('/console/sessions/session_x'),
  'POST /turns/:turnId/resume': id(
    ({ turn }) => `/turns/${turn}/resume`,
    409,
    () => ({ approve: true }),
  ),
  'POST /turns/:turnId/stop': id(({ runningTurn }) => `/turns/${runningTurn}/stop`),
  'POST /rooms/:roomId/stop': id(({ runningRoom }) => `/rooms/${runningRoom}/stop`),
  'POST /turns/:turnId/run-again': id(({ failedTurn }) => `/turns/${failedTurn}/run-again`),
  'POST /agents/:agentId/deliveries/send-again': id(
    ({ agent }) => `/agents/${agent}/deliveries/send-again`,
    404,
  ),
  'POST /deliveries/:deliveryId/send-again': id(({ delivery }) => `/deliveries/${delivery}/send-again`),
  'POST /deliveries/:deliveryId/drop': id(({ delivery }) => `/deliveries/${delivery}/drop`),
  'POST /pairings/approve': id(
    () => '/pairings/approve',
    200,
    ({ code }) => ({ code }),
  ),
  'POST /pairings/revoke': id(
    () => '/pairings/revoke',
    200,
    ({ pairing }) => ({ pairing }),
  ),
  // With the messages that say it.
  'DELETE /facts/:id': id(({ fact }) => `/facts/${fact}`),
  'POST /rooms/:roomId/forget': id(({ roomId }) => `/rooms/${roomId}/forget`),
  'POST /people/forget': id(
    () => '/people/forget',
    200,
    ({ person }) => ({ connector: 'http', tenant: 'acme', userId: person }),
  ),
  'POST /memories/preview': id(
    () => '/memories/preview',
    200,
    ({ person, agent }) => ({
      ...{ connector: 'http', tenant: 'acme', userId: person, agentId: agent, everything: true },
    }),
  ),
  // Whose a preview is, is tried with real ones in the matrix of operations.
  'POST /memories/forget': id(
    () => '/memories/forget',
    404,
    () => ({ code: 'aaaaaaaa' }),
  ),
  'GET /people': id(({ person }) => `/people?account=http/acme:${person}`),
  'POST /people/link': id(
    () => '/people/link',
    200,
    ({ person }) => ({ account: `http/acme:${person}`, other: 'http/acme:other' }),
  ),
  'POST /people/unlink': id(
    () => '/people/unlink',
    200,
    ({ person }) => ({ account: `http/acme:${person}` }),
  ),
  'GET /people/export': id(({ person }) => `/people/export?account=http/acme:${person}`),
  'POST /people/erase/preview': id(
    () => '/people/erase/preview',
    200,
    ({ person }) => ({ account: `http/acme:${person}` }),
  ),
  // Whose a preview is, is tried with real ones in the matrix of operations.
  'POST /people/erase': id(
    () => '/people/erase',
    404,
    () => ({ code: 'allaaaaaaaa' }),
  ),
  'POST /roles/give': id(
    () => '/roles/give',
    200,
    ({ person }) => ({ role: 'operator', account: `http/acme:${person}`, place: 'http/acme' }),
  ),
  'GET /roles': list('/roles'),
  'POST /roles/take': id(
    () => '/roles/take',
    200,
    ({ person }) => ({ account: `http/acme:${person}`, place: 'http/acme' }),
  ),
  'GET /switches': list('/switches'),
  'POST /switches/pause': id(
    () => '/switches/pause',
    200,
    ({ person }) => ({ what: 'person', connector: 'http', tenant: 'acme', userId: person }),
  ),
  'POST /switches/resume': id(
    () => '/switches/resume',
    200,
    ({ person }) => ({ what: 'person', connector: 'http', tenant: 'acme', userId: person }),
  ),
  'DELETE /tokens/:token': id(({ token }) => `/tokens/${token}`),
};

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
