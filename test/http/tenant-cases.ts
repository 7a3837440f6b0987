/** What strangers ask of a tenant's things: a case for every route that there is. */
import type { Ask, Things } from './neighbours.js';

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
export const cases: Record<string, Case> = {
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
