/** For each line of the HTTP table: a real thing of ann's, and a good request about it. */
import { ownersBrowser } from '../../support/console.js';
import { until } from '../../support/until.js';
import type { Ask, Json, Stage } from './stage.js';
import { switchCalls } from './switch-calls.js';

export interface Call {
  /** A thing of ann's; made anew after each call that got through. */
  make?(stage: Stage): Promise<Json>;
  ask(thing: Json): Ask;
  /** What of an answer shows the thing, where it may be shown or not; absent: nothing does. */
  shows?(thing: Json): string;
  /** Called after all. */
  end?(stage: Stage): Promise<unknown>;
}

const ann = 'http/acme:ann';
const annHere = { connector: 'http', tenant: 'acme', userId: 'ann', agentId: 'assistant' };
const acme = { agentId: 'assistant', place: 'http/acme' };
const agents = ['assistant'];
let made = 0;

const at = (path: string, body?: object): Call => ({ ask: () => ({ path, body }) });

const room = async (stage: Stage) => {
  await stage.say('hello');
  return stage.roomId();
};
const shared = async (stage: Stage) => {
  await stage.say('hello', { roomId: 'lounge' });
  return stage.roomId('lounge');
};
const free = async (stage: Stage) => stage.post(`/rooms/${await stage.roomId()}/hand-back`);
const held = async (stage: Stage) => {
  const roomId = await room(stage);
  await stage.post(`/rooms/${roomId}/take-over`);
  return roomId;
};
const onRoom = (verb: string, body?: object): Call => ({
  ...{ make: room, ask: (roomId) => ({ path: `/rooms/${roomId}/${verb}`, body }), end: free },
});
const signedIn = async (stage: Stage) => {
  await ownersBrowser(stage.hub);
  return (await stage.get('/console/sessions')).sessions[0].id;
};
const turn = async (stage: Stage) => (await stage.say('hello')).json.turnId;
const failed = async (stage: Stage) => {
  await stage.say('fail');
  return (await stage.get('/turns?status=failed&limit=1')).turns[0].turnId;
};
const waiting = async (stage: Stage) => {
  await stage.say('wire it');
  const found = async () => (await stage.get('/turns?status=waiting&limit=1')).turns[0]?.turnId;
  await until(async () => (await found()) !== undefined);
  return found();
};
const asked = async (stage: Stage): Promise<string> => {
  const turnId = await waiting(stage);
  const { approvals } = await stage.get('/approvals?limit=200&state=all');
  return approvals.find((one: Json) => one.turnId === turnId).id;
};
/** There is room for a few at a time. */
const task = async (stage: Stage) => {
  for (const { id } of (await stage.get('/tasks?limit=200')).tasks) await stage.post(`/tasks/${id}/stop`);
  await stage.say('plan it');
  const found = async () => (await stage.get('/tasks?limit=200')).tasks[0]?.id;
  await until(async () => (await found()) !== undefined);
  return found();
};
const onTask = (verb: string): Call => ({ make: task, ask: (id) => ({ path: `/tasks/${id}/${verb}` }) });
const scheduled = async (stage: Stage): Promise<string> =>
  (await stage.post('/schedules', { roomId: await room(stage), text: 'water the heron', in: 86_400 })).id;
const document = async (stage: Stage): Promise<string> => {
  const body = { agentId: 'assistant', name: `thing ${++made}.md`, text: 'The heron is back.' };
  return (await stage.ask('self operator', 'POST', { path: '/documents', body })).json.id;
};
const lesson = async (stage: Stage): Promise<string> =>
  (await stage.post('/lessons', { agentId: 'assistant', text: `Lesson ${++made}.` })).id;
const scored = async (stage: Stage) => {
  await stage.post(`/turns/${await turn(stage)}/rate`, { rating: 4 });
  await until(async () => (await stage.get('/scores?agentId=assistant')).scores.length > 0);
};
const hold = (stage: Stage) => stage.hold();
const stop = async (stage: Stage) => stage.post(`/rooms/${await stage.roomId()}/stop`);
const ofAnn = (list: Json[]) => list.find(({ userId }) => userId === 'ann');
const letOut = async (stage: Stage) => {
  const paired = ofAnn((await stage.get('/pairings')).pairings);
  if (paired) await stage.post('/pairings/revoke', { pairing: paired.pairing });
};
const code = async (stage: Stage) => {
  await letOut(stage);
  await stage.say('let me in', {}, 'closed');
  return ofAnn((await stage.get('/pairings')).requests).code;
};
const pairing = async (stage: Stage) =>
  (await stage.post('/pairings/approve', { code: await code(stage) })).pairing;
const token = (stage: Stage) =>
  stage.post('/tokens', { name: `thing ${++made}`, role: 'guest', tenant: 'acme', user: 'ann', agents });
const secret = async (stage: Stage) => {
  const name = `thing${++made}`;
  await stage.ask('hub itself', 'PUT', { path: `/secrets/${name}`, body: { value: 'x' } });
  return name;
};
const tool = (name: string) => ({
  ...{ name, description: 'Looks at the attic.', method: 'GET', url: 'https://attic.example/' },
  agents: ['other'],
});
const newTool = async () => tool(`thing${++made}`);
const newDocument = async () => ({
  openapi: '3.1.0',
  servers: [{ url: 'https://attic.example' }],
  paths: { '/': { get: { operationId: `thing${++made}` } } },
});
const registered = async (stage: Stage) => {
  const body = await newTool();
  await stage.ask('hub itself', 'POST', { path: '/tools', body });
  return body;
};
const definition = { name: 'Ada', bio: 'Of the store.', plugins: [] };
const newAgent = async () => ({ id: `thing${++made}`, definition });
/** The file counts in its place. */
const defined = async (stage: Stage): Promise<number> => {
  const body = { id: 'assistant', definition };
  await stage.ask('hub itself', 'POST', { path: '/agents', body });
  return (await stage.get('/agents/assistant')).version;
};
const onDefined = (body?: (version: number) => object, path = ''): Call => ({
  make: defined,
  ask: (version) => ({ path: `/agents/assistant${path}`, body: body?.(version) }),
});
/** Ann has no role here: nobody links or unlinks who may do more than they. */
const twin = async (stage: Stage) => {
  await letOut(stage);
  await stage.post('/people/unlink', { account: 'http/acme:twin' });
  return 'http/acme:twin';
};
/** Who sees none of their other accounts has nothing of theirs. */
const unlinked = async (stage: Stage) => {
  await twin(stage);
  return room(stage);
};
const linked = async (stage: Stage) => {
  await stage.post('/people/link', { account: ann, other: await twin(stage) });
  return ann;
};
const given = (role: string, account: string) => async (stage: Stage) =>
  stage.post('/roles/give', { role, account, ...acme });
const issue = (input: object): Call => ({
  make: async () => ({ name: `issued ${++made}`, role: 'guest', tenant: 'acme', user: 'ann', agents }),
  ask: (thing) => ({ path: '/tokens', body: { ...thing, ...input } }),
});
const give = (role: string, level: object = acme): Call =>
  at('/roles/give', { role, account: `http/acme:given-${role}`, ...level });
const listed = (path: string): Call => ({ make: room, ask: () => ({ path }), shows: (roomId) => roomId });
const listedTurn = (path: string): Call => ({ make: turn, ask: () => ({ path }), shows: (turnId) => turnId });
const listedDelivery = (path: string): Call => ({
  ...{ make: (stage) => stage.dead(), ask: () => ({ path }), shows: (id) => id },
});
const replied = async (stage: Stage) => {
  await stage.say('the heron');
  return 'the heron';
};

/** Events are written once somebody reads any. */
const told = async (stage: Stage): Promise<string> => {
  await stage.get('/events');
  const turnId = await turn(stage);
  await until(async () => JSON.stringify(await stage.get('/events?limit=1000')).includes(turnId));
  return turnId;
};

const known = async (stage: Stage): Promise<string> => {
  await stage.say('note it');
  const { facts } = await stage.get('/facts?agentId=assistant&connector=http&tenant=acme&userId=ann');
  return facts[0].id;
};

/** By the name of the line; of a route that is no operation, by the route. */
export const calls: Record<string, Call> = {
  'agents.list': { ...at('/agents'), shows: () => '"assistant"' },
  'agents.show': at('/agents/assistant'),
  'agents.check': at('/agents/assistant/check'),
  'models.list': at('/agents/assistant/models'),
  'connectors.list': { ...at('/connectors'), shows: () => '"assistant"' },
  'connectors.test': at('/agents/assistant/connectors/http/test'),
  'tools.servers': at('/agents/assistant/servers'),
  'agents.create': { make: newAgent, ask: (body) => ({ path: '/agents', body }) },
  'agents.replace': onDefined(() => ({ definition, ifVersion: '*' })),
  'agents.change': onDefined(() => ({ comment: 'a change' })),
  'agents.remove': onDefined(),
  'agents.rollBack': onDefined((to) => ({ to }), '/roll-back'),
  'agents.versions': onDefined(undefined, '/versions'),
  'agents.diff': onDefined(undefined, '/diff'),
  'agents.export': onDefined(undefined, '/export'),
  'pairings.list': { make: pairing, ...at('/pairings'), shows: (thing) => thing },
  'pairings.approve': { make: code, ask: (code) => ({ path: '/pairings/approve', body: { code } }) },
  'pairings.revoke': {
    make: pairing,
    ask: (pairing) => ({ path: '/pairings/revoke', body: { pairing } }),
  },
  'tokens.list': { make: token, ...at('/tokens'), shows: ({ id }) => id },
  'tokens.issue': issue({}),
  'tokens.issue+operator': issue({ role: 'operator' }),
  'tokens.issue+admin': issue({ role: 'admin' }),
  'tokens.issue+owner': issue({ role: 'owner' }),
  'tokens.issue+hub': issue({ tenant: 'default', user: undefined, agents: ['assistant', 'other'] }),
  'tokens.revoke': { make: token, ask: ({ id }) => ({ path: `/tokens/${id}` }) },
  'secrets.list': { make: secret, ...at('/secrets'), shows: (name) => name },
  'secrets.set': at('/secrets/own', { value: 'x' }),
  'secrets.rotate': {
    make: secret,
    ask: (name) => ({ path: `/secrets/${name}/rotate`, body: { value: 'y' } }),
  },
  'secrets.remove': { make: secret, ask: (name) => ({ path: `/secrets/${name}` }) },
  'tools.add': { make: newTool, ask: (body) => ({ path: '/tools', body }) },
  'tools.registered': { make: registered, ...at('/tools'), shows: ({ name }) => `"${name}"` },
  'tools.show': { make: registered, ask: ({ name }) => ({ path: `/tools/${name}` }) },
  'tools.change': { make: registered, ask: (body) => ({ path: `/tools/${body.name}`, body }) },
  'tools.remove': { make: registered, ask: ({ name }) => ({ path: `/tools/${name}` }) },
  'tools.import': {
    make: newDocument,
    ask: (document) => ({ path: '/tools/import', body: { document, agents: [] } }),
  },
  'tools.accept': at('/tools/x/accept', { agentId: 'assistant', count: true }),
  'tools.list': at('/agents/assistant/tools'),
  'policy.show': at('/agents/assistant/policy'),
  'policy.explain': at('/agents/assistant/policy/explain?tool=plugin:bank:wire'),
  'rooms.list': listed('/rooms?limit=200'),
  'rooms.list+agent': listed('/rooms?limit=200&agentId=assistant'),
  'rooms.messages': { make: room, ask: (roomId) => ({ path: `/rooms/${roomId}/messages` }) },
  'rooms.messages+shared': { make: shared, ask: (roomId) => ({ path: `/rooms/${roomId}/messages` }) },
  'rooms.summary': { make: room, ask: (roomId) => ({ path: `/rooms/${roomId}/summary` }) },
  'rooms.takeOver': onRoom('take-over'),
  'rooms.handBack': { ...onRoom('hand-back'), make: held },
  'rooms.answer': { ...onRoom('answer', { text: 'The heron is back.' }), make: held },
  'rooms.hold': onRoom('hold'),
  'rooms.note': onRoom('notes', { text: 'They like herons.' }),
  'rooms.notes': onRoom('notes'),
  'rooms.forget': { make: room, ask: (roomId) => ({ path: `/rooms/${roomId}/forget` }) },
  'facts.list': {
    ...{ make: known, ...at('/facts?agentId=assistant&connector=http&tenant=acme&userId=ann') },
    shows: (id) => id,
  },
  'facts.list+room': {
    make: async (stage) => ({ id: await known(stage), roomId: await stage.roomId() }),
    ask: ({ roomId }) => ({ path: `/facts?agentId=assistant&roomId=${roomId}` }),
    shows: ({ id }) => id,
  },
  'facts.correct': { make: known, ask: (id) => ({ path: `/facts/${id}`, body: { text: 'I like storks' } }) },
  'facts.remove': { make: known, ask: (id) => ({ path: `/facts/${id}` }) },
  'turns.list': listedTurn('/turns?limit=200'),
  'turns.list+agent': listedTurn('/turns?limit=200&agentId=assistant'),
  'turns.show': { make: turn, ask: (turnId) => ({ path: `/turns/${turnId}` }) },
  'turns.prompt': { make: turn, ask: (turnId) => ({ path: `/turns/${turnId}/prompt` }) },
  'turns.show+running': {
    make: async (stage) => {
      await stop(stage);
      return hold(stage);
    },
    ask: ({ turnId }) => ({ path: `/turns/${turnId}` }),
    end: stop,
  },
  'turns.stop': { make: hold, ask: ({ turnId }) => ({ path: `/turns/${turnId}/stop` }), end: stop },
  'turns.stop+room': { make: hold, ask: ({ roomId }) => ({ path: `/rooms/${roomId}/stop` }), end: stop },
  'turns.runAgain': { make: failed, ask: (turnId) => ({ path: `/turns/${turnId}/run-again` }) },
  'turns.resume': {
    make: waiting,
    ask: (turnId) => ({ path: `/turns/${turnId}/resume`, body: { approve: false } }),
  },
  'schedules.list': { make: scheduled, ...at('/schedules?limit=200'), shows: (id) => id },
  'schedules.show': { make: scheduled, ask: (id) => ({ path: `/schedules/${id}` }) },
  'schedules.add': {
    make: room,
    ask: (roomId) => ({ path: '/schedules', body: { roomId, text: 'water the heron', in: 86_400 } }),
  },
  'schedules.change': {
    make: scheduled,
    ask: (id) => ({ path: `/schedules/${id}`, body: { paused: true } }),
  },
  'schedules.change+patch': {
    make: scheduled,
    ask: (id) => ({ path: `/schedules/${id}`, body: { text: 'water the heron again' } }),
  },
  'schedules.remove': { make: scheduled, ask: (id) => ({ path: `/schedules/${id}` }) },
  'documents.list': { make: document, ...at('/documents?limit=200'), shows: (id) => id },
  'documents.add': {
    make: async () => `thing ${++made}.md`,
    ask: (name) => ({ path: '/documents', body: { agentId: 'assistant', name, text: 'The heron is back.' } }),
  },
  'documents.get': { make: document, ask: (id) => ({ path: `/documents/${id}` }) },
  'documents.remove': { make: document, ask: (id) => ({ path: `/documents/${id}` }) },
  'documents.reread': { make: document, ask: (id) => ({ path: `/documents/${id}/reread` }) },
  'messages.post': {
    make: room,
    ask: (roomId) => ({ path: `/assistant/rooms/${roomId}/messages`, body: { text: 'The heron is back.' } }),
  },
  'messages.post+shared': {
    make: shared,
    ask: (roomId) => ({ path: `/assistant/rooms/${roomId}/messages`, body: { text: 'The heron is back.' } }),
  },
  'approvals.list': { make: asked, ...at('/approvals?limit=200'), shows: (id) => id },
  'approvals.show': { make: asked, ask: (id) => ({ path: `/approvals/${id}` }) },
  'approvals.decide': {
    make: asked,
    ask: (id) => ({ path: `/approvals/${id}/decide`, body: { approve: false } }),
  },
  'tasks.list': { make: task, ...at('/tasks?limit=200'), shows: (id) => id },
  'tasks.show': { make: task, ask: (id) => ({ path: `/tasks/${id}` }) },
  'tasks.pause': onTask('pause'),
  'tasks.resume': onTask('resume'),
  'tasks.stop': onTask('stop'),
  'deliveries.list': listedDelivery('/deliveries?limit=100'),
  'deliveries.list+agent': listedDelivery('/deliveries?limit=100&agentId=assistant'),
  'deliveries.sendAgain': {
    make: (stage) => stage.dead(),
    ask: (id) => ({ path: `/deliveries/${id}/send-again` }),
  },
  'deliveries.drop': { make: (stage) => stage.dead(), ask: (id) => ({ path: `/deliveries/${id}/drop` }) },
  'deliveries.sendAllAgain': {
    make: (stage) => stage.dead(),
    ...at('/agents/assistant/deliveries/send-again'),
  },
  'people.forget': {
    make: room,
    ...at('/people/forget', {
      ...{ connector: 'http', tenant: 'acme', userId: 'ann', agentId: 'assistant' },
    }),
  },
  'people.forget+agents': {
    make: room,
    ...at('/people/forget', { connector: 'http', tenant: 'acme', userId: 'ann' }),
  },
  'memories.recall': {
    ...{ make: room, ...at('/memories/recall?agentId=assistant&userId=ann&text=hello') },
    shows: () => 'hello',
  },
  'rooms.own': {
    ...{ make: room, ...at('/rooms/own?agentId=assistant&userId=ann') },
    shows: (roomId) => roomId,
  },
  'memories.preview': {
    make: room,
    ...at('/memories/preview', { ...annHere, everything: true }),
  },
  'memories.forget': {
    async make(stage) {
      await stage.say('hello');
      return (await stage.post('/memories/preview', { ...annHere, everything: true })).code;
    },
    ask: (code) => ({ path: '/memories/forget', body: { code } }),
  },
  'people.show': at(`/people?account=${ann}&agentId=assistant`),
  'people.link': { make: twin, ask: (other) => ({ path: '/people/link', body: { account: ann, other } }) },
  'people.link+paired': {
    async make(stage) {
      const other = await twin(stage);
      await pairing(stage);
      return other;
    },
    ask: (other) => ({ path: '/people/link', body: { account: ann, other } }),
  },
  'people.unlink': { make: linked, ask: (account) => ({ path: '/people/unlink', body: { account } }) },
  'people.export': { make: unlinked, ...at(`/people/export?account=${ann}&agentId=assistant`) },
  'people.export+agents': { make: unlinked, ...at(`/people/export?account=${ann}`) },
  'people.previewErasure': {
    make: unlinked,
    ...at('/people/erase/preview', { account: ann, agentId: 'assistant' }),
  },
  'people.erase': {
    async make(stage) {
      await unlinked(stage);
      return (await stage.post('/people/erase/preview', { account: ann, agentId: 'assistant' })).code;
    },
    ask: (code) => ({ path: '/people/erase', body: { code } }),
  },
  'roles.list': { make: given('member', ann), ...at('/roles'), shows: () => '"ann"' },
  'roles.give': give('member'),
  'roles.give+operator': give('operator'),
  'roles.give+admin': give('admin'),
  'roles.give+owner': give('owner'),
  'roles.give+tenant': give('member', { place: 'http/acme' }),
  'roles.give+hub': give('member', {}),
  'roles.take': { make: given('member', ann), ...at('/roles/take', { account: ann, ...acme }) },
  'roles.take+admin': {
    make: given('admin', 'http/acme:adam'),
    ...at('/roles/take', { account: 'http/acme:adam', ...acme }),
  },
  ...switchCalls,
  'retention.report': at('/retention'),
  'scores.list': { make: scored, ...at('/scores?agentId=assistant'), shows: () => '"ratings":' },
  'turns.rate': { make: turn, ask: (turnId) => ({ path: `/turns/${turnId}/rate`, body: { rating: 4 } }) },
  'lessons.list': { make: lesson, ...at('/lessons?agentId=assistant'), shows: (id) => id },
  'lessons.show': { make: lesson, ask: (id) => ({ path: `/lessons/${id}` }) },
  'lessons.propose': at('/lessons', { agentId: 'assistant', text: 'Speak of herons.' }),
  'lessons.approve': { make: lesson, ask: (id) => ({ path: `/lessons/${id}/approve` }) },
  'lessons.reject': { make: lesson, ask: (id) => ({ path: `/lessons/${id}/reject` }) },
  'lessons.remove': { make: lesson, ask: (id) => ({ path: `/lessons/${id}` }) },
  'usage.list': { make: replied, ...at('/usage'), shows: () => '"ann"' },
  'health.show': at('/health'),
  'embeddings.status': at('/embeddings'),
  'audit.list': at('/audit?limit=1'),
  'audit.export': at('/audit/export?limit=1'),
  'audit.verify': at('/audit/verify'),
  'events.list': { make: told, ...at('/events?limit=1000'), shows: (turnId) => turnId },
  'places.list': at('/places'),
  'memories.search': {
    make: replied,
    ...at('/memories?agentId=assistant&query=heron'),
    shows: () => 'the heron',
  },
  'memories.search+room': {
    make: room,
    ask: (roomId) => ({ path: `/memories?agentId=assistant&roomId=${roomId}` }),
  },
  'encryption.status': at('/encryption'),
  'encryption.rotate': at('/encryption/rotate', {}),
  'console.link': at('/console/links', {}),
  'console.sessions': at('/console/sessions'),
  'console.endSession': {
    // One that a page is open with.
    make: signedIn,
    ask: (id) => ({ path: `/console/sessions/${id}` }),
  },
  'POST /:agentId/message': at('/assistant/message', { userId: 'ann', text: 'hello' }),
  'GET /:agentId/rooms/:roomId/messages': {
    ...{ make: replied, shows: (said) => said },
    ...at('/assistant/rooms/user:ann/messages?order=newest'),
  },
  'GET /:agentId/rooms/:roomId/messages+shared': {
    make: async (stage) => {
      await stage.say('the heron', { roomId: 'lounge' });
      return 'the heron';
    },
    ...{ ...at('/assistant/rooms/lounge/messages'), shows: (said) => said },
  },
  'GET /:agentId/rooms/:roomId/messages/:messageId/files/:index': {
    make: async (stage) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ userId: 'ann', text: 'look' })) form.append(name, value);
      form.append('file', new Blob(['bytes']), 'heron.txt');
      await stage.ask('acme itself', 'POST', { path: '/assistant/message', body: form });
      const { messages } = await stage.get(`/rooms/${await stage.roomId()}/messages?order=newest&limit=5`);
      return messages.find(({ attachments }: Json) => attachments.length > 0).id;
    },
    ask: (id) => ({ path: `/assistant/rooms/user:ann/messages/${id}/files/0` }),
  },
  'GET /:agentId/turns/:turnId': { make: turn, ask: (turnId) => ({ path: `/assistant/turns/${turnId}` }) },
  'GET /metrics': at('/metrics'),
  'GET /plugins/:name': at('/plugins/bank'),
  'GET /connectors/of-all': at('/connectors/of-all'),
  'GET /connectors/of-agent': at('/connectors/of-agent'),
};
